// SPDX-License-Identifier: Apache-2.0
// Multicast groups: IGMP 1 to 3, MLD 1 and 2.
#include "stack/wire/icmpv6.h"
#include "stack/wire/igmp.h"
#include "stack/wire/mld.h"
#include "tests/judges/probe_fields.h"

namespace flapjack::probe {
namespace {

template <class Address>
std::string list_text(const AddressList<Address>& list) {
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) text += to_text(list[i]) + ";";
  return text;
}

/// Addresses written one behind the other.
template <class Address>
Buffer list_bytes(const std::vector<std::string_view>& items) {
  std::vector<Address> list;
  for (const std::string_view item : items) {
    if constexpr (std::is_same_v<Address, Ipv4Address>) {
      list.push_back(to_ip(item).v4());
    } else {
      list.push_back(to_ip(item).v6());
    }
  }
  Buffer out(list.size() * AddressList<Address>::kAddressBytes);
  AddressList<Address>::emit(out.data(), list);
  return out;
}

// "4|239.1.1.1|192.0.2.1|...;" for each record.
template <class Address>
std::string records_text(GroupRecords<Address> records) {
  std::string text;
  for (GroupRecord<Address> r; records.next(r);) {
    text += std::to_string(static_cast<int>(r.type)) + "|" + to_text(r.group);
    for (std::size_t i = 0; i < r.sources.size(); ++i) text += "|" + to_text(r.sources[i]);
    text += ";";
  }
  return text;
}

template <class Address>
Buffer records_bytes(const std::vector<std::string_view>& items) {
  Buffer out;
  for (const std::string_view item : items) {
    const auto parts = split(item, '|');
    std::vector<Address> sources;
    const auto address = [&](std::size_t i) {
      if constexpr (std::is_same_v<Address, Ipv4Address>) {
        return to_ip(parts.at(i)).v4();
      } else {
        return to_ip(parts.at(i)).v6();
      }
    };
    for (std::size_t i = 2; i < parts.size(); ++i) sources.push_back(address(i));
    Buffer record(GroupRecord<Address>::bytes(sources.size()));
    GroupRecord<Address>::emit(record.data(),
                               static_cast<GroupRecordType>(to_number(parts.at(0), 0xff)),
                               address(1), sources);
    out.insert(out.end(), record.begin(), record.end());
  }
  return out;
}

template <class Query>
void query_out(const Query& q, Fields& out) {
  out.set("version", q.version);
  out.set("response", q.max_response_code);
  out.set("group", IpAddress(q.group));
  out.set("suppress", std::uint64_t{q.suppress});
  out.set("robustness", q.robustness);
  out.set("interval", q.interval_code);
  out.set("sources", list_text(q.sources));
}

bool parse_igmp(Bytes input, const Fields&, Fields& out) {
  const auto h = IgmpHeader::parse(input);
  if (!h) return false;
  out.set("type", static_cast<std::uint64_t>(h->type));
  if (h->type == IgmpType::Query) {
    const auto query = IgmpQuery::parse(input);
    if (query) query_out(*query, out);
    return query.has_value();
  }
  if (h->type == IgmpType::Report3) {
    const auto report = IgmpReport3::parse(input);
    if (report) out.set("records", records_text(report->records));
    return report.has_value();
  }
  out.set("response", h->max_response_code);
  out.set("group", h->group);
  return true;
}

Buffer emit_igmp(const Fields& f) {
  const auto type = static_cast<IgmpType>(f.number<std::uint8_t>("type"));
  Buffer out(kIgmpHeaderBytes);
  if (type == IgmpType::Query) {
    IgmpQuery q;
    q.version = f.number<std::uint8_t>("version");
    q.max_response_code = f.number<std::uint8_t>("response");
    q.group = f.ipv4("group");
    q.suppress = f.flag("suppress");
    q.robustness = f.number<std::uint8_t>("robustness");
    q.interval_code = f.number<std::uint8_t>("interval");
    const Buffer sources = list_bytes<Ipv4Address>(f.items("sources"));
    if (q.version == 3) out.resize(IgmpQuery::kBytes3);
    out.insert(out.end(), sources.begin(), sources.end());
    q.emit(out);
  } else if (type == IgmpType::Report3) {
    const auto items = f.items("records");
    const Buffer records = records_bytes<Ipv4Address>(items);
    out.insert(out.end(), records.begin(), records.end());
    IgmpReport3::emit(out, static_cast<std::uint16_t>(items.size()));
  } else {
    IgmpHeader{type, f.number<std::uint8_t>("response"), f.ipv4("group")}.emit(out);
  }
  return out;
}

bool parse_mld(Bytes input, const Fields& with, Fields& out) {
  const auto h = Icmpv6Header::parse(input, with.ipv6("src"), with.ipv6("dst"));
  if (!h) return false;
  out.set("type", static_cast<std::uint64_t>(h->type));
  if (h->type == Icmpv6Type::MldQuery) {
    const auto query = MldQuery::parse(input);
    if (query) query_out(*query, out);
    return query.has_value();
  }
  if (h->type == Icmpv6Type::MldReport2) {
    const auto report = MldReport2::parse(input);
    if (report) out.set("records", records_text(report->records));
    return report.has_value();
  }
  const auto message = MldMessage::parse(input);
  if (message) out.set("group", message->group);
  return message.has_value();
}

Buffer emit_mld(const Fields& f) {
  const auto type = static_cast<Icmpv6Type>(f.number<std::uint8_t>("type"));
  const Ipv6Address from = f.ipv6("src"), to = f.ipv6("dst");
  if (type == Icmpv6Type::MldQuery) {
    MldQuery q;
    q.version = f.number<std::uint8_t>("version");
    q.max_response_code = f.number<std::uint16_t>("response");
    q.group = f.ipv6("group");
    q.suppress = f.flag("suppress");
    q.robustness = f.number<std::uint8_t>("robustness");
    q.interval_code = f.number<std::uint8_t>("interval");
    Buffer out(q.version == 1 ? MldQuery::kBytes1 : MldQuery::kBytes2);
    const Buffer sources = list_bytes<Ipv6Address>(f.items("sources"));
    out.insert(out.end(), sources.begin(), sources.end());
    q.emit(out, from, to);
    return out;
  }
  if (type == Icmpv6Type::MldReport2) {
    const auto items = f.items("records");
    Buffer out(MldReport2::kBytes);
    const Buffer records = records_bytes<Ipv6Address>(items);
    out.insert(out.end(), records.begin(), records.end());
    MldReport2::emit(out, static_cast<std::uint16_t>(items.size()), from, to);
    return out;
  }
  Buffer out(MldMessage::kBytes);
  MldMessage{type, f.ipv6("group")}.emit(out, from, to);
  return out;
}

}  // namespace

std::span<const Kind> group_kinds() {
  static constexpr Kind kKinds[] = {
      {"igmp", parse_igmp, emit_igmp},
      {"mld", parse_mld, emit_mld},
  };
  return kKinds;
}

}  // namespace flapjack::probe

// SPDX-License-Identifier: Apache-2.0
// IgmpWorld: a node that does IGMP on "eth0", the queries and reports that a link might send it,
// and what it says itself.
#pragma once
#include "stack/wire/igmp.h"
#include "stack/wire/ipv4_option.h"
#include "tests/stack/net/net_rig.h"

namespace flapjack::test {

inline const Ipv4Address kGroup = ip("239.1.2.3"), kOther = ip("239.9.9.9"), kAll = ip("224.0.0.1");
inline const Ipv4Address kRouter = ip("192.0.2.254");

inline StackConfig with_igmp(std::uint8_t version = 2) {
  StackConfig config;
  config.igmp.enabled = true;
  config.igmp.version = version;
  config.igmp.groups = 3;
  return config;
}

struct IgmpWorld {
  explicit IgmpWorld(const StackConfig& config = with_igmp(), std::uint64_t seed = 1)
      : rig(config, seed), eth0(rig.add({.name = "eth0"}, "192.0.2.1/24")) {}

  /// "192.0.2.1 > 224.0.0.2 leave 239.1.2.3" of everything sent since the last call; each has
  /// TTL 1 and the router alert.
  Lines sent() {
    Lines lines;
    for (const Bytes& bytes : rig.driver(eth0).sent) {
      Ipv4Header header;
      EXPECT_EQ(Ipv4Header::parse(bytes, {}, header), Ipv4Header::Error::None);
      EXPECT_EQ(header.ttl, 1);
      EXPECT_TRUE(Ipv4Options(std::span(bytes).first(header.header_bytes)).router_alert());
      const auto message = std::span(bytes).subspan(header.header_bytes);
      const auto igmp = IgmpHeader::parse(message);
      if (!igmp) {
        lines.emplace_back("bad");
        continue;
      }
      const auto report3 = IgmpReport3::parse(message);
      const std::string text =
          igmp->type == IgmpType::Report3 && report3 ? to_text(*report3) : to_text(*igmp);
      lines.push_back(to_text(header.destination) + " " + text);
    }
    rig.driver(eth0).sent.clear();
    return lines;
  }
  void receive(Ipv4Address from, Ipv4Address to, const Bytes& message) {
    Ipv4Header header;
    header.source = from;
    header.destination = to;
    header.protocol = static_cast<std::uint8_t>(IpProtocol::Igmp);
    header.ttl = 1;
    eth0.on_frame(rig.frame(test::ipv4_bytes(header, message)));
    rig.scheduler.run_until(rig.scheduler.now());
  }
  void query(std::uint8_t version, std::uint8_t code, Ipv4Address group = {},
             const std::vector<Ipv4Address>& sources = {}, Ipv4Address to = {}) {
    IgmpQuery query;
    query.version = version;
    query.max_response_code = code;
    query.group = group;
    Bytes message(version == 3 ? IgmpQuery::kBytes3 + 4 * sources.size() : kIgmpHeaderBytes);
    if (!sources.empty()) {
      AddressList<Ipv4Address>::emit(message.data() + IgmpQuery::kBytes3, sources);
    }
    query.emit(message);
    receive(kRouter, !to.is_any() ? to : group.is_any() ? kAll : group, message);
  }
  void report_of_another(Ipv4Address group) {
    Bytes message(kIgmpHeaderBytes);
    IgmpHeader{IgmpType::Report2, 0, group}.emit(message);
    receive(ip("192.0.2.7"), group, message);
  }
  Lines events() {
    Lines names;
    for (const KeptRecord& r : rig.sink.records) {
      if (r.name.starts_with("IPV4_M")) names.push_back(r.name);
    }
    rig.sink.records.clear();
    return names;
  }
  void run_for(Duration span) { rig.scheduler.run_until(rig.scheduler.now() + span); }

  NodeRig rig;
  NetIf& eth0;
  Igmp& igmp = *rig.node.igmp();
};

}  // namespace flapjack::test

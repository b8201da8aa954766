// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/dns.h"

#include <algorithm>
#include <cassert>

#include "stack/wire/bytes.h"

namespace flapjack {
namespace {

constexpr std::size_t kIpv4Bytes = 4, kIpv6Bytes = 16;
constexpr std::uint16_t kPointer = 0xc000;         // RFC 1035 section 4.1.4
constexpr std::size_t kPointerReach = 0x4000;      // 14 bits of offset
constexpr std::size_t kQuestionTailBytes = 4;      // type, class
constexpr std::size_t kRecordTailBytes = 10;       // type, class, TTL, data length

std::uint64_t load64(const std::uint8_t* p) {
  return std::uint64_t{wire::load32(p)} << 32 | wire::load32(p + 4);
}
void store64(std::uint8_t* p, std::uint64_t v) {
  wire::store32(p, static_cast<std::uint32_t>(v >> 32));
  wire::store32(p + 4, static_cast<std::uint32_t>(v));
}

}  // namespace

std::string_view dns_rcode_name(DnsRcode rcode) {
  constexpr std::array<std::string_view, 6> kNames = {"NOERROR",  "FORMERR", "SERVFAIL",
                                                      "NXDOMAIN", "NOTIMP",  "REFUSED"};
  const auto i = static_cast<std::size_t>(rcode);
  return i < kNames.size() ? kNames[i] : "RCODE?";
}

std::string_view dns_type_name(DnsType type) {
  switch (type) {
    case DnsType::A: return "A";
    case DnsType::Cname: return "CNAME";
    case DnsType::Aaaa: return "AAAA";
  }
  return "TYPE?";
}

std::optional<DnsHeader> DnsHeader::parse(std::span<const std::uint8_t> message) {
  if (message.size() < kDnsHeaderBytes) return {};
  const std::uint8_t* p = message.data();
  DnsHeader h;
  h.id = wire::load16(p);
  h.response = (p[2] & 0x80) != 0;
  h.opcode = p[2] >> 3 & 15;
  h.authoritative = (p[2] & 4) != 0;
  h.truncated = (p[2] & 2) != 0;
  h.recursion_desired = (p[2] & 1) != 0;
  h.recursion_available = (p[3] & 0x80) != 0;
  h.z = p[3] >> 4 & 7;
  h.rcode = static_cast<DnsRcode>(p[3] & 15);
  h.questions = wire::load16(p + 4);
  h.answers = wire::load16(p + 6);
  h.authorities = wire::load16(p + 8);
  h.additionals = wire::load16(p + 10);
  return h;
}

void DnsHeader::emit(std::uint8_t* out) const {
  assert(opcode <= 15 && z <= 7 && static_cast<unsigned>(rcode) <= 15);
  wire::store16(out, id);
  out[2] = static_cast<std::uint8_t>(response << 7 | opcode << 3 | authoritative << 2 |
                                     truncated << 1 | int{recursion_desired});
  out[3] = static_cast<std::uint8_t>(recursion_available << 7 | z << 4 | static_cast<int>(rcode));
  wire::store16(out + 4, questions);
  wire::store16(out + 6, answers);
  wire::store16(out + 8, authorities);
  wire::store16(out + 10, additionals);
}

std::optional<DnsQuestion> DnsReader::question() {
  DnsQuestion q;
  const auto name = DnsName::read(message_, offset_);
  if (!name || message_.size() - offset_ < kQuestionTailBytes) return {};
  q.name = *name;
  q.type = static_cast<DnsType>(wire::load16(&message_[offset_]));
  q.dns_class = wire::load16(&message_[offset_ + 2]);
  offset_ += kQuestionTailBytes;
  return q;
}

std::optional<DnsRecord> DnsReader::record() {
  DnsRecord r;
  const auto name = DnsName::read(message_, offset_);
  if (!name || message_.size() - offset_ < kRecordTailBytes) return {};
  r.name = *name;
  const std::uint8_t* p = &message_[offset_];
  r.type = static_cast<DnsType>(wire::load16(p));
  r.dns_class = wire::load16(p + 2);
  r.ttl = wire::load32(p + 4);
  const std::size_t length = wire::load16(p + 8);
  offset_ += kRecordTailBytes;
  if (message_.size() - offset_ < length) return {};
  r.data = message_.subspan(offset_, length);
  if (r.dns_class == kDnsClassIn && !read_data(r)) return {};
  offset_ += length;
  return r;
}

bool DnsReader::read_data(DnsRecord& r) {
  const std::uint8_t* p = r.data.data();
  if (r.type == DnsType::A) {
    if (r.data.size() != kIpv4Bytes) return false;
    r.address = Ipv4Address{wire::load32(p)};
  } else if (r.type == DnsType::Aaaa) {
    if (r.data.size() != kIpv6Bytes) return false;
    r.address = Ipv6Address{load64(p), load64(p + 8)};
  } else if (r.type == DnsType::Cname) {
    std::size_t at = offset_;
    r.target = DnsName::read(message_.first(offset_ + r.data.size()), at);
    return r.target && at == offset_ + r.data.size();
  }
  return true;
}

DnsWriter::DnsWriter(std::span<std::uint8_t> out, const DnsHeader& header)
    : out_(out), header_(header) {
  assert(out.size() >= kDnsHeaderBytes);
  header_.questions = header_.answers = header_.authorities = header_.additionals = 0;
}

bool DnsWriter::question(const DnsQuestion& question) {
  assert(header_.answers == 0);
  const std::size_t begin = size_;
  const bool fits = put_name(question.name) && put16(static_cast<std::uint16_t>(question.type)) &&
                    put16(question.dns_class);
  if (!fits) return give_up(begin);
  ++header_.questions;
  return true;
}

bool DnsWriter::answer(const DnsName& name, const IpAddress& address, std::uint32_t ttl) {
  std::array<std::uint8_t, kIpv6Bytes> data;
  if (address.is_v4()) {
    wire::store32(data.data(), address.v4().value);
    return answer(name, DnsType::A, std::span(data).first(kIpv4Bytes), ttl);
  }
  store64(data.data(), address.v6().high);
  store64(data.data() + 8, address.v6().low);
  return answer(name, DnsType::Aaaa, data, ttl);
}

bool DnsWriter::cname(const DnsName& name, const DnsName& target, std::uint32_t ttl) {
  const std::size_t begin = size_;
  const bool head = put_record_head(name, DnsType::Cname, ttl);
  const std::size_t data_begin = size_;
  return close_record(begin, data_begin, head && put_name(target));
}

bool DnsWriter::answer(const DnsName& name, DnsType type, std::span<const std::uint8_t> data,
                       std::uint32_t ttl) {
  const std::size_t begin = size_;
  const bool head = put_record_head(name, type, ttl);
  const std::size_t data_begin = size_;
  const bool fits = head && data.size() <= out_.size() - size_;
  if (fits) {
    std::copy(data.begin(), data.end(), out_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += data.size();
  }
  return close_record(begin, data_begin, fits);
}

std::size_t DnsWriter::finish() {
  header_.emit(out_.data());
  return size_;
}

// Of a name that was not written before: its labels up to the part that was, then a pointer there.
bool DnsWriter::put_name(const DnsName& name) {
  std::span<const std::uint8_t> rest = name.bytes();
  while (rest[0] != 0) {
    const std::size_t earlier = find_suffix(rest);
    if (earlier != 0) return put16(static_cast<std::uint16_t>(kPointer | earlier));
    const std::size_t label = rest[0] + std::size_t{1};
    if (label > out_.size() - size_) return false;
    if (size_ < kPointerReach && known_count_ < known_.size()) {
      known_[known_count_++] = static_cast<std::uint16_t>(size_);
    }
    std::copy_n(rest.begin(), label, out_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += label;
    rest = rest.subspan(label);
  }
  if (size_ == out_.size()) return false;
  out_[size_++] = 0;
  return true;
}

// Where the same labels, letter for letter, were written before; 0 if nowhere.
std::size_t DnsWriter::find_suffix(std::span<const std::uint8_t> suffix) const {
  for (const std::uint16_t offset : std::span(known_).first(known_count_)) {
    std::size_t at = offset;
    const auto name = DnsName::read(out_.first(size_), at);
    if (name && std::ranges::equal(name->bytes(), suffix)) return offset;
  }
  return 0;
}

bool DnsWriter::put16(std::uint16_t value) {
  if (out_.size() - size_ < 2) return false;
  wire::store16(&out_[size_], value);
  size_ += 2;
  return true;
}

bool DnsWriter::put_record_head(const DnsName& name, DnsType type, std::uint32_t ttl) {
  return put_name(name) && put16(static_cast<std::uint16_t>(type)) && put16(kDnsClassIn) &&
         put16(static_cast<std::uint16_t>(ttl >> 16)) && put16(static_cast<std::uint16_t>(ttl)) &&
         put16(0);
}

bool DnsWriter::close_record(std::size_t begin, std::size_t data_begin, bool fits) {
  if (!fits) return give_up(begin);
  wire::store16(&out_[data_begin - 2], static_cast<std::uint16_t>(size_ - data_begin));
  ++header_.answers;
  return true;
}

bool DnsWriter::give_up(std::size_t begin) {
  while (known_count_ > 0 && known_[known_count_ - 1] >= begin) --known_count_;
  size_ = begin;
  header_.truncated = true;
  return false;
}

std::string dns_to_text(std::span<const std::uint8_t> message) {
  DnsReader reader(message);
  const auto& header = reader.header();
  if (!header) return "malformed";
  const std::string id = std::to_string(header->id);
  if (header->response) {
    return "answer " + id + " " + std::string(dns_rcode_name(header->rcode)) + " " +
           std::to_string(header->answers);
  }
  const auto question = header->questions > 0 ? reader.question() : std::nullopt;
  if (!question) return "query " + id;
  return "query " + id + " " + to_text(question->name) + " " +
         std::string(dns_type_name(question->type));
}

}  // namespace flapjack

// SPDX-License-Identifier: Apache-2.0
// DNS messages (RFC 1035 section 4): a header of 12 bytes, questions, and three sections of
// resource records. DnsReader walks a message, DnsWriter makes one with compressed names; neither
// allocates.
//   0 id  2 QR opcode AA TC RD | RA Z RCODE  4 questions  6 answers  8 authorities  10 additionals
// Records whose data has a meaning here: A, CNAME (RFC 1035), AAAA (RFC 3596); others are bytes.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stack/wire/address.h"
#include "stack/wire/dns_name.h"

namespace flapjack {

inline constexpr std::size_t kDnsHeaderBytes = 12;
inline constexpr std::size_t kDnsMessageBytesMax = 512;  // over UDP: RFC 1035 section 2.3.4
inline constexpr std::uint16_t kDnsPort = 53;            // RFC 1035 section 4.2.1
inline constexpr std::uint16_t kDnsClassIn = 1;          // RFC 1035 section 3.2.4

/// RFC 1035 section 3.2.2, RFC 3596 section 2.1. Any other number may stand in a message.
enum class DnsType : std::uint16_t { A = 1, Cname = 5, Aaaa = 28 };
/// RFC 1035 section 4.1.1.
enum class DnsRcode : std::uint8_t { NoError, FormErr, ServFail, NxDomain, NotImp, Refused };
/// "NXDOMAIN"; "RCODE?" for a number without a name.
std::string_view dns_rcode_name(DnsRcode rcode);
/// "A", "CNAME", "AAAA", "TYPE?".
std::string_view dns_type_name(DnsType type);

struct DnsHeader {
  std::uint16_t id = 0;
  bool response = false;            ///< QR
  std::uint8_t opcode = 0;          ///< 0..15; 0 is a standard query
  bool authoritative = false;       ///< AA
  bool truncated = false;           ///< TC
  bool recursion_desired = false;   ///< RD
  bool recursion_available = false; ///< RA
  std::uint8_t z = 0;               ///< 0..7: reserved, and the AD and CD bits of RFC 4035
  DnsRcode rcode = DnsRcode::NoError;  ///< 0..15
  std::uint16_t questions = 0, answers = 0, authorities = 0, additionals = 0;

  /// Nothing when shorter than a header.
  static std::optional<DnsHeader> parse(std::span<const std::uint8_t> message);
  /// Writes kDnsHeaderBytes bytes.
  void emit(std::uint8_t* out) const;
};

struct DnsQuestion {
  DnsName name;
  DnsType type = DnsType::A;
  std::uint16_t dns_class = kDnsClassIn;
  bool operator==(const DnsQuestion&) const = default;
};

/// A resource record; `data` is a view into the message.
struct DnsRecord {
  DnsName name;
  DnsType type = DnsType::A;
  std::uint16_t dns_class = kDnsClassIn;
  std::uint32_t ttl = 0;  ///< seconds
  std::span<const std::uint8_t> data;
  /// Of an A or AAAA record of class IN.
  std::optional<IpAddress> address;
  /// Of a CNAME record: the canonical name, decompressed.
  std::optional<DnsName> target;
};

/// Reads a message from its begin to its end: first header().questions times question(), then the
/// records of all three sections.
class DnsReader {
 public:
  /// The message must outlive the reader and the records it gave.
  explicit DnsReader(std::span<const std::uint8_t> message)
      : message_(message), header_(DnsHeader::parse(message)) {}

  /// Nothing when the message is too short for one.
  const std::optional<DnsHeader>& header() const { return header_; }
  /// Nothing when the message ends within it or is malformed; the reader is then of no more use.
  std::optional<DnsQuestion> question();
  /// As question(). The data of A, AAAA and CNAME must have the length that their meaning wants.
  std::optional<DnsRecord> record();

 private:
  bool read_data(DnsRecord& record);

  std::span<const std::uint8_t> message_;
  std::optional<DnsHeader> header_;
  std::size_t offset_ = kDnsHeaderBytes;
};

/// Writes a message. What does not fit is left out whole, and the message is then marked as
/// truncated (TC); a name is compressed against those written before it.
class DnsWriter {
 public:
  /// `out`, at least a header long, is the limit. The counts of `header` are ignored.
  DnsWriter(std::span<std::uint8_t> out, const DnsHeader& header);

  // False when it was left out. Questions come first, then answers.
  bool question(const DnsQuestion& question);
  bool answer(const DnsName& name, const IpAddress& address, std::uint32_t ttl);
  bool cname(const DnsName& name, const DnsName& target, std::uint32_t ttl);
  bool answer(const DnsName& name, DnsType type, std::span<const std::uint8_t> data,
              std::uint32_t ttl);
  /// Changes the header's.
  void set_rcode(DnsRcode rcode) { header_.rcode = rcode; }
  /// Writes the header; the length of the message.
  std::size_t finish();

 private:
  bool put_name(const DnsName& name);
  bool put_record_head(const DnsName& name, DnsType type, std::uint32_t ttl);
  bool put16(std::uint16_t value);
  bool close_record(std::size_t begin, std::size_t data_begin, bool fits);
  bool give_up(std::size_t begin);
  std::size_t find_suffix(std::span<const std::uint8_t> suffix) const;

  static constexpr std::size_t kKnownNames = 64;  // further names are not pointed to

  std::span<std::uint8_t> out_;
  DnsHeader header_;
  std::size_t size_ = kDnsHeaderBytes;
  std::array<std::uint16_t, kKnownNames> known_{};  // where a suffix of a name begins
  std::size_t known_count_ = 0;
};

/// "query 4660 host.example A" of a query's first question, "answer 4660 NXDOMAIN 0" of a response.
std::string dns_to_text(std::span<const std::uint8_t> message);

}  // namespace flapjack

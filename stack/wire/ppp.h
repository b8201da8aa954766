// SPDX-License-Identifier: Apache-2.0
// PPP (RFC 1661): the protocol field in front of every packet; the packets of its control protocols
// LCP, IPCP (RFC 1332, DNS servers: RFC 1877) and IPV6CP (RFC 5072); their options.
//   protocol (2) | code (1)  identifier (1)  length (2)  data
// An option is a type (1), a length that counts these two bytes (1), and data.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace flapjack {

inline constexpr std::size_t kPppProtocolBytes = 2;
inline constexpr std::size_t kPppControlHeaderBytes = 4;
inline constexpr std::size_t kPppOptionHeaderBytes = 2;
inline constexpr std::uint16_t kPppDefaultMru = 1500;  // RFC 1661 section 6.1

/// Numbers of the protocol field (RFC 1661 section 2).
enum class PppProtocol : std::uint16_t {
  Ip = 0x0021,
  Ipv6 = 0x0057,
  Ipcp = 0x8021,
  Ipv6cp = 0x8057,
  Lcp = 0xc021,
};
/// "ip", "ipv6", "ipcp", "ipv6cp", "lcp"; "?" for another number.
std::string_view ppp_protocol_name(PppProtocol protocol);

/// Codes of control packets (RFC 1661 section 5); LCP alone has those from 8 on.
enum class PppCode : std::uint8_t {
  ConfigureRequest = 1,
  ConfigureAck,
  ConfigureNak,
  ConfigureReject,
  TerminateRequest,
  TerminateAck,
  CodeReject,
  ProtocolReject,
  EchoRequest,
  EchoReply,
  DiscardRequest,
};

struct PppControlHeader {
  std::uint8_t code = 0;  ///< a PppCode, or none of them
  std::uint8_t id = 0;
  std::uint16_t length = 0;  ///< header and data; what follows is padding

  /// `packet` begins behind the protocol field. Nothing when it is shorter than a header or than
  /// its length, or its length than a header.
  static std::optional<PppControlHeader> parse(std::span<const std::uint8_t> packet);
  /// Writes kPppControlHeaderBytes bytes.
  void emit(std::uint8_t* out) const;
};
/// "configure-request id 3 length 14".
std::string to_text(const PppControlHeader& header);

/// Types of options, by protocol.
namespace ppp_option {
// LCP (RFC 1661 section 6; the map: RFC 1662 section 7.1)
inline constexpr std::uint8_t kMru = 1, kAsyncMap = 2, kAuthentication = 3, kQuality = 4;
inline constexpr std::uint8_t kMagic = 5;
// IPCP (RFC 1332 section 3, RFC 1877 section 1)
inline constexpr std::uint8_t kIpAddress = 3, kPrimaryDns = 129, kSecondaryDns = 131;
// IPV6CP (RFC 5072 section 4)
inline constexpr std::uint8_t kInterfaceId = 1;
}  // namespace ppp_option

/// An option that was read; `data` is a view into the packet.
struct PppOption {
  std::uint8_t type = 0;
  std::span<const std::uint8_t> data;

  /// The data as a number; nothing unless it has exactly that length.
  std::optional<std::uint16_t> as16() const;
  std::optional<std::uint32_t> as32() const;
  std::optional<std::uint64_t> as64() const;
  bool operator==(const PppOption& other) const;
};

/// Walks the options of a configure packet.
class PppOptions {
 public:
  explicit PppOptions(std::span<const std::uint8_t> data) : rest_(data) {}
  /// The next option; nothing at the end, or where an option does not fit: see ok().
  std::optional<PppOption> next();
  /// Whether everything so far was well formed.
  bool ok() const { return ok_; }

 private:
  std::span<const std::uint8_t> rest_;
  bool ok_ = true;
};

/// Options that are being written, bounded; what does not fit is left out.
class PppOptionWriter {
 public:
  void clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
  /// False, and nothing written, without room.
  bool add(std::uint8_t type, std::span<const std::uint8_t> data);
  bool add(const PppOption& option) { return add(option.type, option.data); }
  bool add16(std::uint8_t type, std::uint16_t value);
  bool add32(std::uint8_t type, std::uint32_t value);
  bool add64(std::uint8_t type, std::uint64_t value);

 private:
  std::array<std::uint8_t, 256> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace flapjack

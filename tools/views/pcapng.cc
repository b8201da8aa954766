// SPDX-License-Identifier: Apache-2.0
#include "tools/views/pcapng.h"

#include <cassert>

namespace flapjack {
namespace {

// Block types, section 4 of the draft.
constexpr std::uint32_t kSectionBlock = 0x0a0d0d0a, kInterfaceBlock = 1, kNameBlock = 4,
                        kStatisticsBlock = 5, kPacketBlock = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint16_t kVersionMajor = 1, kVersionMinor = 0;
constexpr std::uint64_t kLengthUnknown = ~std::uint64_t{0};
// Option codes of those blocks.
constexpr std::uint16_t kComment = 1, kSectionApplication = 4;
constexpr std::uint16_t kIfName = 2, kIfDescription = 3, kIfSpeed = 8, kIfTimeResolution = 9;
constexpr std::string_view kNanoseconds("\x09", 1);  // 10^-9 s
constexpr std::uint16_t kPacketFlags = 2, kPacketId = 5;
constexpr std::uint16_t kFramesReceived = 4, kFramesDropped = 5;
constexpr std::uint16_t kNameIpv4 = 1, kNameIpv6 = 2;
constexpr std::size_t kOptionBytesMax = 0xffff;

}  // namespace

void PcapngWriter::put16(std::uint16_t value) {
  block_ += static_cast<char>(value & 0xff);
  block_ += static_cast<char>(value >> 8);
}

void PcapngWriter::put32(std::uint32_t value) {
  put16(static_cast<std::uint16_t>(value & 0xffff));
  put16(static_cast<std::uint16_t>(value >> 16));
}

void PcapngWriter::put64(std::uint64_t value) {
  put32(static_cast<std::uint32_t>(value));
  put32(static_cast<std::uint32_t>(value >> 32));
}

// The upper half first, each half in the file's byte order.
void PcapngWriter::put_time(SimTime at) {
  assert(at.ns >= 0);
  const auto ns = static_cast<std::uint64_t>(at.ns);
  put32(static_cast<std::uint32_t>(ns >> 32));
  put32(static_cast<std::uint32_t>(ns));
}

void PcapngWriter::put_padded(const void* bytes, std::size_t size) {
  if (size > 0) block_.append(static_cast<const char*>(bytes), size);
  while (block_.size() % 4 != 0) block_ += '\0';
}

void PcapngWriter::option(std::uint16_t code, std::string_view value) {
  if (value.empty()) return;
  value = value.substr(0, kOptionBytesMax);
  put16(code);
  put16(static_cast<std::uint16_t>(value.size()));
  put_padded(value.data(), value.size());
}

void PcapngWriter::option64(std::uint16_t code, std::uint64_t value) {
  put16(code);
  put16(sizeof value);
  put64(value);
}

void PcapngWriter::begin(std::uint32_t type) {
  block_.clear();
  put32(type);
  put32(0);  // the length, once it is known
}

// The whole length stands at both ends of a block, so that readers can walk backwards.
void PcapngWriter::end() {
  assert(block_.size() % 4 == 0);
  const auto length = static_cast<std::uint32_t>(block_.size() + 4);
  put32(length);
  for (unsigned i = 0; i < 4; ++i) block_[4 + i] = static_cast<char>(length >> 8 * i & 0xff);
  std::fwrite(block_.data(), 1, block_.size(), out_);
}

void PcapngWriter::section(std::string_view comment, std::string_view application) {
  begin(kSectionBlock);
  put32(kByteOrderMagic);
  put16(kVersionMajor);
  put16(kVersionMinor);
  put64(kLengthUnknown);
  option(kComment, comment);
  option(kSectionApplication, application);
  end_options();
  end();
}

std::uint32_t PcapngWriter::interface(const PcapngInterface& interface) {
  begin(kInterfaceBlock);
  put16(interface.link_type);
  put16(0);
  put32(0);  // whole frames
  option(kIfName, interface.name);
  option(kIfDescription, interface.description);
  if (interface.bits_per_second != 0) option64(kIfSpeed, interface.bits_per_second);
  option(kIfTimeResolution, kNanoseconds);
  end_options();
  end();
  return interfaces_++;
}

void PcapngWriter::name(const IpAddress& address, std::string_view name) {
  std::string record;
  const auto put = [&](std::uint64_t value, int bytes) {
    while (bytes-- > 0) record += static_cast<char>(value >> 8 * bytes & 0xff);
  };
  if (address.is_v4()) {
    put(address.v4().value, 4);
  } else {
    put(address.v6().high, 8);
    put(address.v6().low, 8);
  }
  record += name;
  record += '\0';
  begin(kNameBlock);
  option(address.is_v4() ? kNameIpv4 : kNameIpv6, record);
  end_options();  // the end of the records is written like that of options
  end_options();
  end();
}

void PcapngWriter::packet(const PcapngPacket& packet) {
  assert(packet.interface < interfaces_);
  const auto size = static_cast<std::uint32_t>(packet.bytes.size());
  begin(kPacketBlock);
  put32(packet.interface);
  put_time(packet.at);
  put32(size);
  put32(size);
  put_padded(packet.bytes.data(), size);
  for (const std::string& comment : packet.comments) option(kComment, comment);
  if (packet.direction != PcapngDirection::Unknown) {
    put16(kPacketFlags);
    put16(4);
    put32(static_cast<std::uint32_t>(packet.direction));
  }
  if (packet.packet_id != 0) option64(kPacketId, packet.packet_id);
  end_options();
  end();
}

void PcapngWriter::statistics(std::uint32_t interface, SimTime at, std::uint64_t seen,
                              std::uint64_t dropped) {
  begin(kStatisticsBlock);
  put32(interface);
  put_time(at);
  option64(kFramesReceived, seen);
  option64(kFramesDropped, dropped);
  end_options();
  end();
}

}  // namespace flapjack

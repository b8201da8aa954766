// SPDX-License-Identifier: Apache-2.0
// PcapngWriter: blocks of a pcapng file (IETF draft-ietf-opsawg-pcapng), little-endian on every
// machine, times in ns. The file is the caller's; a block is written whole, in the order of the
// calls: section(), interface() for each, then the rest. Knows nothing of runs and traces.
#pragma once
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "stack/sim/time.h"
#include "stack/wire/address.h"

namespace flapjack {

/// Options that are empty are left out.
struct PcapngInterface {
  std::string name, description;
  std::uint16_t link_type = 1;     ///< number of tcpdump.org's list of link types
  std::uint64_t bits_per_second = 0;  ///< 0: not said
};

/// Which way a frame passed the interface (bits 0 and 1 of epb_flags).
enum class PcapngDirection : std::uint8_t { Unknown = 0, Inbound = 1, Outbound = 2 };

struct PcapngPacket {
  std::uint32_t interface = 0;  ///< what interface() returned
  SimTime at;                   ///< >= 0
  std::span<const std::uint8_t> bytes;
  PcapngDirection direction = PcapngDirection::Unknown;
  std::uint64_t packet_id = 0;  ///< 0: none
  std::span<const std::string> comments;
};

class PcapngWriter {
 public:
  explicit PcapngWriter(std::FILE* out) : out_(out) {}

  /// Begins the file: what it is, and the program that wrote it.
  void section(std::string_view comment, std::string_view application);
  /// Returns the interface's number, from 0.
  std::uint32_t interface(const PcapngInterface& interface);
  /// From here on `address` is shown as `name`.
  void name(const IpAddress& address, std::string_view name);
  void packet(const PcapngPacket& packet);
  /// Frames seen and dropped at an interface, as of `at`.
  void statistics(std::uint32_t interface, SimTime at, std::uint64_t seen, std::uint64_t dropped);

 private:
  void begin(std::uint32_t type);
  void end();
  void put16(std::uint16_t value);
  void put32(std::uint32_t value);
  void put64(std::uint64_t value);
  void put_time(SimTime at);
  void put_padded(const void* bytes, std::size_t size);
  void option(std::uint16_t code, std::string_view value);
  void option64(std::uint16_t code, std::uint64_t value);
  void end_options() { put32(0); }

  std::FILE* out_;
  std::string block_;  // the one being made; kept for its memory
  std::uint32_t interfaces_ = 0;
};

}  // namespace flapjack

// SPDX-License-Identifier: Apache-2.0
// Conversation: remembers the numbers that a node drew by chance and put into its requests, and
// puts them into frames that look like answers. A fuzzer does not guess a DHCP xid of 32 bits, and
// seeds with the number in it would go stale with the next change of a random stream.
#pragma once
#include "stack/trace/trace_sink.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

class Conversation : public TraceSink {
 public:
  /// Notes what a frame asks when it leaves by a driver.
  void record(const Tracer& tracer, const TraceRecord& record) override;
  /// Makes an answer of DHCP or DNS one to the latest request. Checksums are the caller's.
  void answer(std::span<std::uint8_t> frame) const;

 private:
  void note(Bytes frame);

  Buffer dhcp_xid_ = {0, 0, 0, 0};
  Buffer dns_id_ = {0, 0};
  Buffer dns_port_ = {0, 0};
};

}  // namespace flapjack::fuzz

// SPDX-License-Identifier: Apache-2.0
// DigestSink: the hash of the canonical trace (XXH3, 128 bits, over every field of every record and
// every byte of a packet where it enters a medium). Two runs with one digest did the same. Where
// something stands in a file (the attribute `src`) is no part of it.
#pragma once
#include <memory>
#include <string>

#include "stack/trace/tracer.h"

namespace flapjack {

class DigestSink : public TraceSink {
 public:
  DigestSink();
  ~DigestSink() override;

  void record(const Tracer& tracer, const TraceRecord& record) override;
  /// 32 hexadecimal digits over everything so far.
  std::string digest() const;
  std::uint64_t count() const { return count_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uint64_t count_ = 0;
};

}  // namespace flapjack

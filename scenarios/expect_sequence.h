// SPDX-License-Identifier: Apache-2.0
// ExpectSequence: events that must appear in this order within a window. Records of what could
// match are kept while the run goes on; the order is looked for at its end.
#pragma once
#include <string>
#include <vector>

#include "scenarios/expectation.h"

namespace flapjack {

class ExpectSequence : public Expectation {
 public:
  ExpectSequence(const ExpectSpec& spec, SimTime until);
  ExpectResult decide() override;

 protected:
  void match(const RecordView& view, const TraceRecord& record, const Tracer& tracer) override;

 private:
  struct Candidate {
    SimTime at;
    std::uint64_t ordinal;           // place among the records of its kind
    TraceKind kind;
    std::vector<std::size_t> events;  // which of patterns_ it matches
    std::string text;
  };
  /// An item and those after it that say "next".
  struct Block {
    std::size_t first_item, items;
  };
  bool fits(const Candidate& candidate, std::size_t event) const;
  /// Index behind the last candidate used when the block begins at `start`, or 0.
  std::size_t match_block(const Block& block, std::size_t start) const;
  std::size_t match_item(const SequenceItem& item, std::size_t first_event,
                         std::size_t start) const;

  std::vector<const SequenceEvent*> events_;  // of all items, in order
  std::vector<std::size_t> first_event_;      // of each item
  std::vector<Block> blocks_;
  std::vector<Candidate> candidates_;
  std::uint64_t ordinals_[kTraceKinds] = {};
};

}  // namespace flapjack

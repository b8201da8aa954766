// SPDX-License-Identifier: Apache-2.0
// ExpectSequence: events that must appear in this order within a window. Records of what could
// match are kept while the run goes on; the order is looked for at its end.
#pragma once
#include <array>
#include <optional>
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
  /// What "next" counts: an event is next to an event, a hop to a hop, a packet to a packet. Of
  /// events, net_mgmt's (in capitals) are a class of their own: flapjack's lie between them.
  enum class Class : std::uint8_t { Mgmt, Event, Hop, Drop, Packet };
  static constexpr std::size_t kClasses = 5;
  using Counts = std::array<std::uint64_t, kClasses>;

  struct Candidate {
    SimTime at;
    Class record;
    bool packet;                      // it stands for a packet on a medium, too
    Counts seen;                      // records of each class so far, itself included
    std::vector<std::size_t> events;  // which of events_ it matches
    std::string text;
  };
  /// An item and those after it that say "next".
  struct Block {
    std::size_t first_item, items;
  };
  /// The candidates that an item took.
  struct ItemMatch {
    std::size_t first = 0, last = 0;
    Counts used{};
    std::array<bool, kClasses> classes{};
  };
  /// How far a block came: all its items, or fewer.
  struct BlockMatch {
    std::size_t items = 0;
    std::size_t first = 0, last = 0;  // candidates, when items > 0
  };

  void add_to(Counts& counts, Class record, bool packet) const;
  static Class class_of(const TraceRecord& record);
  bool fits(const Candidate& candidate, std::size_t event) const;
  Class class_of(const Candidate& candidate, std::size_t event) const;
  bool take(std::size_t candidate, const SequenceItem& item, std::size_t first_event,
            std::vector<bool>& tried, std::vector<std::size_t>& owners) const;
  ItemMatch taken(std::size_t first_event, const std::vector<std::size_t>& owners) const;
  std::optional<ItemMatch> match_item(std::size_t item, std::size_t start,
                                      const ItemMatch* before) const;
  bool adjacent(const ItemMatch& before, const ItemMatch& here) const;
  BlockMatch match_block(const Block& block, std::size_t start) const;
  BlockMatch find_block(const Block& block, std::size_t start) const;
  void explain(std::size_t item, std::size_t next, ExpectResult& result) const;

  std::vector<const SequenceEvent*> events_;  // of all items, in order
  std::vector<std::size_t> first_event_;      // of each item
  std::vector<Block> blocks_;
  std::vector<Candidate> candidates_;
  Counts seen_{};
};

}  // namespace flapjack

// SPDX-License-Identifier: Apache-2.0
#include "scenarios/expect_sequence.h"

#include <algorithm>

namespace flapjack {

ExpectSequence::ExpectSequence(const ExpectSpec& spec, SimTime until) : Expectation(spec, until) {
  for (std::size_t i = 0; i < spec.sequence.size(); ++i) {
    const SequenceItem& item = spec.sequence[i];
    first_event_.push_back(events_.size());
    for (const SequenceEvent& event : item.events) events_.push_back(&event);
    if (item.next && !blocks_.empty()) {
      ++blocks_.back().items;
    } else {
      blocks_.push_back({i, 1});
    }
  }
}

void ExpectSequence::match(const RecordView& view, const TraceRecord& record,
                           const Tracer& tracer) {
  const std::uint64_t ordinal = ++ordinals_[static_cast<std::size_t>(record.kind)];
  if (!window_.contains(record.at)) return;
  Candidate candidate{record.at, ordinal, record.kind, {}, {}};
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (view.matches(events_[i]->pattern)) candidate.events.push_back(i);
  }
  if (candidate.events.empty()) return;
  candidate.text = describe(tracer, record, view);
  candidates_.push_back(std::move(candidate));
}

bool ExpectSequence::fits(const Candidate& candidate, std::size_t event) const {
  if (std::find(candidate.events.begin(), candidate.events.end(), event) ==
      candidate.events.end()) {
    return false;
  }
  const auto& at = events_[event]->at;
  if (!at) return true;
  const std::int64_t off = candidate.at.ns - at->value.ns;
  return off >= -at->margin.ns && off <= at->margin.ns;
}

// Any order: each event takes the first candidate that fits it and is not taken.
std::size_t ExpectSequence::match_item(const SequenceItem& item, std::size_t first_event,
                                       std::size_t start) const {
  std::vector<bool> found(item.events.size(), false);
  std::size_t missing = item.events.size();
  for (std::size_t c = start; c < candidates_.size(); ++c) {
    if (item.next && c > start && missing == item.events.size()) return 0;
    for (std::size_t e = 0; e < item.events.size(); ++e) {
      if (found[e] || !fits(candidates_[c], first_event + e)) continue;
      found[e] = true;
      if (--missing == 0) return c + 1;
      break;
    }
  }
  return 0;
}

std::size_t ExpectSequence::match_block(const Block& block, std::size_t start) const {
  std::size_t end = start;
  for (std::size_t i = 0; i < block.items; ++i) {
    const std::size_t item = block.first_item + i;
    const std::size_t after = match_item(spec_.sequence[item], first_event_[item], end);
    if (after == 0) return 0;
    if (i > 0) {  // "next": the one before it in the trace, too
      const Candidate& before = candidates_[end - 1];
      const Candidate& here = candidates_[after - 1];
      const std::size_t wanted = spec_.sequence[item].events.size();
      if (here.kind != before.kind || here.ordinal != before.ordinal + wanted) return 0;
    }
    end = after;
  }
  return end;
}

ExpectResult ExpectSequence::decide() {
  ExpectResult result{&spec_, true, {}, {}, {}};
  std::size_t next = 0;
  for (const Block& block : blocks_) {
    std::size_t end = 0;
    for (std::size_t start = next; start < candidates_.size() && end == 0; ++start) {
      end = match_block(block, start);
    }
    if (end != 0) {
      next = end;
      continue;
    }
    result.pass = false;
    const SequenceItem& item = spec_.sequence[block.first_item];
    for (const SequenceEvent& event : item.events) {
      result.expected += (result.expected.empty() ? "" : " and ") + event.pattern.text;
      if (event.at) {
        result.expected += " at " + to_text(event.at->value);
        if (event.at->margin.ns != 0) result.expected += " +- " + to_text(event.at->margin);
      }
    }
    if (block.items > 1) result.expected += " and what must follow it next";
    result.expected += " as item " + std::to_string(block.first_item + 1) + " of " +
                       std::to_string(spec_.sequence.size());
    if (!window_.text().empty()) result.expected += ", " + window_.text();
    result.actual = next == 0 ? "nothing of the sequence before it"
                              : "the last one found is " + candidates_[next - 1].text;
    for (std::size_t c = 0; c < candidates_.size(); ++c) {  // the right event at the wrong place
      const auto& matched = candidates_[c].events;
      if (std::find(matched.begin(), matched.end(), first_event_[block.first_item]) ==
          matched.end()) {
        continue;
      }
      result.nearest = candidates_[c].text;
      if (c >= next) break;
    }
    return result;
  }
  result.expected = std::to_string(spec_.sequence.size()) + " items in order";
  result.actual = "all found";
  return result;
}

}  // namespace flapjack

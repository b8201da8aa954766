// SPDX-License-Identifier: Apache-2.0
#include "scenarios/expect_sequence.h"

#include <algorithm>

namespace flapjack {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

std::string text_of(const SequenceItem& item) {
  std::string text;
  for (const SequenceEvent& event : item.events) {
    text += (text.empty() ? "" : " and ") + event.pattern.text;
    if (!event.at) continue;
    text += " at " + to_text(event.at->value);
    if (event.at->margin.ns != 0) text += " +- " + to_text(event.at->margin);
  }
  return text + (item.next ? " next" : "");
}

}  // namespace

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

void ExpectSequence::add_to(Counts& counts, Class record, bool packet) const {
  ++counts[static_cast<std::size_t>(record)];
  if (packet) ++counts[static_cast<std::size_t>(Class::Packet)];
}

ExpectSequence::Class ExpectSequence::class_of(const TraceRecord& record) {
  if (record.kind == TraceKind::Hop) return Class::Hop;
  if (record.kind == TraceKind::Drop) return Class::Drop;
  return record.name[0] >= 'A' && record.name[0] <= 'Z' ? Class::Mgmt : Class::Event;
}

void ExpectSequence::match(const RecordView& view, const TraceRecord& record,
                           const Tracer& tracer) {
  if (!is_event_like(record.kind)) return;
  const Class kind = class_of(record);
  const bool packet = is_packet_record(record);
  add_to(seen_, kind, packet);
  if (!window_.contains(record)) return;
  Candidate candidate{record.at, kind, packet, seen_, {}, {}};
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

ExpectSequence::Class ExpectSequence::class_of(const Candidate& candidate,
                                               std::size_t event) const {
  const bool packet = events_[event]->pattern.kind == PatternKind::Packet;
  return packet ? Class::Packet : candidate.record;
}

// One more candidate for the events of an item; those that have one may move over (an augmenting
// path of a bipartite matching), so that a general pattern does not starve a special one.
bool ExpectSequence::take(std::size_t candidate, const SequenceItem& item, std::size_t first_event,
                          std::vector<bool>& tried, std::vector<std::size_t>& owners) const {
  for (std::size_t e = 0; e < item.events.size(); ++e) {
    if (tried[e] || !fits(candidates_[candidate], first_event + e)) continue;
    tried[e] = true;
    if (owners[e] != kNobody && !take(owners[e], item, first_event, tried, owners)) continue;
    owners[e] = candidate;
    return true;
  }
  return false;
}

ExpectSequence::ItemMatch ExpectSequence::taken(std::size_t first_event,
                                                const std::vector<std::size_t>& owners) const {
  ItemMatch match;
  match.first = *std::min_element(owners.begin(), owners.end());
  match.last = *std::max_element(owners.begin(), owners.end());
  for (std::size_t e = 0; e < owners.size(); ++e) {
    const Candidate& candidate = candidates_[owners[e]];
    add_to(match.used, candidate.record, candidate.packet);
    match.classes[static_cast<std::size_t>(class_of(candidate, first_event + e))] = true;
  }
  return match;
}

// The match that is complete first; `before` is what it must be next to.
std::optional<ExpectSequence::ItemMatch> ExpectSequence::match_item(
    std::size_t item, std::size_t start, const ItemMatch* before) const {
  const SequenceItem& wanted = spec_.sequence[item];
  std::vector<std::size_t> owners(wanted.events.size(), kNobody);
  std::size_t missing = owners.size();
  for (std::size_t c = start; c < candidates_.size() && missing > 0; ++c) {
    if (before != nullptr) {
      const Counts& from = candidates_[before->last].seen;
      for (std::size_t k = 0; k < kClasses; ++k) {  // too far away already
        if (before->classes[k] && candidates_[c].seen[k] - from[k] > owners.size()) return {};
      }
    }
    std::vector<bool> tried(owners.size(), false);
    if (take(c, wanted, first_event_[item], tried, owners)) --missing;
  }
  if (missing > 0) return {};
  return taken(first_event_[item], owners);
}

// Nothing of the classes concerned lies between the two, nor between the records of `here`.
bool ExpectSequence::adjacent(const ItemMatch& before, const ItemMatch& here) const {
  const Counts& from = candidates_[before.last].seen;
  const Counts& to = candidates_[here.last].seen;
  for (std::size_t k = 0; k < kClasses; ++k) {
    if (!before.classes[k] && !here.classes[k]) continue;
    if (to[k] - from[k] != here.used[k]) return false;
  }
  return true;
}

ExpectSequence::BlockMatch ExpectSequence::match_block(const Block& block,
                                                       std::size_t start) const {
  BlockMatch match;
  std::optional<ItemMatch> before;
  for (std::size_t i = 0; i < block.items; ++i) {
    const auto here = match_item(block.first_item + i, start, before ? &*before : nullptr);
    if (!here || (before && !adjacent(*before, *here))) return match;
    if (i == 0) match.first = here->first;
    match.last = here->last;
    match.items = i + 1;
    start = here->last + 1;
    before = here;
  }
  return match;
}

// The earliest place of the whole block, or the attempt that came furthest.
ExpectSequence::BlockMatch ExpectSequence::find_block(const Block& block,
                                                      std::size_t start) const {
  BlockMatch best;
  while (start < candidates_.size()) {
    const BlockMatch match = match_block(block, start);
    if (match.items > best.items) best = match;
    if (match.items == 0 || match.items == block.items) break;
    start = match.first + 1;
  }
  return best;
}

ExpectResult ExpectSequence::decide() {
  ExpectResult result{&spec_, true, {}, {}, {}};
  std::size_t next = 0;
  for (const Block& block : blocks_) {
    const BlockMatch found = find_block(block, next);
    if (found.items > 0) next = found.last + 1;
    if (found.items == block.items) continue;
    result.pass = false;
    explain(block.first_item + found.items, next, result);
    return result;
  }
  result.expected = std::to_string(spec_.sequence.size()) +
                    (spec_.sequence.size() == 1 ? " item" : " items in order");
  result.actual = "all found";
  return result;
}

// `item` was not found behind the candidates before `next`.
void ExpectSequence::explain(std::size_t item, std::size_t next, ExpectResult& result) const {
  result.expected = text_of(spec_.sequence[item]) + " as item " + std::to_string(item + 1) +
                    " of " + std::to_string(spec_.sequence.size());
  if (!window_.text().empty()) result.expected += ", " + window_.text();
  result.actual = next == 0 ? "nothing of the sequence before it"
                            : "the last one found is " + candidates_[next - 1].text;
  const std::size_t begin = first_event_[item];
  const std::size_t end = begin + spec_.sequence[item].events.size();
  for (std::size_t c = 0; c < candidates_.size(); ++c) {  // the right event at the wrong place
    const auto& matched = candidates_[c].events;
    const bool of_item = std::any_of(matched.begin(), matched.end(),
                                     [&](std::size_t e) { return e >= begin && e < end; });
    if (!of_item) continue;
    result.nearest = candidates_[c].text;
    if (c >= next) break;
  }
}

}  // namespace flapjack

// SPDX-License-Identifier: Apache-2.0
#include "scenarios/leak_ledger.h"

#include <algorithm>
#include <set>

namespace flapjack {
namespace {

// Where a packet may rest after a hop; null: whoever recorded it passes it on in the same turn.
const char* resting_place(Hop hop) {
  switch (hop) {
    case Hop::TxQueue:
      return "tx queue";
    case Hop::RxQueue:
      return "rx queue";
    case Hop::ArpWait:
      return "ARP, unanswered,";
    case Hop::NdWait:
      return "neighbor discovery, unanswered,";
    case Hop::OffloadCall:
      return "engine";
    case Hop::DriverTx:
      return "driver";
    case Hop::LinkIn:
      return "link";
    case Hop::AppRecv:
      return "receiver";
    case Hop::AppSend:
    case Hop::L4Out:
    case Hop::CoreOut:
    case Hop::L2Out:
    case Hop::LinkOut:
    case Hop::DriverRx:
    case Hop::L2In:
    case Hop::L3In:
    case Hop::L4In:
    case Hop::ConnMatch:
    case Hop::OffloadDone:
      return nullptr;
  }
  return nullptr;
}

const char* resting_place(std::string_view name) {
  for (std::size_t i = 0; i < kHops; ++i) {
    if (hop_name(static_cast<Hop>(i)) == name) return resting_place(static_cast<Hop>(i));
  }
  return nullptr;
}

}  // namespace

std::string HeldPacket::text() const {
  std::string text = "packet " + std::to_string(id.value);
  if (parent.valid()) text += ", a copy of " + std::to_string(parent.value) + ",";
  text += counted.empty() ? " of a medium" : " of " + counted;
  return text + ", last seen " + holder;
}

LeakLedger::LeakLedger(World& world, bool stories) : world_(world), watching_(stories) {
  if (watching_) world.tracer().add_sink(stories_, PacketStories::kMask);
}

LeakLedger::~LeakLedger() {
  world_.tracer().remove_sink(stories_);
}

std::vector<LeakLedger::Alive> LeakLedger::census() const {
  std::vector<Alive> all;
  for (const Packet* packet : world_.slab().live()) {
    const PacketPool* pool = packet->pool();
    all.push_back({packet->meta.id, packet->meta.parent, packet->slot(),
                   pool != nullptr ? pool->owner() : PoolOwner{}, rests(*packet)});
  }
  std::sort(all.begin(), all.end(), [](const Alive& a, const Alive& b) { return a.id < b.id; });
  return all;
}

bool LeakLedger::rests(const Packet& packet) const {
  if (!watching_ || packet.pool() == nullptr || packet.meta.parked) return true;
  const PacketStory* story = stories_.of(packet.slot(), packet.meta.id);
  return story != nullptr && resting_place(story->last().name) != nullptr;
}

HeldPacket LeakLedger::describe(const Alive& alive) const {
  const Tracer& tracer = world_.tracer();
  HeldPacket held{alive.id, alive.parent, "", "before its first hop", alive.rests, {}};
  if (alive.owner.node.valid()) {
    held.counted =
        std::string(tracer.path(alive.owner.node)).append(1, '.').append(alive.owner.name);
  }
  const PacketStory* story = stories_.of(alive.slot, alive.id);
  if (story == nullptr) return held;
  const StoryStep& last = story->last();
  const char* place = resting_place(last.name);
  held.holder = "in " + (place != nullptr ? "the " + std::string(place) : std::string(last.name)) +
                " of " + std::string(tracer.path(last.subject));
  for (const StoryStep& step : story->kept()) {
    if (story->forgotten() > 0 && held.story.size() == PacketStory::kHead) {
      held.story.push_back("... " + std::to_string(story->forgotten()) + " more ...");
    }
    held.story.push_back(to_text(step.at) + " " + std::string(tracer.path(step.subject)) + " " +
                         std::string(step.name));
  }
  return held;
}

std::vector<HeldPacket> LeakLedger::held() const {
  std::vector<HeldPacket> all;
  for (const Alive& alive : census()) all.push_back(describe(alive));
  return all;
}

std::vector<HeldPacket> LeakLedger::close() {
  const std::vector<Alive> before = census();
  world_.shut_down();
  std::set<PacketId> after;
  for (const Packet* packet : world_.slab().live()) after.insert(packet->meta.id);
  world_.slab().abandon();
  std::vector<HeldPacket> leaks;
  for (const Alive& alive : before) {
    if (!alive.rests || after.count(alive.id) > 0) leaks.push_back(describe(alive));
  }
  return leaks;
}

}  // namespace flapjack

// SPDX-License-Identifier: Apache-2.0
// LinkWorld: a Link without any stack: stations that note what arrives and when.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "l2/link.h"
#include "stack/trace/memory_sink.h"
#include "stack/wire/ethernet.h"

namespace flapjack::test {

struct Arrival {
  SimTime at;
  int number;  ///< as given to send()
  bool operator==(const Arrival&) const = default;
};

class Station : public LinkEnd {
 public:
  explicit Station(Scheduler& scheduler) : scheduler_(scheduler) {}
  void deliver(PacketPtr frame) override {
    arrivals.push_back({scheduler_.now(), frame->data()[kEthernetHeaderBytes]});
    parents.push_back(frame->meta.parent);
  }
  void on_medium(bool up) override { medium.push_back(up); }
  std::vector<int> numbers() const {
    std::vector<int> out;
    for (const Arrival& a : arrivals) out.push_back(a.number);
    return out;
  }

  std::vector<Arrival> arrivals;
  std::vector<PacketId> parents;
  std::vector<bool> medium;

 private:
  Scheduler& scheduler_;
};

class LinkWorld {
 public:
  explicit LinkWorld(const LinkConfig& config = {}, std::size_t ends = 2, std::uint64_t seed = 1)
      : rng(seed), link({scheduler, tracer, slab, rng}, "air", config) {
    tracer.add_sink(sink);
    for (std::size_t i = 0; i < ends; ++i) add_end();
  }

  static MacAddress mac(std::size_t end) {
    return {{0x02, 0, 0, 0, 1, static_cast<std::uint8_t>(end)}};
  }
  std::size_t add_end(bool promiscuous = false, std::optional<bool> follows = {}) {
    stations.push_back(std::make_unique<Station>(scheduler));
    const std::size_t index = stations.size() - 1;
    link.add_end(*stations.back(),
                 {"s" + std::to_string(index), mac(index), promiscuous, false, follows});
    return index;
  }
  /// A frame of `bytes` bytes in all, marked with `number`.
  PacketPtr frame(const MacAddress& to, int number, std::size_t bytes = 100) {
    PacketPtr packet = slab.allocate();
    packet->append(bytes);
    std::memset(packet->data(), 0, bytes);
    EthernetHeader{to, mac(99), kEtherTypeIpv4}.emit(packet->data());
    packet->data()[kEthernetHeaderBytes] = static_cast<std::uint8_t>(number);
    return packet;
  }
  void send(std::size_t from, std::size_t to, int number, std::size_t bytes = 100) {
    link.carry(from, frame(mac(to), number, bytes));
  }
  /// Reasons of the drops so far, in order.
  std::vector<std::string> drops() const {
    std::vector<std::string> out;
    for (const KeptRecord& r : sink.records) {
      if (r.kind == TraceKind::Drop) out.emplace_back(r.attr("reason"));
    }
    return out;
  }
  /// Records of that name, in order.
  std::vector<const KeptRecord*> records(std::string_view name) const {
    std::vector<const KeptRecord*> found;
    for (const KeptRecord& r : sink.records) {
      if (r.name == name) found.push_back(&r);
    }
    return found;
  }
  Station& at(std::size_t end) { return *stations[end]; }

  Scheduler scheduler;
  Tracer tracer{scheduler};
  MemorySink sink;
  PacketSlab slab;
  Rng rng;
  std::vector<std::unique_ptr<Station>> stations;
  Link link;
};

}  // namespace flapjack::test

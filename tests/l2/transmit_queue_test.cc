// SPDX-License-Identifier: Apache-2.0
#include "l2/transmit_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stack/packet/packet_pool.h"
#include "stack/wire/ethernet.h"

namespace flapjack {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TransmitQueue, BandsOfPriorities) {
  // background (1) lies below best effort (0)
  const std::size_t bands[] = {1, 0, 2, 3, 4, 5, 6, 7};
  for (std::uint8_t p = 0; p < 8; ++p) EXPECT_EQ(band_of_priority(p), bands[p]) << int{p};
}

std::vector<std::uint8_t> ethernet_frame(std::uint16_t type, std::vector<std::uint8_t> payload) {
  std::vector<std::uint8_t> frame(kEthernetHeaderBytes);
  EthernetHeader{{}, {}, type}.emit(frame.data());
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}

TEST(TransmitQueue, BandsOfDscps) {
  const struct {
    const char* name;
    std::vector<std::uint8_t> frame;
    Framing framing;
    std::size_t band;
  } rows[] = {
      {"best effort", {0x45, 0}, Framing::Bare, 0},
      {"EF, 46", {0x45, 46 << 2}, Framing::Bare, 5},
      {"AF11, 10, and ECN", {0x45, 10 << 2 | 3}, Framing::Bare, 1},
      {"CS6, 48", {0x45, 48 << 2}, Framing::Bare, 6},
      {"IPv6 EF", {0x60 | 46 >> 2, (46 & 3) << 6}, Framing::Bare, 5},
      {"IPv6 CS7", {0x6e, 0}, Framing::Bare, 7},
      {"Ethernet", ethernet_frame(kEtherTypeIpv4, {0x45, 0x20}), Framing::Ethernet, 1},
      {"ARP", ethernet_frame(kEtherTypeArp, {0x45, 0}), Framing::Ethernet, 7},
      {"of no version", {0x00, 0x20}, Framing::Bare, 7},
      {"too short", {0x45}, Framing::Bare, 7},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(band_of_dscp(row.frame, row.framing), row.band) << row.name;
  }
}

/// A queue whose frames are numbers.
struct Numbers {
  void push(int number, std::size_t band = 0) {
    if (queue.refuses(discipline, band, limit)) {
      lost.push_back(number);
      return;
    }
    PacketPtr frame = slab.allocate();
    *frame->append(1) = static_cast<std::uint8_t>(number);
    const PacketPtr out = queue.push(discipline, band, limit, std::move(frame));
    if (out != nullptr) lost.push_back(*out->data());
  }
  std::vector<int> pop_all() {
    std::vector<int> numbers;
    while (!queue.empty()) numbers.push_back(*queue.pop()->data());
    return numbers;
  }
  PacketSlab slab;
  TransmitQueue queue;
  QueueDiscipline discipline = QueueDiscipline::Fifo;
  std::size_t limit = 3;
  std::vector<int> lost;
};

TEST(TransmitQueue, FifoRefusesTheNewcomer) {
  Numbers n;
  for (int i = 0; i < 5; ++i) n.push(i);
  EXPECT_THAT(n.lost, ElementsAre(3, 4));
  EXPECT_THAT(n.pop_all(), ElementsAre(0, 1, 2));
}

TEST(TransmitQueue, HeadDropGivesTheOldestUp) {
  Numbers n;
  n.discipline = QueueDiscipline::HeadDrop;
  for (int i = 0; i < 5; ++i) n.push(i);
  EXPECT_THAT(n.lost, ElementsAre(0, 1));
  EXPECT_THAT(n.pop_all(), ElementsAre(2, 3, 4));
}

TEST(TransmitQueue, PrioritySendsTheHighestAndPushesTheLowestOut) {
  Numbers n;
  n.discipline = QueueDiscipline::Priority;
  n.push(0, 1);
  n.push(1, 1);
  n.push(2, 5);
  n.push(3, 1);  // nothing lower waits
  n.push(4, 0);
  EXPECT_THAT(n.lost, ElementsAre(3, 4));
  n.push(5, 2);  // the newest of the lowest band
  n.push(6, 7);
  EXPECT_THAT(n.lost, ElementsAre(3, 4, 1, 0));
  EXPECT_THAT(n.pop_all(), ElementsAre(6, 2, 5));
}

TEST(TransmitQueue, NoLimit) {
  Numbers n;
  n.limit = 0;
  n.discipline = QueueDiscipline::HeadDrop;
  for (int i = 0; i < 200; ++i) n.push(i);
  EXPECT_THAT(n.lost, IsEmpty());
  EXPECT_EQ(n.queue.size(), 200u);
}

TEST(TransmitQueue, RemovesWhatIsGoneFromEveryBand) {
  Numbers n;
  n.discipline = QueueDiscipline::Dscp;
  n.limit = 0;
  for (int i = 0; i < 8; ++i) n.push(i, static_cast<std::size_t>(i) / 2);
  n.queue.remove([](const Packet& p) { return *p.data() % 2 == 0; },
                 [&](const PacketPtr& p) { n.lost.push_back(*p->data()); });
  EXPECT_EQ(n.queue.size(), 4u);
  EXPECT_THAT(n.lost, ElementsAre(0, 2, 4, 6));
  EXPECT_THAT(n.pop_all(), ElementsAre(7, 5, 3, 1));
}

}  // namespace
}  // namespace flapjack

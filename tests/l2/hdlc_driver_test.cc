// SPDX-License-Identifier: Apache-2.0
#include "l2/hdlc_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "l2/faulty_driver.h"
#include "l2/sim_driver.h"
#include "stack/wire/hdlc.h"
#include "tests/support/driver_rig.h"

namespace flapjack {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Bytes = std::vector<std::uint8_t>;

/// Two HDLC devices on a wire; `line` is what the first one sends by.
class Hdlc : public ::testing::Test {
 protected:
  std::unique_ptr<Driver> device(const std::string& name) {
    return make_in<SimDriver>(nullptr, wire, name, SimDriverConfig{});
  }
  void start() {
    for (auto [driver, whose] : {std::pair{&a, &user_a}, std::pair{&b, &user_b}}) {
      driver->attach(*whose);
      ASSERT_TRUE(driver->set_running(true).ok());
    }
  }
  PacketPtr packet(const Bytes& bytes) {
    PacketPtr p = rig.pool.allocate();
    p->append(bytes);
    return p;
  }
  /// The frame as it came in at b's device.
  void deliver(const Bytes& line_bytes) {
    PacketPtr p = packet(line_bytes);
    test::RecordingUser user(rig.scheduler);
    Link other(rig.env(), "other");
    SimDriver sender(other, "s", {});
    HdlcDriver receiver(rig.env(), "r",
                        make_in<SimDriver>(nullptr, other, "r", SimDriverConfig{}));
    sender.attach(user);
    receiver.attach(user_b);
    ASSERT_TRUE(sender.set_running(true).ok());
    ASSERT_TRUE(receiver.set_running(true).ok());
    ASSERT_TRUE(sender.transmit(std::move(p)).ok());
    rig.scheduler.run();
  }

  test::DriverRig rig;
  Link wire{rig.env(), "wire"};
  test::RecordingUser user_a{rig.scheduler}, user_b{rig.scheduler};
  HdlcDriver a{rig.env(), "a", device("a")};
  HdlcDriver b{rig.env(), "b", device("b")};
};

struct FrameSink : TraceSink {
  void record(const Tracer&, const TraceRecord& r) override {
    if (r.name == "link_in") frames.emplace_back(r.frame->bytes().begin(), r.frame->bytes().end());
  }
  std::vector<Bytes> frames;
};

TEST_F(Hdlc, FramesAreOnTheLineAndNowhereElse) {
  start();
  FrameSink sink;
  rig.tracer.add_sink(sink);
  const Bytes sent = {0x00, 0x21, 0x45, 0x00, 0x7e, 0x7d};
  EXPECT_TRUE(a.transmit(packet(sent)).ok());
  rig.scheduler.run();
  rig.tracer.remove_sink(sink);
  EXPECT_THAT(user_b.frames, ElementsAre(sent));
  ASSERT_EQ(sink.frames.size(), 1u);
  EXPECT_EQ(sink.frames[0].front(), kHdlcFlag);
  EXPECT_EQ(sink.frames[0].back(), kHdlcFlag);
  EXPECT_EQ(Bytes(sink.frames[0].begin() + 1, sink.frames[0].begin() + 4),
            (Bytes{0xff, 0x7d, 0x23}));
}

TEST_F(Hdlc, AFrameWithoutRoomForItsEscapesIsRefused) {
  start();
  PacketPtr full = rig.pool.allocate();
  std::memset(full->append(full->tailroom()), 0x7e, full->tailroom() + full->size());
  EXPECT_EQ(a.transmit(std::move(full)).code(), Errc::Emsgsize);
  EXPECT_EQ(rig.drops(DropReason::TooBig), 1u);
  EXPECT_EQ(rig.slab.in_use(), 0u);
}

TEST_F(Hdlc, WhatIsNoFrameIsDroppedWithAReason) {
  deliver({0x41, 0x42});
  EXPECT_EQ(rig.drops(DropReason::BadLinkHeader), 1u) << "no flags";
  deliver({0x7e, 0x41, 0x42, 0x43, 0x44, 0x7e});
  EXPECT_EQ(rig.drops(DropReason::BadFcs), 1u);
  Bytes other_address = {0x0f, 0x03, 0x00, 0x21, 0x45};
  const std::size_t n = other_address.size();
  other_address.resize(hdlc_frame_bytes(other_address));
  hdlc_encode(other_address, n);
  deliver(other_address);
  EXPECT_EQ(rig.drops(DropReason::BadLinkHeader), 2u);
  EXPECT_THAT(user_b.frames, IsEmpty());
}

TEST_F(Hdlc, CarrierIsTheLines) {
  start();
  wire.set_up(false);
  wire.set_up(true);
  EXPECT_EQ(user_a.carriers, (std::vector<bool>{true, false, true}));
}

}  // namespace
}  // namespace flapjack

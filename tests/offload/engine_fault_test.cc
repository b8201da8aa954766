// SPDX-License-Identifier: Apache-2.0
// Engines under trouble: loss, outages, full buffers, no memory, no power; and side by side.
#include <algorithm>
#include <optional>

#include "tests/offload/engine_rig.h"

namespace flapjack {
namespace {

class EngineFaults : public testing::TestWithParam<EngineUnderTest> {};
INSTANTIATE_TEST_SUITE_P(Engines, EngineFaults, testing::ValuesIn(engines_under_test()),
                         engine_name);

LinkConfig milliseconds_away(std::int64_t delay) {
  LinkConfig config;
  config.delay = milliseconds(delay);
  return config;
}

std::uint8_t byte_at(std::size_t position) {
  return static_cast<std::uint8_t>((position * 2654435761u) >> 13);
}

// Sends `total` bytes from the client to the server of a pair, both as fast as they can.
class Transfer {
 public:
  Transfer(StreamPair& pair, std::size_t total) : pair_(pair), total_(total) {
    pair.client_user.then = [this](Readiness) { write(); };
    pair.server_user.then = [this](Readiness) { read(); };
    write();
  }
  void write() {
    std::vector<std::uint8_t> bytes(4096);
    while (sent < total_) {
      const std::size_t n = std::min(bytes.size(), total_ - sent);
      for (std::size_t i = 0; i < n; ++i) bytes[i] = byte_at(sent + i);
      const auto taken = pair_.client->send({bytes.data(), n}, nullptr);
      if (!taken.ok()) return;
      sent += taken.value();
    }
  }
  void read() {
    std::vector<std::uint8_t> bytes(3000);
    for (;;) {
      const auto n = pair_.server->recv(bytes, nullptr);
      if (!n.ok() || n.value() == 0) return;
      for (std::size_t i = 0; i < n.value(); ++i) wrong += bytes[i] != byte_at(received++);
    }
  }
  std::size_t sent = 0, received = 0, wrong = 0;

 private:
  StreamPair& pair_;
  std::size_t total_;
};

TEST_P(EngineFaults, AMegabyteArrivesWholeInSpiteOfLossAndJitter) {
  LinkConfig config = milliseconds_away(5);
  config.rate = 20'000'000;
  config.loss_ppb = 20'000'000;
  config.jitter = {DurationDistribution::Kind::Uniform, {}, milliseconds(3), 0, {}};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    EngineRig rig(GetParam().make, config, seed);
    StreamPair pair(rig);
    Transfer transfer(pair, 1 << 20);
    rig.run(seconds(600));
    EXPECT_EQ(transfer.received, std::size_t{1} << 20) << "seed " << seed;
    EXPECT_EQ(transfer.wrong, 0u) << "seed " << seed;
  }
}

TEST_P(EngineFaults, AReaderThatPausesStopsTheSender) {
  EngineRig rig(GetParam().make, milliseconds_away(1));
  StreamPair pair(rig);
  const std::vector<std::uint8_t> bytes(1000, 'x');
  std::size_t sent = 0;
  Errc refused = Errc::Ok;
  for (int i = 0; i < 1000; ++i) {
    const auto taken = pair.client->send(bytes, nullptr);
    sent += taken.value_or(0);
    refused = taken.code();
    rig.run(milliseconds(20));
  }
  EXPECT_EQ(refused, Errc::Eagain);
  EXPECT_GE(sent, 65535u);
  EXPECT_LE(sent, 2 * 65535u) << "a receive window and a send buffer";
  pair.client_user.writable = false;
  std::size_t received = 0;
  for (int i = 0; i < 100; ++i) {
    for (std::string text = read_text(*pair.server); text != "EAGAIN";
         text = read_text(*pair.server)) {
      received += text.size();
    }
    rig.run(milliseconds(100));
  }
  EXPECT_EQ(received, sent);
  EXPECT_TRUE(pair.client_user.writable);
}

TEST_P(EngineFaults, AnOutageIsRepairedByRetransmission) {
  EngineRig rig(GetParam().make, milliseconds_away(10));
  StreamPair pair(rig);
  rig.link.set_end_present(1, false);  // the peer vanishes
  EXPECT_TRUE(pair.client->send(bytes_of("before"), nullptr).ok());
  rig.run(seconds(8));
  EXPECT_EQ(read_text(*pair.server), "EAGAIN");
  rig.link.set_end_present(1, true);
  rig.run(seconds(30));
  EXPECT_EQ(read_text(*pair.server), "before");
  EXPECT_FALSE(pair.client_user.error);
}

TEST_P(EngineFaults, AnOutageWithoutEndBreaksTheConnection) {
  EngineRig rig(GetParam().make, milliseconds_away(10));
  StreamPair pair(rig);
  rig.link.set_end_carrier(1, false);
  EXPECT_TRUE(pair.client->send(bytes_of("lost"), nullptr).ok());
  rig.run(seconds(300));
  EXPECT_FALSE(pair.client_user.error);
  rig.run(seconds(3600));
  EXPECT_TRUE(pair.client_user.error);
  EXPECT_EQ(pair.client->take_error().code(), Errc::Etimedout);
}

TEST_P(EngineFaults, PowerCutLosesAllAndTellsNobody) {
  EngineRig rig(GetParam().make, milliseconds_away(1));
  StreamPair pair(rig);
  RecordingUser datagram_user;
  const auto datagram = open_socket(rig.node(2), SocketType::Datagram, datagram_user);
  EXPECT_TRUE(pair.client->send(bytes_of("unread"), nullptr).ok());
  rig.run(milliseconds(10));
  rig.node(2).engine->power_cut();
  rig.node(2).engine->power_cut();  // no more than off
  rig.run(milliseconds(10));
  EXPECT_FALSE(pair.client_user.error);
  for (const RecordingUser* user : {&pair.server_user, &pair.listener_user, &datagram_user}) {
    EXPECT_TRUE(user->error);
  }
  EXPECT_EQ(pair.server->take_error().code(), Errc::Econnreset);
  EXPECT_EQ(read_text(*pair.server), "ECONNRESET");
  EXPECT_EQ(pair.server->send(bytes_of("x"), nullptr).code(), Errc::Econnreset);
  EXPECT_EQ(datagram->take_error().code(), Errc::Econnreset);
  EXPECT_EQ(datagram->bind({{}, 9}).code(), Errc::Enetdown);
  RecordingUser user;
  EXPECT_EQ(rig.node(2).engine->sockets().open({}, user).code(), Errc::Enetdown);
  EXPECT_EQ(rig.node(2).engine->set_enabled(true).code(), Errc::Enxio);
}

TEST_P(EngineFaults, AfterAResetTheOldConnectionIsUnknown) {
  EngineRig rig(GetParam().make, milliseconds_away(1));
  {
    StreamPair pair(rig);
    rig.node(2).engine->reset();
    rig.run(milliseconds(10));
    EXPECT_TRUE(rig.node(2).iface.is_up());
    EXPECT_TRUE(pair.client->send(bytes_of("who?"), nullptr).ok());
    rig.run(seconds(1));
    EXPECT_EQ(pair.client->take_error().code(), Errc::Econnreset);
  }
  StreamPair again(rig);
  EXPECT_TRUE(again.client->send(bytes_of("hello"), nullptr).ok());
  rig.run(milliseconds(10));
  EXPECT_EQ(read_text(*again.server), "hello");
}

TEST_P(EngineFaults, PowerCutsAtAnyTimeOfATransfer) {
  for (int step = 1; step <= 40; ++step) {
    EngineRig rig(GetParam().make, milliseconds_away(2));
    StreamPair pair(rig);
    Transfer transfer(pair, 1 << 20);
    rig.run(microseconds(700) * step);
    rig.node(step % 2 ? 1 : 2).engine->reset();
    rig.run(seconds(5));
    EXPECT_EQ(transfer.wrong, 0u);
  }
}

TEST_P(EngineFaults, LittleMemorySlowsButNeverBreaks) {
  EngineConfig config;
  config.heap_limit = 24 * 1024;  // less than a window
  LinkConfig slow = milliseconds_away(5);
  slow.rate = 10'000'000;
  EngineRig rig(GetParam().make, slow, 1, config);
  StreamPair pair(rig);
  Transfer transfer(pair, 200'000);
  rig.run(seconds(3000));
  EXPECT_EQ(transfer.received, 200'000u);
  EXPECT_EQ(transfer.wrong, 0u);
  EXPECT_EQ(rig.count("modem_crash"), 0u);
}

TEST_P(EngineFaults, ReceivedFramesBeyondTheMemoryAreDroppedOnRecord) {
  EngineConfig config;
  config.heap_limit = 24 * 1024;
  EngineRig rig(GetParam().make, {}, 1, config);
  RecordingUser user;
  std::vector<std::unique_ptr<OffloadSocket>> sinks;
  for (std::uint16_t port = 1; port <= 4; ++port) {
    sinks.push_back(open_socket(rig.node(2), SocketType::Datagram, user));
    ASSERT_TRUE(sinks.back()->bind({{}, port}).ok());
  }
  const auto source = open_socket(rig.node(1), SocketType::Datagram, user);
  const std::vector<std::uint8_t> bytes(1400, 'x');
  for (int i = 0; i < 40; ++i) {
    const Endpoint to = rig.node(2).at(static_cast<std::uint16_t>(1 + i % 4));
    EXPECT_TRUE(source->send(bytes, &to).ok());
    rig.run(milliseconds(1));
  }
  EXPECT_GT(rig.node(2).iface.losses().rx_alloc_failed, 0u);
  EXPECT_EQ(rig.trace.records.back().attr("reason"), "no_buffers");
  for (const auto& sink : sinks) {
    while (read_text(*sink) != "EAGAIN") {
    }
  }
  const Endpoint to = rig.node(2).at(1);
  EXPECT_TRUE(source->send(bytes_of("again"), &to).ok());
  rig.run(milliseconds(1));
  EXPECT_EQ(read_text(*sinks[0]), "again");
}

TEST_P(EngineFaults, AHundredEnginesInOneWorld) {
  LinkConfig config = milliseconds_away(1);
  config.queue = 0;
  EngineRig rig(GetParam().make, config, 1, {}, 100);
  RecordingUser user;
  std::vector<std::unique_ptr<OffloadSocket>> listeners, clients, servers;
  for (unsigned n = 1; n <= 100; ++n) {
    listeners.push_back(open_socket(rig.node(n), SocketType::Stream, user));
    ASSERT_TRUE(listeners.back()->bind({{}, 7}).ok());
    ASSERT_TRUE(listeners.back()->listen(2).ok());
  }
  for (unsigned n = 1; n <= 100; ++n) {
    clients.push_back(open_socket(rig.node(n), SocketType::Stream, user));
    const Endpoint next = rig.node(n % 100 + 1).at(7);
    ASSERT_EQ(clients.back()->connect(next).code(), Errc::Einprogress);
  }
  rig.run(milliseconds(100));
  for (unsigned n = 1; n <= 100; ++n) {
    EXPECT_TRUE(clients[n - 1]->send(bytes_of("from " + std::to_string(n)), nullptr).ok());
  }
  rig.run(milliseconds(100));
  for (unsigned n = 1; n <= 100; ++n) {
    Endpoint peer;
    const auto server = listeners[n % 100]->accept(user, peer);
    ASSERT_TRUE(server.ok());
    EXPECT_EQ(peer.address, rig.node(n).address);
    EXPECT_EQ(read_text(*const_cast<OffloadSocket*>(server.value().get())),
              "from " + std::to_string(n));
  }
}

// A world that does a lot, one step at a time.
class BusyWorld {
 public:
  BusyWorld(EngineFactory make, std::uint64_t seed) : rig_(make, lossy(), seed), pair_(rig_) {
    rig_.tracer.add_sink(digest_);  // from here on
    transfer_.emplace(pair_, 300'000);
  }
  void step() { rig_.run(milliseconds(50)); }
  void finish() {
    for (int i = 0; i < 400; ++i) step();
    EXPECT_EQ(transfer_->received, 300'000u);
  }
  std::string digest() const { return digest_.digest(); }

 private:
  static LinkConfig lossy() {
    LinkConfig config = milliseconds_away(3);
    config.loss_ppb = 10'000'000;
    return config;
  }
  DigestSink digest_;
  EngineRig rig_;
  StreamPair pair_;
  std::optional<Transfer> transfer_;
};

TEST_P(EngineFaults, SameSeedSameFrames) {
  BusyWorld a(GetParam().make, 5);
  a.finish();
  BusyWorld b(GetParam().make, 5);
  b.finish();
  BusyWorld c(GetParam().make, 6);
  c.finish();
  EXPECT_EQ(a.digest(), b.digest());
  EXPECT_NE(a.digest(), c.digest());
}

TEST_P(EngineFaults, WorldsSideBySideDoNotSeeEachOther) {
  BusyWorld alone(GetParam().make, 5);
  alone.finish();
  BusyWorld a(GetParam().make, 5), b(GetParam().make, 9);
  for (int i = 0; i < 400; ++i) {
    a.step();
    b.step();
  }
  EXPECT_EQ(a.digest(), alone.digest());
}

}  // namespace
}  // namespace flapjack

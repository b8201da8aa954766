// SPDX-License-Identifier: Apache-2.0
#include "tools/live/connector_bridge.h"

#if FLAPJACK_HAS_ASIO

#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio.hpp>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "scenarios/world.h"
#include "tools/live/live_clock.h"

namespace flapjack {
namespace {

using Protocol = asio::generic::datagram_protocol;

constexpr auto kSlice = std::chrono::milliseconds(1);  // at most this late
constexpr auto kDrain = std::chrono::seconds(1);       // how long the last messages may wait
constexpr int kReceiveBytes = 1 << 20;                 // asked of the machine for our own sockets
constexpr std::size_t kDoorsMax = 64;                  // as many as a Connector has sockets

// A socket that agents write to and are written to from. What the machine holds of datagrams that
// agents of a Unix socket have not read counts against the sender's buffer, and an agent that is
// connected hears only the socket that it was connected to: so each agent has a door of its own.
struct Door {
  explicit Door(asio::io_context& io) : socket(io) {}
  Protocol::socket socket;
  Protocol::endpoint from;
  std::array<std::uint8_t, 65536> buffer;
};
using DoorPtr = std::shared_ptr<Door>;

class ConnectorBridge : public LiveDrive {
 public:
  explicit ConnectorBridge(const ConnectorBridgeOptions& options) : options_(options) {}
  ~ConnectorBridge() override { close(); }

  std::string begin(World& world) override;
  SimTime wait(SimTime now, SimTime until) override;
  void end() override;

 private:
  struct Peer {
    Protocol::endpoint endpoint;
    DoorPtr door;
    std::unique_ptr<CnSocket> socket;
    CnDatagram waiting;  // taken from the socket, not yet taken by the machine
    bool gone = false;
  };
  Protocol::endpoint resolve(asio::error_code& error);
  DoorPtr open_door(const Protocol::endpoint& at, asio::error_code& error);
  void open_next_door();
  bool make_room();
  bool is_left_over(const Protocol::endpoint& at);
  void receive(const DoorPtr& door);
  void take(const DoorPtr& door, std::span<const std::uint8_t> datagram);
  Peer* peer(const DoorPtr& door);
  void pump();
  void pump(Peer& peer);
  void drain();
  void close();

  ConnectorBridgeOptions options_;
  Stack* stack_ = nullptr;
  asio::io_context io_;
  std::vector<DoorPtr> doors_;  // the last one is where the next agent comes in
  std::vector<Peer> peers_;
  LiveClock clock_;
  bool begun_ = false, bound_ = false;
};

std::string ConnectorBridge::begin(World& world) {
  Node* const node = options_.at.node.empty() ? world.nodes().front().get()
                                              : world.node(options_.at.node);
  if (node == nullptr) return "there is no node \"" + options_.at.node + "\"";
  stack_ = &node->stack;
  asio::error_code error;
  const Protocol::endpoint at = resolve(error);
  DoorPtr first = error ? nullptr : open_door(at, error);
  if (error == asio::error::address_in_use && options_.at.is_unix() && is_left_over(at)) {
    static_cast<void>(::unlink(options_.at.path.c_str()));
    first = open_door(at, error);
  }
  if (first == nullptr) return options_.at.text() + ": " + error.message();
  bound_ = true;
  doors_.push_back(first);
  receive(first);
  const std::string name(stack_->name());
  std::fprintf(stderr, "flapjack: the Connector of %s is at %s\n", name.c_str(),
               options_.at.text().c_str());
  return {};
}

// A socket that a killed run has left: nobody answers there.
bool ConnectorBridge::is_left_over(const Protocol::endpoint& at) {
  asio::error_code error;
  Protocol::socket probe(io_);
  probe.open(at.protocol(), error);
  if (!error) probe.connect(at, error);
  return error == asio::error::connection_refused;
}

DoorPtr ConnectorBridge::open_door(const Protocol::endpoint& at, asio::error_code& error) {
  auto door = std::make_shared<Door>(io_);
  door->socket.open(at.protocol(), error);
  if (!error) door->socket.bind(at, error);
  if (!error) door->socket.non_blocking(true, error);
  if (error) return nullptr;
  asio::error_code ignored;  // fewer bytes are no fault
  door->socket.set_option(asio::socket_base::receive_buffer_size(kReceiveBytes), ignored);
  return door;
}

// Puts a new socket at the path, in one step, so that nobody finds none there. Where that cannot
// be, the next agents share the last one.
void ConnectorBridge::open_next_door() {
  const std::string& path = options_.at.path;
  const std::string beside = path + ".new";
  if (!options_.at.is_unix() || beside.size() > kUnixPathBytesMax || !make_room()) return;
  asio::error_code error;
  const DoorPtr next = open_door(asio::local::datagram_protocol::endpoint(beside), error);
  if (next == nullptr) return;
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    static_cast<void>(::unlink(beside.c_str()));
    return;
  }
  doors_.push_back(next);
  receive(next);
}

// The oldest door that nobody uses makes way for a new one.
bool ConnectorBridge::make_room() {
  if (doors_.size() < kDoorsMax) return true;
  const auto unused = std::find_if(doors_.begin(), doors_.end(), [this](const DoorPtr& door) {
    return std::none_of(peers_.begin(), peers_.end(),
                        [&](const Peer& each) { return each.door == door; });
  });
  if (unused == doors_.end()) return false;
  asio::error_code ignored;
  (*unused)->socket.close(ignored);
  doors_.erase(unused);
  return true;
}

Protocol::endpoint ConnectorBridge::resolve(asio::error_code& error) {
  if (options_.at.is_unix()) return asio::local::datagram_protocol::endpoint(options_.at.path);
  asio::ip::udp::resolver resolver(io_);
  const auto found = resolver.resolve(options_.at.host, std::to_string(options_.at.port), error);
  return error ? Protocol::endpoint() : Protocol::endpoint(found.begin()->endpoint());
}

void ConnectorBridge::receive(const DoorPtr& door) {
  door->socket.async_receive_from(
      asio::buffer(door->buffer), door->from,
      [this, door](const asio::error_code& error, std::size_t bytes) {
        if (error == asio::error::operation_aborted || !door->socket.is_open()) return;
        if (!error) take(door, std::span(door->buffer).first(bytes));
        receive(door);
      });
}

void ConnectorBridge::take(const DoorPtr& door, std::span<const std::uint8_t> datagram) {
  Peer* const from = peer(door);
  if (from == nullptr) return;
  begun_ = true;
  if (datagram.empty()) {
    from->gone = true;
    return;
  }
  const RecordId record = stack_->tracer().event(
      stack_->subject(), "cn_from_outside",
      {Attr::of("port", std::int64_t{from->socket->portid()}),
       Attr::of("len", static_cast<std::int64_t>(datagram.size()))});
  const CauseScope scope(stack_->scheduler(), record);
  // Whatever is wrong with it is an event there: the sender is not told.
  static_cast<void>(stack_->cn()->connector.receive(datagram, from->socket->portid()).ok());
}

ConnectorBridge::Peer* ConnectorBridge::peer(const DoorPtr& door) {
  const auto known = std::find_if(peers_.begin(), peers_.end(), [&](const Peer& p) {
    return p.endpoint == door->from && p.door == door;
  });
  if (known != peers_.end()) return &*known;
  auto opened = stack_->cn()->connector.open();
  if (!opened.ok()) {
    std::fputs("flapjack: no room for another agent\n", stderr);
    return nullptr;
  }
  peers_.push_back({door->from, door, std::move(opened.value()), {}, false});
  if (door == doors_.back()) open_next_door();
  return &peers_.back();
}

void ConnectorBridge::pump() {
  for (Peer& each : peers_) pump(each);
  std::erase_if(peers_, [](const Peer& each) { return each.gone; });
}

// As much as the machine takes now; the rest waits where it is counted.
void ConnectorBridge::pump(Peer& peer) {
  while (!peer.gone) {
    if (!peer.waiting) {
      auto next = peer.socket->recv();
      if (!next.ok()) return;
      peer.waiting = std::move(next.value());
    }
    const auto bytes = peer.waiting.bytes();
    asio::error_code error;
    peer.door->socket.send_to(asio::buffer(bytes.data(), bytes.size()), peer.endpoint, 0, error);
    const bool full = error == asio::error::would_block || error == asio::error::try_again ||
                      error == asio::error::no_buffer_space;
    if (full) return;
    peer.gone = static_cast<bool>(error);
    peer.waiting = {};
  }
}

void ConnectorBridge::end() {
  drain();
  close();
}

// Nothing follows that could show a gap, so what is left is worth a wait.
void ConnectorBridge::drain() {
  const auto waits = [](const Peer& each) { return static_cast<bool>(each.waiting); };
  const auto until = std::chrono::steady_clock::now() + kDrain;
  pump();
  while (std::any_of(peers_.begin(), peers_.end(), waits)) {
    if (std::chrono::steady_clock::now() >= until) {
      std::fputs("flapjack: an agent has not taken its last messages\n", stderr);
      return;
    }
    std::this_thread::sleep_for(kSlice);
    pump();
  }
}

SimTime ConnectorBridge::wait(SimTime now, SimTime until) {
  pump();
  if (options_.wait && !begun_) {
    while (!begun_ && (options_.stop == nullptr || !options_.stop())) io_.run_one_for(10 * kSlice);
    clock_.start();
    return now;
  }
  if (now == SimTime{}) clock_.start();
  // What has come belongs to the instant up to which the World has run.
  if (io_.poll() == 0 && clock_.now() <= now) io_.run_one_for(kSlice);
  pump();
  return std::clamp(clock_.now(), now, until);
}

void ConnectorBridge::close() {
  peers_.clear();
  asio::error_code ignored;
  for (const DoorPtr& door : doors_) door->socket.close(ignored);
  doors_.clear();
  if (bound_ && options_.at.is_unix()) static_cast<void>(::unlink(options_.at.path.c_str()));
  bound_ = false;
}

}  // namespace

std::unique_ptr<LiveDrive> make_connector_bridge(const ConnectorBridgeOptions& options) {
  return std::make_unique<ConnectorBridge>(options);
}

}  // namespace flapjack

#else

namespace flapjack {

std::unique_ptr<LiveDrive> make_connector_bridge(const ConnectorBridgeOptions&) {
  return nullptr;
}

}  // namespace flapjack

#endif

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
constexpr int kReceiveBytes = 1 << 20;                 // asked of the machine for our own socket

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
    std::unique_ptr<CnSocket> socket;
    CnDatagram waiting;  // taken from the socket, not yet taken by the machine
    bool gone = false;
  };
  Protocol::endpoint resolve(asio::error_code& error);
  void receive();
  void take(std::span<const std::uint8_t> datagram);
  Peer* peer(const Protocol::endpoint& endpoint);
  void pump();
  void pump(Peer& peer);
  void drain();
  void close();

  ConnectorBridgeOptions options_;
  Stack* stack_ = nullptr;
  asio::io_context io_;
  Protocol::socket socket_{io_};
  Protocol::endpoint from_;
  std::array<std::uint8_t, 65536> buffer_{};
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
  if (!error) socket_.open(at.protocol(), error);
  if (!error) socket_.bind(at, error);
  if (error) return options_.at.text() + ": " + error.message();
  bound_ = true;
  socket_.non_blocking(true, error);
  asio::error_code ignored;  // fewer bytes are no fault
  socket_.set_option(asio::socket_base::receive_buffer_size(kReceiveBytes), ignored);
  receive();
  std::fprintf(stderr, "flapjack: the Connector of %s is at %s\n", stack_->name().c_str(),
               options_.at.text().c_str());
  return error ? error.message() : std::string();
}

Protocol::endpoint ConnectorBridge::resolve(asio::error_code& error) {
  if (options_.at.is_unix()) return asio::local::datagram_protocol::endpoint(options_.at.path);
  asio::ip::udp::resolver resolver(io_);
  const auto found = resolver.resolve(options_.at.host, std::to_string(options_.at.port), error);
  return error ? Protocol::endpoint() : Protocol::endpoint(found.begin()->endpoint());
}

void ConnectorBridge::receive() {
  socket_.async_receive_from(asio::buffer(buffer_), from_,
                             [this](const asio::error_code& error, std::size_t bytes) {
                               if (error == asio::error::operation_aborted) return;
                               if (!error) take(std::span(buffer_).first(bytes));
                               receive();
                             });
}

void ConnectorBridge::take(std::span<const std::uint8_t> datagram) {
  Peer* const from = peer(from_);
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
  const Status sent = from->socket->send(datagram);
  if (sent.ok()) return;
  const std::string_view name = errc_name(sent.code());
  std::fprintf(stderr, "flapjack: a message of %zu bytes was refused: %.*s\n", datagram.size(),
               static_cast<int>(name.size()), name.data());
}

ConnectorBridge::Peer* ConnectorBridge::peer(const Protocol::endpoint& endpoint) {
  const auto known = std::find_if(peers_.begin(), peers_.end(),
                                  [&](const Peer& p) { return p.endpoint == endpoint; });
  if (known != peers_.end()) return &*known;
  auto opened = stack_->connector.open();
  if (!opened.ok()) {
    std::fputs("flapjack: no room for another agent\n", stderr);
    return nullptr;
  }
  peers_.push_back({endpoint, std::move(opened.value()), {}, false});
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
    socket_.send_to(asio::buffer(bytes.data(), bytes.size()), peer.endpoint, 0, error);
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
  socket_.close(ignored);
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

// SPDX-License-Identifier: Apache-2.0
// PppControl: one PPP control protocol at work (RFC 1661 sections 4 and 5): the automaton's state,
// its restart timer and counters, packets in and out. What is negotiated is up to the protocol:
// PppLcp, PppIpcp, PppIpv6cp. Owned by a PppSession, which is its PppPort.
#pragma once
#include "l2/ppp_automaton.h"
#include "stack/packet/packet.h"
#include "stack/sim/timer.h"
#include "stack/trace/hop.h"
#include "stack/wire/ppp.h"

namespace flapjack {

/// Counters and times of RFC 1661 section 4.6; the defaults are also Zephyr's NET_L2_PPP_TIMEOUT,
/// _MAX_CONFIGURE_REQ_RETRANSMITS, _MAX_TERMINATE_REQ_RETRANSMITS and _MAX_NACK_LOOPS.
struct PppTimers {
  Duration restart = seconds(3);  ///< between two requests
  int max_configure = 10;         ///< Configure-Requests without an answer
  int max_terminate = 2;          ///< Terminate-Requests without an answer
  int max_failure = 5;            ///< Naks sent, and Naks received, without coming to an agreement

  bool operator==(const PppTimers&) const = default;
};

/// What a control protocol gets from its session.
class PppPort {
 public:
  virtual ~PppPort() = default;
  virtual Scheduler& scheduler() = 0;
  /// An empty packet for the protocol's own use; null, and an event, when there is none.
  virtual PacketPtr allocate(PppProtocol protocol) = 0;
  /// Puts the protocol field in front and sends; consumes.
  virtual void send(PppProtocol protocol, PacketPtr packet) = 0;
  /// The largest packet that the peer takes, behind the protocol field.
  virtual std::size_t peer_mru() const = 0;
  virtual void on_layer_up(PppProtocol protocol) = 0;
  virtual void on_layer_down(PppProtocol protocol) = 0;
  /// The protocol needs its lower layer no longer: it was closed, or gave up.
  virtual void on_layer_finished(PppProtocol protocol) = 0;
  /// Something went wrong that only a person can mend; recorded as an event named `what`.
  virtual void report(PppProtocol protocol, std::string_view what) = 0;
};

class PppControl {
 public:
  virtual ~PppControl() = default;
  PppControl(const PppControl&) = delete;
  PppControl& operator=(const PppControl&) = delete;

  PppState state() const { return state_; }
  bool is_open() const { return state_ == PppState::Opened; }
  PppProtocol protocol() const { return protocol_; }

  // The events that come from above and below.
  void lower_up();
  void lower_down();
  void open();
  void close();
  /// The peer rejected a packet of this protocol: Protocol-Reject, or a Code-Reject of a code it
  /// needs (then catastrophic), section 4.3.
  void rejected(bool catastrophic);
  /// A packet of this protocol, from the control header on. None, or why it is given up.
  DropReason input(std::span<const std::uint8_t> packet);

 protected:
  /// An answer to one of the peer's options.
  enum class Answer : std::uint8_t { Ack, Nak, Reject };

  PppControl(PppPort& port, PppProtocol protocol, const PppTimers& timers);

  // The protocol's part of the negotiation.
  /// Negotiation begins anew: wishes are as configured again.
  virtual void start_over() = 0;
  /// Our next Configure-Request.
  virtual void propose(PppOptionWriter& request) = 0;
  /// A new Configure-Request of the peer begins: what it asked before is void.
  virtual void forget_peer() = 0;
  /// One of its options; with Nak, `counter` gets what we would accept instead.
  virtual Answer judge(const PppOption& option, PppOptionWriter& counter) = 0;
  /// All of them were judged: `counter` may get what should have been there (a Nak).
  virtual void judge_missing(PppOptionWriter&) {}
  /// The peer wants our option to be like this.
  virtual void on_nak(const PppOption& option) = 0;
  /// The peer does not want our option at all.
  virtual void on_reject(const PppOption& option) = 0;
  /// A code of the protocol's own. False: unknown.
  virtual bool on_other_code(const PppControlHeader&, std::span<const std::uint8_t>, DropReason&) {
    return false;
  }

  void handle(PppEvent event);
  /// An Echo-Request came; `head` and `tail` are the data of the answer (RXR).
  void answer_echo(std::uint8_t id, std::span<const std::uint8_t> head,
                   std::span<const std::uint8_t> tail);
  /// Sends a packet of this protocol; `more` follows `data`.
  void send(PppCode code, std::uint8_t id, std::span<const std::uint8_t> data,
            std::span<const std::uint8_t> more = {});
  std::uint8_t next_id() { return ++id_; }
  PppPort& port() { return port_; }

 private:
  void carry_out(const PppTransition& t, bool again);
  void send_replies(const PppTransition& t);
  void tell(const PppTransition& t);
  void send_request(bool again);
  void initialize_counter(const PppTransition& t);
  void on_timeout();
  DropReason on_request(std::uint8_t id, std::span<const std::uint8_t> data);
  DropReason on_ack(std::uint8_t id, std::span<const std::uint8_t> data);
  DropReason on_refusal(std::uint8_t id, std::span<const std::uint8_t> data, bool reject);
  std::size_t room_for(PppCode code, const Packet& packet);
  DropReason check_reject(std::span<const std::uint8_t> data) const;
  void on_code_reject(std::span<const std::uint8_t> data);
  bool judge_all(std::span<const std::uint8_t> data);

  PppPort& port_;
  PppProtocol protocol_;
  PppTimers timers_;
  PppState state_ = PppState::Initial;
  Timer restart_;
  int retries_ = 0;  // the restart counter
  int naks_sent_ = 0, naks_received_ = 0;
  std::uint8_t id_ = 0, request_id_ = 0;
  PppOptionWriter request_;  // as it was sent last
  // The answer to the packet that is being handled.
  PppCode answer_code_ = PppCode::ConfigureAck;
  std::uint8_t answer_id_ = 0;
  std::span<const std::uint8_t> answer_, answer_tail_;
  PppOptionWriter naks_, rejects_;
};

}  // namespace flapjack

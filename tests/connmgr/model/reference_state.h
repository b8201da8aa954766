// SPDX-License-Identifier: Apache-2.0
// What the reference keeps. Its parts: net_mgmt, net_if and monitor are in reference.cc, addresses
// and their checks in reference_address.cc; control, the implementation and the run in
// reference_control.cc.
#pragma once
#include <deque>

#include "tests/connmgr/model/sequence.h"

namespace flapjack::model::reference {

inline constexpr int kNever = 1 << 30;
inline constexpr int kEio = -5, kEnodata = -61, kEalready = -120, kEnotsup = -134;
inline constexpr unsigned kPersistent = 1, kNoConnect = 2, kNoDown = 4, kDisconnecting = 8;
// Bits of a word.
inline constexpr int kUp = 1, kSet6 = 2, kSet4 = 4, kIgnored = 128;
inline constexpr int kReady = 1 << 13, kReady4 = 1 << 14, kReady6 = 1 << 15;

// An address, and when its check for duplicates ends.
struct Address {
  bool there = false, preferred = false;
  int check_ends = kNever;
};

struct If {
  bool bound = false;
  // net_if
  bool admin = false, carrier = true, dormant = false, running = false, refuses = false;
  Address a4[3], a6, own6;  // a4[2] and own6 are link-local
  long check6_order = 0;
  // binding and implementation
  unsigned flags = 0, noted_flags = 0;
  int idle_s = 0;
  bool fails = false, associated = false;
  int associate_at = kNever, idle_at = kNever;
  long associate_order = 0, idle_order = 0;
  // monitor
  int word = 0;
};

// The check of an IPv4 address: first its probe, at `at`, then its end.
struct Check4 {
  int iface, which;
  int at = kNever;
  bool probed = false;
};

struct Event {
  Ev ev;
  int iface;
};

struct Total {
  int count = 0, blame = -1;
};

class Reference {
 public:
  explicit Reference(const Sequence& sequence) : q_(sequence), s_(sequence.setup), ifs_(s_.ifaces) {
    for (int i = 0; i < s_.ifaces; ++i) ifs_[i].bound = (s_.bound >> i & 1) != 0;
  }
  Log run();

 private:
  // net_mgmt
  void raise(Ev ev, int i);
  void deliver();
  // net_if
  int up(int i);
  int down(int i);
  void evaluate(int i);
  void set(bool& flag, bool on, int i);
  void came_up(int i);
  void went_down(int i);
  // checks of addresses
  void add6(int i, Address& address);
  void del6(int i, Address& address);
  void check6(int i, Address& address);
  void settle6(int i);
  void end_checks6(int i);
  int check6_at(int i) const;
  void add4(int i, int which);
  void del4(int i, int which);
  void begin_checks4(int i);
  void end_checks4();
  int check4_at() const;
  // monitor
  void on_monitor(Event e);
  void give();
  void pass();
  void aggregate(Total& last, int count, int blame, Ev yes, Ev no);
  void resend();
  void ignore(int i, bool on);
  // control
  int connect(int i);
  int disconnect(int i, bool idle);
  void auto_connect(int i);
  void auto_down(int i);
  void on_control(Event e);
  void used(int i);
  int impl_connect(int i);
  int impl_disconnect(int i);
  void lost(int i);
  int bulk(Op op, bool skip);
  void boot();
  void play(int number);
  void note_flags(bool all);
  int call(const Step& step);
  void address(const Step& step);
  bool once(int until);
  void fire_timer(int i, bool idle);
  bool is4(int i) const { return ifs_[i].a4[0].preferred || ifs_[i].a4[1].preferred; }
  bool is6(int i) const { return ifs_[i].a6.preferred; }

  const Sequence& q_;
  const Setup& s_;
  std::vector<If> ifs_;
  Log log_;
  int now_ = 0;
  long order_ = 0, check4_order_ = 0;
  std::vector<Check4> checks4_;  // in the order in which the addresses came
  std::deque<Event> queue_;
  int deliver_at_ = kNever, pass_at_ = kNever;
  bool delivering_ = false, booted_ = false, started_ = false, given_ = true;
  Total any_, v4_, v6_;
  int last_up_ = -1, last_down_ = -1;
  std::vector<bool> played_;
};

}  // namespace flapjack::model::reference

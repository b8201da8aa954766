// SPDX-License-Identifier: Apache-2.0
// Monitor: turns the readiness of single ifaces into the node's L4 events (Zephyr: conn_mgr
// monitor of 2024 and later, with one aggregate a family). net_mgmt handlers keep a word of bits
// an iface; a pass over all words compares the counts of ready ifaces with those of the pass
// before and raises L4_CONNECTED, L4_DISCONNECTED and their twins of each family.
//
// Between handler and pass stands a semaphore of at most one: any number of changes before a pass
// is one pass over what is then true. When the pass runs is the coalescing policy.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "connmgr/lock_order.h"
#include "stack/base/ids.h"
#include "stack/base/small_vector.h"
#include "stack/net/net_mgmt.h"
#include "stack/sim/scheduler.h"

namespace flapjack {

class ConnMgr;
class L2;

/// Bits of an iface's word (Zephyr: conn_mgr_private.h).
namespace conn_state {
inline constexpr std::uint16_t kUp = 1u << 0;
inline constexpr std::uint16_t kIpv6Set = 1u << 1;
inline constexpr std::uint16_t kIpv4Set = 1u << 2;
inline constexpr std::uint16_t kIgnored = 1u << 7;
inline constexpr std::uint16_t kReady = 1u << 13;
inline constexpr std::uint16_t kReadyIpv4 = 1u << 14;
inline constexpr std::uint16_t kReadyIpv6 = 1u << 15;
/// Not a word: the iface lies outside the table.
inline constexpr std::uint16_t kInvalid = 0xffff;
}  // namespace conn_state

/// When the pass runs after the semaphore was given.
enum class Coalescing : std::uint8_t {
  EachEvent,     ///< after each net_mgmt event: a cooperative monitor thread
  QueueDrained,  ///< once the net_mgmt queue is empty: a preemptible monitor thread under load
  Immediate,     ///< within the handler
};

/// How the monitor coalesces, and how many ifaces it can hold.
struct MonitorConfig {
  Coalescing coalescing = Coalescing::EachEvent;
  /// CONN_MGR_IFACE_MAX, how many ifaces the table holds; nothing: as many as the node has.
  std::optional<std::size_t> iface_max{};
  /// The first look sees the addresses of offloaded ifaces too, as in a build with native IP; if
  /// not, they count from their next address event on.
  bool scan_offloaded = true;
  /// Ifaces beyond the table are left alone instead of being an error of boot().
  bool allow_untracked = false;
  /// An aggregate for each family beside that of any (since 2024). Without: L4_CONNECTED and
  /// L4_DISCONNECTED only, which name the iface that last changed in that direction.
  bool per_family = true;
  /// Any IPV4_ADDR_ADD is an address that counts (2023), not only a preferred one that is not
  /// link-local.
  bool any_ipv4_add = false;
  /// L4_IF_CONNECTED and L4_IF_DISCONNECTED for each iface, ahead of the aggregates (2026, seen in
  /// a fork only).
  bool l4_if_events = false;

  bool operator==(const MonitorConfig&) const = default;
};

class Monitor {
 public:
  /// Part of `mgr`, by whose stack, locks and config it goes.
  explicit Monitor(ConnMgr& mgr) : mgr_(mgr) {}
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  /// Whether the table holds every iface that the node has.
  bool fits() const;
  /// Registers with net_mgmt, takes a snapshot of every iface (offloaded ones too) and asks for the
  /// first pass. Needs fits().
  void start();

  // Ignored ifaces never count as ready; everything else about them is tracked as before.
  void ignore_iface(NetIf& iface);
  void watch_iface(NetIf& iface);
  bool is_iface_ignored(const NetIf& iface) const;
  /// Every iface of an L2 of this name at once, so that one pass sees them all: in Zephyr an L2 is
  /// one for all of its ifaces. Null: the offloaded ifaces and those without L2.
  void ignore_l2(const L2* l2);
  void watch_l2(const L2* l2);
  /// One of the ifaces of which those two speak.
  static bool is_of(const NetIf& iface, const L2* l2);

  /// Raises what the last pass found once more: any, then the families from the last to the first
  /// (IPv6 before IPv4). Pending changes are not looked at.
  void resend_status();

  /// conn_state bits; kInvalid outside the table (Zephyr: conn_mgr_if_state).
  std::uint16_t if_state(const NetIf& iface) const;
  /// How many ready ifaces the last pass found.
  std::size_t ready_count() const { return ready_[kAny]; }
  /// No pass is owed: ready_count() agrees with the words.
  bool settled() const { return !given_ && !passing_; }

  /// Its lock; held by every call of it, by a pass, and all through the boot of ConnMgr.
  void lock() { locks().take(LockOrder::kMonitor); }
  void unlock() { locks().release(LockOrder::kMonitor); }

 private:
  // The aggregates in the order in which a pass raises them.
  enum Aggregate : std::size_t { kAny, kIpv4, kIpv6, kAggregates };
  struct IfaceState {
    std::uint16_t word = 0;
    bool changed = false;  // since the last pass
  };
  struct Change {
    IfIndex index;
    RecordId cause;  // the record that last changed its word
  };
  // What the next pass judges, and its event. Made by what asks for a pass, gone after it.
  struct Coming {
    SmallVector<Change, 2> changes;
    EventHandle pass;
  };
  struct Total {
    std::uint32_t count = 0;
    IfIndex blame;
    RecordId cause;
  };

  void on_iface(const MgmtNotice& notice);
  void on_ipv4(const MgmtNotice& notice);
  void on_ipv6(const MgmtNotice& notice);
  const MonitorConfig& config() const;
  Stack& stack() const;
  LockOrder& locks() const;
  Coming& coming();
  IfaceState* state(const NetIf& iface);
  void set_bits(NetIf& iface, std::uint16_t bits, bool on);
  bool set_ignored(NetIf& iface, bool ignored);
  void set_l2_ignored(const L2* l2, bool ignored);
  void snapshot();
  void give();
  void pass();
  void pass_soon();
  void settle(const std::array<Total, kAggregates>& found);
  void judge_changes(std::array<Total, kAggregates>& found);
  void judge(Change change, std::array<Total, kAggregates>& found);
  std::size_t blame_place(std::size_t aggregate, bool connected) const;
  void trace_change(const NetIf& iface, bool ready, RecordId& cause);
  void raise(std::size_t aggregate, bool connected, RecordId cause);

  ConnMgr& mgr_;
  SmallVector<IfaceState, 2> states_;  // by iface index - 1
  std::unique_ptr<Coming> coming_;     // null: no pass is due, and no word has changed
  std::array<std::uint32_t, kAggregates> ready_{};  // words with the bit, as of the last pass
  std::array<IfIndex, kAggregates> blame_;          // see blame_place()
  bool given_ = true;                               // the semaphore: starts at one
  bool started_ = false, passing_ = false;
};

}  // namespace flapjack

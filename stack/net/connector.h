// SPDX-License-Identifier: Apache-2.0
// Connector: a node's message bus between the parts of its system and its agents, after the Linux
// kernel Connector (drivers/connector: cn_add_callback, cn_netlink_send_mult, cn_rx_skb). A part
// registers a callback under an id {idx, val}; a message to that id calls it, and what it sends to
// its group, whose number is idx, reaches every socket that has joined. Nothing is sent again and
// nothing keeps an order across senders. Owned by Stack, which makes it when it
// is first used.
//
// Linux's ports, groups and results are kept; the numbers of the events that flapjack publishes on
// it are in cn_feed.h.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stack/base/status.h"
#include "stack/net/cn_ack.h"
#include "stack/net/cn_buffers.h"
#include "stack/net/cn_registry.h"
#include "stack/net/cn_socket.h"
#include "stack/trace/tracer.h"
#include "stack/wire/cn_notify.h"

namespace flapjack {

struct ConnectorConfig {
  /// Who runs a callback. Direct: the sender's turn, as in today's Linux. WorkQueue: a work item of
  /// each callback, lane Work (2.6); while it waits, further messages need an item of their own.
  enum class Dispatch : std::uint8_t { Direct, WorkQueue };
  /// CN_NETLINK_USERS: ids of the kernel's own users are below; 0xf groups more are for others.
  std::uint32_t users = 11;
  CnAckRule ack = CnAckRule::AckPlusOne;
  Dispatch dispatch = Dispatch::Direct;
  std::size_t memory_bytes = 256 * 1024;  ///< all receive queues of the node together
  std::size_t max_callbacks = 64;
  std::size_t max_sockets = 64;
  std::size_t max_notify = 16;      ///< requests for register/unregister notification
  std::size_t max_work_items = 16;  ///< WorkQueue: beside the one of each callback
  bool notification = true;         ///< the id {-1,-1} is there; today's Linux has none
  Errc header_errc = Errc::Emsgsize;  ///< a message without room for its header; 2.6: Einval
  int drop_option = 2;              ///< NETLINK_DROP_MEMBERSHIP; an old text says 0

  bool operator==(const ConnectorConfig&) const = default;
};

class Connector {
 public:
  Connector(Tracer& tracer, SubjectId node, const ConnectorConfig& config);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  const ConnectorConfig& config() const { return config_; }
  Scheduler& scheduler() const { return tracer_.scheduler(); }
  /// The largest group: CN_NETLINK_USERS + 0xf.
  std::uint32_t groups() const { return config_.users + kUserGroups; }
  static constexpr std::uint32_t kUserGroups = 0xf;
  static constexpr CnId kNotifyId{~0u, ~0u};

  /// From now on callbacks may be registered (Linux: cn_init); once.
  void init();

  /// cn_add_callback(). In this order: Eagain before init(), Enomem when there are max_callbacks,
  /// Einval when the id is taken. `name` is cut to 31 characters.
  Status add_callback(CnId id, std::string_view name, CnCallback callback);
  /// cn_del_callback(); safe at any time, nothing happens when the id is not there.
  void del_callback(CnId id);
  bool has_callback(CnId id) const { return registry_.find(id) != nullptr; }

  struct SendOptions {
    std::uint32_t portid = 0;  ///< without `group`: only to this port; with: to all but this one
    std::uint32_t group = 0;
    /// True: this port does not get it (the filter of cn_netlink_send_mult()).
    std::function<bool(std::uint32_t portid)> filter = {};
  };
  /// cn_netlink_send_mult(): one or several messages in one datagram; the first one's id counts.
  /// In this order: Enodev without portid and group, when no callback has the id; Esrch without a
  /// portid when nobody has joined the group; Enomem; header_errc when the header does not fit, or
  /// the whole is more than kCnMessageBytesMax; then to a port alone Econnrefused and Eagain. To a
  /// group it is Ok also when a listener's queue was full.
  Status send_mult(std::span<const std::uint8_t> messages, const SendOptions& options);
  Status send_mult(std::span<const std::uint8_t> messages) { return send_mult(messages, {}); }
  /// cn_netlink_send(): one message; `header.len` is set from `data`.
  Status send(CnMsgHeader header, std::span<const std::uint8_t> data, const SendOptions& options);
  Status send(const CnMsgHeader& header, std::span<const std::uint8_t> data) {
    return send(header, data, {});
  }
  /// Answers a request: same id and seq, the ack of the rule in force, to who sent it.
  Status answer(const CnRequest& request, std::span<const std::uint8_t> data);
  bool has_listeners(std::uint32_t group) const;

  /// A datagram for the kernel side (cn_rx_skb): its first message goes to its callback. Einval:
  /// it is no message (LC: dropped silently), Enodev: no callback, Enomem: no work item left. Each
  /// is an event, as the sender is not told.
  Status receive(std::span<const std::uint8_t> datagram, std::uint32_t from);

  /// Enomem: max_sockets are open; Eaddrinuse: the portid is taken. A socket must not outlive this.
  Result<std::unique_ptr<CnSocket>> open(const CnSocketConfig& config = {});
  /// The open sockets that have something to read, in the order of their opening (poll()).
  std::vector<CnSocket*> poll() const;
  CnSocket* socket(std::uint32_t portid) const;

  /// Called when a group gets its first listener or loses its last one.
  void on_listeners(std::function<void(std::uint32_t group, bool any)> call);
  CnBuffers& buffers() { return buffers_; }
  const CnBuffers& buffers() const { return buffers_; }
  /// Datagrams sent; lost in receive queues; refused for lack of memory.
  std::uint64_t sent() const { return sent_; }
  std::uint64_t overruns() const { return overruns_; }
  std::uint64_t memory_failures() const { return memory_failures_; }

 private:
  friend class CnSocket;
  struct Work {
    CnEntry* entry;  // null once its callback is gone
    CnDatagram datagram;
  };
  Status send_from(CnSocket& socket, std::span<const std::uint8_t> datagram, CnAddress to);
  Status multicast(const CnDatagram& datagram, const SendOptions& options);
  Status unicast(const CnDatagram& datagram, std::uint32_t portid);
  Status queue_work(CnEntry& entry, std::span<const std::uint8_t> datagram, std::uint32_t from);
  void call(CnEntry& entry, std::span<const std::uint8_t> datagram, std::uint32_t from);
  void work();
  void notify_request(const CnRequest& request);
  void notify(CnId id, std::uint32_t event);
  CnDatagram copy(std::span<const std::uint8_t> datagram, std::uint32_t from);
  void lost(const CnSocket& socket, const CnDatagram& datagram);
  void listeners_changed(std::uint32_t group);
  void closed(CnSocket& socket);
  std::size_t listeners(std::uint32_t group) const;

  Tracer& tracer_;
  SubjectId node_;
  ConnectorConfig config_;
  CnBuffers buffers_;
  CnRegistry registry_;
  std::vector<CnSocket*> sockets_;
  std::vector<std::uint32_t> heard_;  // sorted: groups with listeners
  std::vector<CnNotifyRequest> notify_;
  std::vector<Work> work_items_;
  std::vector<std::uint8_t> scratch_;
  std::function<void(std::uint32_t, bool)> on_listeners_;
  std::uint32_t next_port_ = 1;
  std::uint64_t sent_ = 0, overruns_ = 0, memory_failures_ = 0;
  bool initialised_ = false, calling_ = false;
  Timer work_;
};

}  // namespace flapjack

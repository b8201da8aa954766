// SPDX-License-Identifier: Apache-2.0
// DnsResolver: a node's DNS client (Zephyr: dns_resolve_context, resolve.c). A query goes once, to
// the first server whose send is accepted: there is no second packet, and a silent server is not
// left for the next one. Servers have a source and perhaps an iface; another set of servers cancels
// every open query. Each server has a NetContext from its first query on, so an engine works too.
//
// Events of the node: dns_query (name, type, server), dns_done (name, code, rcode of the answer if
// one came), dns_server_failed and dns_server_refused (server, errno), dns_ignored (reason).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stack/base/status.h"
#include "stack/packet/packet.h"
#include "stack/sim/rng.h"
#include "stack/sim/timer.h"
#include "stack/wire/dns.h"

namespace flapjack {

class NetContext;
class NetIf;
class Stack;

/// Zephyr's enum dns_resolve_status, with its numbers. Only what this resolver reports.
enum class DnsStatus : int {
  Fail = -4,         ///< the server says no: an error, or an answer without records
  NoData = -5,       ///< records, but none of use
  AddrFamily = -9,   ///< an address of the other family
  System = -11,      ///< the answer is malformed
  InProgress = -100, ///< an address; more calls follow
  Canceled = -101,   ///< timeout, cancel(), other servers, or a CNAME without an address
  AllDone = -103,    ///< the end of the addresses
};
/// "ALLDONE", "CANCELED": without Zephyr's DNS_EAI_ prefix.
std::string_view dns_status_name(DnsStatus status);
std::span<const DnsStatus> dns_statuses();

/// Who told us of a server. Zephyr: enum dns_server_source.
enum class DnsServerSource : std::uint8_t { Manual, Dhcpv4, Dhcpv6, RouterAdvert, Ppp };

struct DnsServerInfo {
  Endpoint endpoint;
  NetIf* iface = nullptr;  ///< it is reached by this one only; null: by any
  DnsServerSource source = DnsServerSource::Manual;
};

struct DnsConfig {
  std::size_t max_servers = 1;  ///< DNS_RESOLVER_MAX_SERVERS
  std::size_t queries = 1;      ///< DNS_NUM_CONCUR_QUERIES: open at one time

  bool operator==(const DnsConfig&) const = default;
};

/// The address is there with InProgress and null otherwise. Any status but InProgress is the last.
/// The query's slot is free again only after that last call, as in Zephyr.
using DnsCallback = std::function<void(DnsStatus, const IpAddress* address)>;

class DnsResolver {
 public:
  explicit DnsResolver(Stack& stack);
  ~DnsResolver();
  DnsResolver(const DnsResolver&) = delete;
  DnsResolver& operator=(const DnsResolver&) = delete;

  /// Puts a server behind those there are, cancels the open queries and raises DNS_SERVER_ADD. A
  /// server that is there already, for the same iface, changes nothing. Einval (no address of one
  /// host, port 0), Enospc (max_servers).
  Status add_server(const Endpoint& server, NetIf* iface, DnsServerSource source);
  /// At port 53.
  Status add_server(const IpAddress& server, NetIf* iface, DnsServerSource source) {
    return add_server(Endpoint{server, kDnsPort}, iface, source);
  }
  /// Removes what `source` told on `iface`, or of that the one at `only`, cancels the open queries
  /// and raises DNS_SERVER_DEL for each. How many it were; with none, nothing happens.
  std::size_t remove_servers(const NetIf& iface, DnsServerSource source,
                             const IpAddress* only = nullptr);
  /// For one server more.
  bool has_room() const;
  /// In the order in which they are asked.
  std::vector<DnsServerInfo> servers() const;

  /// Asks for the addresses of `name` (dns_resolve_name); the id, for cancel(). The answer comes by
  /// `done` within `timeout`, else Canceled does. A numeric name of the type's family is answered
  /// within this call, with id 0. Errors, in the order of the checks: Einval (timeout 0, or neither
  /// A nor AAAA), Epfnosupport (numeric name of the other family), Eopnotsupp (a ".local" name:
  /// there is no mDNS), Einval (no servers), Eagain (all slots in use), Enomem (name above 255
  /// bytes), Einval (no name), Enoent (no server accepted the packet).
  Result<std::uint16_t> resolve(std::string_view name, DnsType type, DnsCallback done,
                                Timeout timeout);
  /// Ends an open query with Canceled. Enoent.
  Status cancel(std::uint16_t id);
  std::size_t open_queries() const;

 private:
  struct Server {
    DnsServerInfo told;
    NetContext* context = nullptr;  // from the first query on
  };
  struct Query;
  struct Answer;
  void make_slots();
  Query* free_slot();
  Query* find(std::uint16_t id);
  std::uint16_t new_id();
  bool send(Query& query);
  Status send_to(Query& query, Server& server, std::span<const std::uint8_t> message);
  Status open(Server& server);
  void close(Server& server);
  void on_packet(const NetContext& context, const Packet& packet);
  void answer(Query& query, DnsReader& reader);
  DnsStatus collect(Query& query, DnsReader& reader, std::uint32_t life);
  /// `rcode`: of the answer, if one came.
  void finish(Query& query, DnsStatus status, std::optional<DnsRcode> rcode = {});
  RecordId trace_end(std::string_view name, DnsStatus status, std::optional<DnsRcode> rcode);
  void cancel_all();
  void expire(std::uint64_t slot);
  void notify(const DnsServerInfo& server, bool added);
  void ignore(std::string_view reason);

  Stack& stack_;
  RandomStream ids_;
  std::vector<Server> servers_;
  std::vector<std::unique_ptr<Query>> queries_;
};

}  // namespace flapjack

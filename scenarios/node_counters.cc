// SPDX-License-Identifier: Apache-2.0
#include "scenarios/node_counters.h"

#include <algorithm>
#include <array>

namespace flapjack {
namespace {

using S = Stack;
using I = std::int64_t;

constexpr I kMicrosecond = 1000;

template <class N>
I number(N n) { return static_cast<I>(n); }
I micros(Duration d) { return d.ns / kMicrosecond; }

// One that nobody has used has counted nothing.
template <auto Count>
I of_connector(const S& s) {
  const CnParts* cn = s.cn().made();
  return cn != nullptr ? number((cn->connector.*Count)()) : I{0};
}

constexpr std::array kCounters = {
    NodeCounter{"mgmt_dropped", "net_mgmt events that were lost",
                [](const S& s) { return number(s.mgmt.dropped()); }},
    NodeCounter{"mgmt_delivered", "net_mgmt events that reached the handlers",
                [](const S& s) { return number(s.mgmt.delivered()); }},
    NodeCounter{"mgmt_peak", "the most net_mgmt events that waited at one time",
                [](const S& s) { return number(s.mgmt.peak()); }},
    NodeCounter{"cn_sent", "datagrams that the Connector sent",
                of_connector<&Connector::sent>},
    NodeCounter{"cn_overruns", "datagrams that found the receive queue of a socket full",
                of_connector<&Connector::overruns>},
    NodeCounter{"cn_no_memory", "datagrams for which the Connector had no memory",
                of_connector<&Connector::memory_failures>},
    NodeCounter{"icmp_errors_limited", "ICMP errors that a limit kept back",
                [](const S& s) {
                  const Icmp* icmp = s.icmp().made();
                  const Ipv6Parts* v6 = s.v6().made();
                  return number((icmp != nullptr ? icmp->errors_limited() : 0) +
                                (v6 != nullptr ? v6->icmp.errors_limited() : 0));
                }},
    NodeCounter{"forwarded", "packets a router sent on",
                [](const S& s) {
                  const StackParts* const parts = s.made_parts();
                  return number(parts != nullptr ? parts->forwarded : 0);
                }},
    NodeCounter{"tx_alloc_failed", "sends that found the tx pool empty",
                [](const S& s) { return number(s.tx_pool.failures()); }},
    NodeCounter{"rx_alloc_failed", "received packets that found the rx pool empty",
                [](const S& s) { return number(s.rx_pool.failures()); }},
    NodeCounter{"tx_queue_peak", "the most packets that waited for sending at one time",
                [](const S& s) { return number(s.tx_queue.total().peak); }},
    NodeCounter{"rx_queue_peak", "the most received packets that waited at one time",
                [](const S& s) { return number(s.rx_queue.total().peak); }},
    NodeCounter{"tx_queue_dropped", "packets that found their tx class full",
                [](const S& s) { return number(s.tx_queue.total().dropped); }},
    NodeCounter{"rx_queue_dropped", "packets that found their rx class full",
                [](const S& s) { return number(s.rx_queue.total().dropped); }},
    NodeCounter{"tx_wait_max", "the longest wait in a tx class, us",
                [](const S& s) { return micros(s.tx_queue.total().waited_max); }},
    NodeCounter{"rx_wait_max", "the longest wait in an rx class, us",
                [](const S& s) { return micros(s.rx_queue.total().waited_max); }},
    NodeCounter{"cpu_busy", "how long the modelled cpu was at work, us",
                [](const S& s) { return micros(s.cpu.busy()); }},
};

}  // namespace

std::span<const NodeCounter> node_counters() { return kCounters; }

const NodeCounter* find_node_counter(std::string_view name) {
  const auto found = std::find_if(kCounters.begin(), kCounters.end(),
                                  [&](const NodeCounter& c) { return c.name == name; });
  return found != kCounters.end() ? &*found : nullptr;
}

}  // namespace flapjack

// SPDX-License-Identifier: Apache-2.0
// A small vocabulary and shortcuts for tests of the scenario front end.
#pragma once
#include <optional>
#include <string>

#include "scenarios/spec_json.h"

namespace flapjack {

inline Vocabulary test_vocabulary() {
  using K = TargetKind;
  Vocabulary v;
  v.profiles = {{"zephyr-4", "L2 behind the queue."}, {"zephyr-1.13", "L2 before the queue."}};
  v.l2s = {{"ethernet", "Ethernet II."}, {"dummy", "No header."}};
  v.engines = {{"native", "The stack itself."}, {"lwip", "lwIP."}};
  v.conn_impls = {{"wifi", "Associates."}, {"scripted", "Follows a script."}};
  v.kconfigs = {{"NET_PKT_RX_COUNT", "Receive packets."}, {"NET_TC_TX_COUNT", "Queues."}};
  v.technologies = {{"ethernet", "A wire.", "ethernet", ""},
                    {"wifi", "A radio.", "ethernet", "wifi"},
                    {"lte", "A modem.", "dummy", "wifi"},
                    {"dummy", "Nothing.", "dummy", ""}};
  v.verbs = {{"carrier_down", "The carrier is lost.", only(K::Iface), true, {}},
             {"dormant", "The iface is dormant.", only(K::Iface), true, {}},
             {"admin_down", "net_if_down.", only(K::Iface), true, {}},
             {"vanish", "A node or its radio is gone.", K::Iface | K::Node, true, {}},
             {"set_link", "Changes a link.", only(K::Link), true,
              {"rate", "delay", "jitter", "distribution", "correlation", "loss", "duplicate",
               "reorder", "corrupt", "mtu", "queue", "up", "down"}},
             {"hold", "Frames wait.", only(K::Link), true, {"direction"}, {}, true},
             {"fade", "Losses grow.", only(K::Link), true, {"to", "over", "direction"},
              {"to", "over"}},
             {"partition", "Groups apart.", only(K::Groups), true, {}},
             {"drop", "The packet is lost.", only(K::Packet), false, {"nth"}, {}, true},
             {"connect", "conn_mgr_if_connect.", only(K::Iface), false, {}},
             {"disconnect", "conn_mgr_if_disconnect.", only(K::Iface), false, {}},
             {"ignore", "conn_mgr_ignore_iface.", only(K::Iface), true, {}},
             {"note", "A remark in the trace.", only(K::Text), false, {}}};
  v.apps = {{"udp_ping", "Sends datagrams.", {"send", "every", "from", "until", "count", "wait"},
             false, {"udp_echo"}},
            {"reconnecting_client", "Keeps a connection.", {"send", "every", "from", "timeout"},
             true, {"tcp_echo"}},
            {"dns_query", "Asks for names.", {"every", "type", "wait"}, false, {},
             AppValue::Names}};
  v.services = {{"udp_echo", "Echoes datagrams.", true},
                {"tcp_echo", "Echoes a stream.", true},
                {"dns", "Knows names.", false, ServiceValue::Zone, {"delay"}},
                {"still", "Knows names.", false, ServiceValue::Zone},
                {"dhcp", "Lends addresses.", false, ServiceValue::Dhcp, {"delay"}},
                {"ra", "Advertises.", false, ServiceValue::Ra}};
  v.events = {{"IF_UP", "Oper-up.", only(K::Iface), {}},
              {"IF_DOWN", "No longer oper-up.", only(K::Iface), {}},
              {"CONN_IF_TIMEOUT", "Gave up.", only(K::Iface), {"after"}},
              {"L4_CONNECTED", "Some iface is ready.", only(K::Node), {"iface"}},
              {"L4_DISCONNECTED", "No iface is ready.", only(K::Node), {"iface"}},
              {"acked", "An answer came.", only(K::App), {"len", "rtt"}},
              {"dropped", "A frame was lost.", K::Link | K::Iface, {"reason", "len"}}};
  v.counters = {{"tx_packets", "Sent.", K::Iface | K::Link}, {"sent", "Requests.", only(K::App)}};
  v.packet_keys = {{"sport", "Source port."}, {"dport", "Destination port."}};
  return v;
}

/// What came of loading a text.
struct Loaded {
  SourceFile file;
  DiagnosticSink sink;
  std::optional<ScenarioSpec> spec;
  std::string messages;  ///< as people read them

  explicit Loaded(std::string text, const Vocabulary& v = test_vocabulary())
      : file("t.json", std::move(text)) {
    spec = load_scenario(file, v, sink);
    messages = render(file, sink);
  }
  const Diagnostic& first() const { return sink.all().at(0); }
  /// "2:5 F0101 unknown key ..." of message `i`.
  std::string brief(std::size_t i = 0) const {
    if (i >= sink.all().size()) return "none";
    const Diagnostic& d = sink.all()[i];
    const SourcePlace p = file.place(d.span);
    return std::to_string(p.line) + ":" + std::to_string(p.column) + " " + d.code + " " +
           d.message;
  }
};

/// A scenario of two nodes and a link, with these members behind the three, e.g.
/// `, "timeline": [...]`.
inline std::string small_scenario(const std::string& more = {}) {
  return R"({ "until": "40s",
  "nodes": {
    "dev": { "ifaces": { "wifi0": { "technology": "wifi", "ipv4": "192.0.2.2/24" } },
             "apps": { "telemetry": { "udp_ping": "ap:7", "every": "1s" } } },
    "ap": { "ifaces": { "wlan0": { "ipv4": "192.0.2.1/24" } },
            "services": ["udp_echo:7", "tcp_echo:4242"] } },
  "links": { "air": { "between": ["dev.wifi0", "ap.wlan0"], "rate": "20Mbit/s" } })" +
         more + "\n}\n";
}

inline std::string with_step(const std::string& step) {
  return small_scenario(",\n  \"timeline\": [" + step + "]");
}
inline std::string with_expect(const std::string& expect) {
  return small_scenario(",\n  \"expect\": [" + expect + "]");
}

}  // namespace flapjack

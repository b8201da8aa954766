// SPDX-License-Identifier: Apache-2.0
// Two scenarios that together use every word of the registry and record nearly every event.
#pragma once

namespace flapjack {

inline const char* const kEveryWord = R"({
  "about": "Every technology, app, service, engine, implementation and verb.", "until": "30s",
  "nodes": {
    "dev": {
      "kconfig": { "NET_MGMT_EVENT_QUEUE_SIZE": 1, "NET_MGMT_EVENT_QUEUE_TIMEOUT": 0 },
      "ifaces": {
        "eth0": { "technology": "ethernet", "ipv4": "10.0.0.1/24", "gateway": "10.0.0.2" },
        "wifi0": { "technology": "wifi", "ipv4": "10.1.0.1/24",
                   "conn": { "associate": "1s", "fail": "30%", "retry": "100ms", "timeout": "3s",
                             "persistent": true } },
        "wifi1": { "technology": "wifi", "ipv4": "10.4.0.1/24", "conn": { "fatal": "100%" } },
        "par0": { "technology": "dummy", "ipv4": "10.2.0.1/24" },
        "lo0": { "technology": "loopback", "ipv4": "127.0.0.1/8" },
        "s0": { "ipv4": "10.3.0.1/24", "conn": { "impl": "scripted", "script": [
          "connect 200ms up", "connect 300ms carrier_off", "connect 400ms carrier_on",
          "connect 2s timeout", "connect 5s fatal=7", "disconnect down",
          "disconnect return=-ECHILD" ] } }
      },
      "apps": {
        "ping": { "udp_ping": "srv:7", "every": "500ms", "wait": "100ms" },
        "far": { "udp_ping": "203.0.113.9:7" },
        "self": { "udp_ping": "127.0.0.1:7" },
        "client": { "reconnecting_client": "ap:7", "wait": "2s" }
      },
      "services": ["udp_echo:7"]
    },
    "srv": { "profile": "zephyr-1.13", "ifaces": { "eth0": { "ipv4": "10.0.0.2/24" } },
             "services": { "echo": "udp_echo:7", "again": "udp_echo:7" } },
    "ap": { "ifaces": { "wlan0": { "ipv4": "10.1.0.2/24" }, "s0": { "ipv4": "10.3.0.2/24" },
                        "par0": { "technology": "dummy", "ipv4": "10.2.0.2/24" } },
            "services": ["udp_echo:7"] },
    "poor": { "kconfig": { "NET_PKT_TX_COUNT": 1, "NET_PKT_RX_COUNT": 1, "NET_MAX_CONTEXTS": 1 },
              "ifaces": { "eth0": { "ipv4": "10.5.0.1/24" } },
              "apps": { "a": { "udp_ping": "10.5.0.9:7", "every": "100ms", "count": 30 },
                        "b": { "udp_ping": "10.5.0.9:7" } } },
    "rich": { "ifaces": { "eth0": { "ipv4": "10.5.0.2/24" } } }
  },
  "links": {
    "wire": { "between": ["dev.eth0", "srv.eth0"], "rate": "1Mbit/s", "delay": "1ms",
              "jitter": "100us", "queue": 5, "corrupt": "5%", "duplicate": "20%",
              "reorder": { "share": "90%", "gap": 2 }, "mtu": "1400B",
              "down": { "loss": { "gilbert_elliott": { "enter": "10%", "leave": "40%" } } } },
    "air": { "between": ["dev.wifi0", "ap.wlan0"], "delay": "2ms", "loss": "5%" },
    "pipe": { "between": ["dev.par0", "ap.par0"] }, "line": { "between": ["dev.s0", "ap.s0"] },
    "pair": { "between": ["poor.eth0", "rich.eth0"] }
  },
  "timeline": [
    { "at": "2s", "every": "1s", "until": "8s", "carrier_down": "dev.eth0", "for": "300ms" },
    { "at": "9s", "vanish": "srv", "for": "1s" },
    { "at": "10s", "vanish": "ap.wlan0", "for": "8s" },
    { "at": "11s", "dormant": "dev.eth0", "for": "1s" },
    { "at": "13s", "admin_down": "dev.eth0", "for": "1s" },
    { "at": "14s", "admin_down": "dev.par0" }, { "at": "14.5s", "admin_down": "dev.par0" },
    { "at": "15s", "set_link": "wire", "loss": "50%", "for": "5s" },
    { "at": "20s", "disconnect": "dev.s0", "for": "1s" }, { "at": "22s", "connect": "dev.wifi0" },
    { "at": "23s", "disconnect": "dev.wifi0" }, { "at": "24s", "connect": "dev.eth0" },
    { "at": "25s", "ignore": "dev.eth0", "for": "1s" },
    { "at": "26s", "exhaust": "srv.rx_bufs", "leave": 1, "for": "1s" },
    { "at": "26s", "stall": "ap.tx_queue", "for": "500ms" },
    { "on": "dev L4_CONNECTED", "note": "online", "times": 3 },
    { "at": "5s", "black_hole": "air", "for": "500ms" }, { "at": "6s", "hold": "pipe" },
    { "at": "16s", "release": "pipe" }, { "on": "poor > * ARP", "nth": 3, "drop": "packet" },
    { "at": "16s", "fade": "air", "to": "100%", "over": "2s", "for": "4s" },
    { "at": "26s", "partition": ["dev"], "for": "1s" },
    { "at": "28s", "suspend": "srv.eth0", "for": "1s" },
    { "at": "27s", "carrier_down": "wire" }, { "at": "28s", "resend_status": "dev" },
    { "at": "28s", "check_online": "dev" },
    { "at": "28s", "all_down": "ap", "for": "100ms" }, { "at": "28.2s", "all_up": "ap" },
    { "at": "28.5s", "all_disconnect": "dev" }, { "at": "28.7s", "all_connect": "dev" },
    { "at": "28.6s", "refuse_admin": "dev.s0", "for": "100ms" },
    { "at": "28.6s", "fail_calls": "dev.s0", "for": "300ms" },
    { "at": "29s", "conn_timeout": "dev.wifi0" }, { "at": "29s", "conn_fatal": "dev.wifi1" },
    { "at": "29s", "admin_up": "dev.par0" }, { "at": "29s", "watch": "dev.eth0" },
    { "at": "29s", "ignore_l2": "dev", "l2": "none" }, { "at": "29s", "used": "dev.s0" },
    { "at": "29.1s", "watch_l2": "dev", "l2": "none" },
    { "at": "29s", "set_flag": "dev.s0", "flag": "no_auto_connect", "value": true },
    { "at": "29s", "set_timeout": "dev.s0", "timeout": "4s", "for": "100ms" },
    { "at": "29s", "set_idle_timeout": "dev.s0", "timeout": "1min" },
    { "at": "29s", "add_address": "dev.par0", "address": "10.2.0.9/24" },
    { "at": "29.5s", "del_address": "dev.par0", "address": "10.2.0.1" }
  ]
})";

inline const char* const kEveryEngine = R"({
  "about": "Engines on both sides: refused, broken and lost connections.", "until": "40s",
  "nodes": {
    "dev": { "ifaces": { "lte0": { "technology": "lte", "ipv4": "10.0.0.1/24",
                                   "offload": "lwip" } },
      "apps": { "tcp": { "reconnecting_client": ["srv:81", "srv:80"], "wait": "3s",
                         "timeout": "2s" },
                "udp": { "reconnecting_client": "srv:7", "send": "100B" },
                "ping": { "udp_ping": "srv:7" },
                "big": { "reconnecting_client": "srv:80", "send": "1MB", "count": 2 } } },
    "srv": { "ifaces": { "s1": { "ipv4": "10.0.0.2/24", "offload": "lwip" } },
      "services": { "web": "tcp_echo:80", "web2": "tcp_echo:81", "again": "tcp_echo:80",
                    "echo": "udp_echo:7" } }
  },
  "links": { "cell": { "between": ["dev.lte0", "srv.s1"], "rate": "10Mbit/s", "delay": "30ms" } },
  "timeline": [
    { "at": "5s", "carrier_down": "dev.lte0", "for": "3s" },
    { "at": "12s", "set_link": "cell", "loss": "100%", "for": "10s" },
    { "at": "25s", "admin_down": "srv.s1", "for": "3s" },
    { "at": "32s", "admin_down": "dev.lte0", "for": "2s" }
  ]
})";

}  // namespace flapjack

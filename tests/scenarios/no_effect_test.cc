// SPDX-License-Identifier: Apache-2.0
// What is written must be able to change something: options without effect, and patterns that
// nothing could ever match, are refused where they stand.
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

struct Row {
  const char* what;
  std::string text;
  const char* message;  ///< null: it is fine
};

/// dev and srv on a wire. Line 2: members of dev; 3: of its iface; 4: of the link; 5: steps;
/// 6: expectations.
std::string scenario(const std::string& node, const std::string& iface = {},
                     const std::string& link = {}, const std::string& steps = {},
                     const std::string& expect = {}) {
  return R"({ "until": "2s", "nodes": { "srv": { "ifaces": { "e": { "ipv4": "10.0.0.1/24" } }, )"
         R"("apps": { "p": { "udp_ping": "10.0.0.2:7" } } },
"dev": { )" + node + R"( "ifaces": { "eth0": {
)" + iface + R"( } } } }, "links": { "wire": { "between": ["dev.eth0", "srv.e"]
)" + link + R"( } }, "timeline": [
)" + steps + R"( ], "expect": [
)" + expect + "] }";
}
Row node(const char* what, const std::string& text, const char* message) {
  return {what, scenario(text), message};
}
Row iface(const char* what, const std::string& text, const char* message,
          const std::string& link = {}) {
  return {what, scenario({}, text, link), message};
}
Row link(const char* what, const std::string& text, const char* message,
         const std::string& steps = {}) {
  return {what, scenario({}, {}, text, steps), message};
}
Row step(const char* what, const std::string& text, const char* message) {
  return {what, scenario({}, {}, {}, R"({ "at": "1s", )" + text + " }"), message};
}
Row never(const char* what, const std::string& pattern, const char* message) {
  return {what, scenario({}, {}, {}, {}, R"({ "never": ")" + pattern + R"(" })"), message};
}

class NoEffect : public ::testing::TestWithParam<Row> {};

TEST_P(NoEffect, IsRefusedWhereItStands) {
  const Ran ran(GetParam().text);
  if (GetParam().message == nullptr) {
    EXPECT_TRUE(ran.report) << ran.messages;
    return;
  }
  EXPECT_FALSE(ran.report);
  EXPECT_EQ(ran.brief(), GetParam().message);
  ASSERT_FALSE(ran.sink.all().empty());
  const Diagnostic& first = ran.sink.all().front();  // F0108: of two keys that do not go together
  EXPECT_TRUE(first.code == "F0108" || !first.help.empty()) << "what to write instead";
}

INSTANTIATE_TEST_SUITE_P(
    Links, NoEffect,
    ::testing::Values(
        link("queue", R"(, "queue": 8)", "4:12 F0111 on a link without a rate nothing waits"),
        link("queue_with_rate", R"(, "queue": 8, "rate": "1Mbit/s")", nullptr),
        link("queue_of_one_direction", R"(, "up": { "rate": "1Mbit/s" }, "down": { "queue": 8 })",
             "4:51 F0111 on a link without a rate nothing waits"),
        link("queue_before_a_rate_comes", R"(, "queue": 8)", nullptr,
             R"({ "at": "1s", "set_link": "wire", "rate": "1Mbit/s" })"),
        link("a_channel_that_stays_good", R"(, "loss": { "gilbert_elliott": { "enter": "0%",
             "leave": "20%" } })",
             "4:43 F0111 a channel that never turns bad loses nothing"),
        link("a_channel_that_is_good_when_bad", R"(, "loss": { "gilbert_elliott": { "enter": "1%",
             "leave": "20%", "bad": "0%" } })",
             "5:37 F0111 a channel that is good when bad loses nothing"),
        link("a_channel_that_is_better_when_bad", R"(, "loss": { "gilbert_elliott": {
             "enter": "1%", "leave": "20%", "bad": "0%", "good": "1%" } })",
             nullptr),
        link("a_channel_that_stays_good_and_loses", R"(, "loss": { "gilbert_elliott": {
             "enter": "0%", "leave": "20%", "good": "1%" } })",
             nullptr),
        link("correlation_of_no_jitter",
             R"(, "loss": "1%", "delay": "1ms", "correlation": { "delay": "50%" })",
             "4:48 F0111 nothing here is drawn that could correlate"),
        link("correlation_of_no_loss", R"(, "jitter": "1ms", "correlation": { "loss": "50%" })",
             "4:35 F0111 nothing here is drawn that could correlate"),
        link("correlation_of_both", R"(, "loss": "1%", "correlation": "50%")", nullptr),
        link("correlation_of_one_direction",
             R"(, "jitter": "1ms", "correlation": { "loss": "25%" }, "up": { "loss": "1%" })",
             nullptr),
        link("a_word_for_one_direction",
             R"j(, "distribution": "normal", "up": { "jitter": "1ms" },
                 "down": { "distribution": "exp(2ms)" })j",
             nullptr),
        link("a_word_without_an_amount",
             R"j(, "distribution": "exp(20ms)", "up": { "distribution": "normal" })j",
             "4:56 F0111 a \"distribution\" without \"jitter\" changes nothing"),
        link("a_word_without_an_amount_later", R"j(, "distribution": "exp(20ms)")j",
             "5:51 F0111 a \"distribution\" without \"jitter\" changes nothing",
             R"({ "at": "1s", "set_link": "wire", "distribution": "normal" })"),
        link("a_word_with_an_amount",
             R"j(, "distribution": "exp(20ms)", "up": { "jitter": "1ms", "distribution": "exp" })j",
             nullptr),
        iface("device", R"("queue": 8)", "3:10 F0111 on a link without a rate nothing waits"),
        iface("device_other_direction", R"("queue": 8)",
              "3:10 F0111 on a link without a rate nothing waits",
              R"(, "down": { "rate": "1Mbit/s" })"),
        iface("device_with_rate", R"("queue": 8)", nullptr, R"(, "rate": "1Mbit/s")")),
    [](const auto& info) { return std::string(info.param.what); });

INSTANTIATE_TEST_SUITE_P(
    Nodes, NoEffect,
    ::testing::Values(
        node("more_times_than_classes", R"("cpu": { "rx": ["1us", "2us"] },)",
             "2:25 F0924 2 service times, but 1 traffic class"),
        node("tx_times", R"("kconfig": { "NET_TC_TX_COUNT": 2 },
                            "cpu": { "tx": ["1us", "2us", "3us"] },)",
             "3:44 F0924 3 service times, but 2 traffic classes"),
        node("as_many_as_classes", R"("kconfig": { "NET_TC_RX_COUNT": 2 },
                                      "cpu": { "rx": ["1us", "2us"] },)",
             nullptr),
        node("renewal_without_client", R"("dhcp_renewal": "until_expiry",)",
             "2:10 F0111 no interface of this node asks for a lease"),
        node("decline_wait_without_client", R"("dhcp_decline_wait": "10s",)",
             "2:10 F0111 no interface of this node asks for a lease"),
        iface("cpu", R"("cpu": { "rx": ["1us"] })", "3:1 F0101 unknown key \"cpu\""),
        iface("faults_of_a_vlan", R"("ipv4": "10.0.0.2/24" }, "v": {
              "vlan": { "on": "eth0", "id": 5 }, "faults": { "tx": { "loss": "1%" } })",
              "4:50 F0108 \"faults\" does not go with \"vlan\""),
        iface("mac_of_a_tunnel", R"("ipv4": "10.0.0.2/24" }, "t": {
              "tunnel": { "on": "eth0", "remote": "10.0.0.1" }, "mac": "02:00:00:00:00:09")",
              "4:65 F0108 \"mac\" does not go with \"tunnel\""),
        iface("checksums_of_a_dummy", R"("technology": "dummy", "checksum_offload": "tx")",
              "3:24 F0929 \"checksum_offload\" is of Ethernet devices under the native stack"),
        iface("checksums_of_an_engine",
              R"("ipv4": "10.0.0.2/24", "offload": "lwip", "checksum_offload": "tx")",
              "3:43 F0929 \"checksum_offload\" is of Ethernet devices under the native stack"),
        iface("a_pause_before_nothing",
              R"("technology": "ppp", "ppp": { "persistent": false, "reconnect": "7s" })",
              "3:52 F0108 \"reconnect\" does not go with \"persistent\": false"),
        iface("checksums", R"("checksum_offload": "both")", nullptr)),
    [](const auto& info) { return std::string(info.param.what); });

INSTANTIATE_TEST_SUITE_P(
    Kconfig, NoEffect,
    ::testing::Values(
        node("igmpv3", R"("kconfig": { "NET_IPV4_IGMPV3": true },)",
             "2:42 F0933 NET_IPV4_IGMPV3 does nothing without NET_IPV4_IGMP"),
        node("queue_timeout_of_a_ring", R"("profile": "zephyr-1.13",
             "kconfig": { "NET_MGMT_EVENT_QUEUE_TIMEOUT": 5 },)",
             "3:59 F0933 NET_MGMT_EVENT_QUEUE_TIMEOUT does nothing in this profile: "
             "a full ring loses its oldest event"),
        node("no_queue_timeout_of_a_ring", R"("profile": "zephyr-1.13",
             "kconfig": { "NET_MGMT_EVENT_QUEUE_TIMEOUT": 0 },)",
             nullptr),
        node("igmpv3_off", R"("kconfig": { "NET_IPV4_IGMPV3": false },)", nullptr),
        node("igmpv3_and_igmp",
             R"("kconfig": { "NET_IPV4_IGMPV3": true, "NET_IPV4_IGMP": true },)", nullptr),
        node("fragments", R"("kconfig": { "NET_IPV6_FRAGMENT_MAX_PKT": 4 },)",
             "2:52 F0933 NET_IPV6_FRAGMENT_MAX_PKT does nothing without NET_IPV6_FRAGMENT"),
        node("paths", R"("kconfig": { "NET_IPV4_PMTU_DESTINATION_CACHE_ENTRIES": 4 },)",
             "2:66 F0933 NET_IPV4_PMTU_DESTINATION_CACHE_ENTRIES does nothing without "
             "NET_IPV4_PMTU"),
        node("queue", R"("kconfig": { "NET_MGMT_EVENT_QUEUE_SIZE": 3,
             "NET_MGMT_EVENT_DIRECT": true },)",
             "2:52 F0933 NET_MGMT_EVENT_QUEUE_SIZE does nothing with NET_MGMT_EVENT_DIRECT"),
        node("two_ways", R"("kconfig": { "NET_MGMT_EVENT_THREAD": true,
             "NET_MGMT_EVENT_DIRECT": true },)",
             "2:48 F0933 NET_MGMT_EVENT_THREAD is undone by another way to deliver events"),
        Row{"auto", scenario(R"("kconfig": { "NET_IPV4_ACD": false },)", R"("ipv4": "auto")"),
            "2:39 F0933 a link-local address is checked for conflicts: NET_IPV4_ACD stays on"},
        node("acd_off", R"("kconfig": { "NET_IPV4_ACD": false },)", nullptr),
        node("two_maps", R"("kconfig": { "NET_TC_TX_COUNT": 2, "NET_TC_RX_COUNT": 2,
             "NET_TC_MAPPING_SR_CLASS_B_ONLY": true, "NET_TC_MAPPING_STRICT": true },)",
             "3:48 F0933 NET_TC_MAPPING_SR_CLASS_B_ONLY is undone by another priority map"),
        node("two_defaults", R"("kconfig": { "NET_DEFAULT_IF_FIRST": true,
             "NET_DEFAULT_IF_UP": true },)",
             "2:47 F0933 NET_DEFAULT_IF_FIRST is undone by another default interface"),
        node("one_of_a_choice", R"("kconfig": { "NET_DEFAULT_IF_FIRST": false,
             "NET_DEFAULT_IF_UP": true, "NET_DEFAULT_IF_PPP": false },)", nullptr),
        node("not_the_default", R"("kconfig": { "NET_DEFAULT_IF_PPP": false },)", nullptr),
        node("skip", R"("kconfig": { "NET_TC_TX_COUNT": 0,
             "NET_TC_TX_SKIP_FOR_HIGH_PRIO": true },)",
             "3:46 F0933 NET_TC_TX_SKIP_FOR_HIGH_PRIO does nothing without NET_TC_TX_COUNT"),
        node("name_length", R"("kconfig": { "NET_INTERFACE_NAME": false,
             "NET_INTERFACE_NAME_LEN": 9 },)",
             "3:40 F0933 NET_INTERFACE_NAME_LEN does nothing without NET_INTERFACE_NAME")),
    [](const auto& info) { return std::string(info.param.what); });

INSTANTIATE_TEST_SUITE_P(
    Steps, NoEffect,
    ::testing::Values(
        step("leave_all", R"("exhaust": "srv.rx_pkts", "leave": 14)",
             "5:50 F0928 srv.rx_pkts has 14: to leave as much takes nothing away"),
        step("leave_more", R"("exhaust": "srv.tx_bufs", "leave": 40)",
             "5:50 F0928 srv.tx_bufs has 36: to leave as much takes nothing away"),
        step("take_more", R"("exhaust": "srv.rx_pkts", "take": 15)",
             "5:49 F0934 srv.rx_pkts has 14, not 15"),
        step("take_more_bytes", R"("exhaust": "srv.tx_bufs", "take": 40)",
             "5:49 F0934 srv.tx_bufs has 36, not 40"),
        step("no_change", R"("set_link": "wire", "up": {})",
             "5:15 F0103 \"set_link\" changes nothing"),
        step("one_change", R"("set_link": "wire", "up": {}, "down": { "loss": "1%" })", nullptr),
        step("take_all", R"("exhaust": "srv.rx_pkts", "take": 14)", nullptr),
        step("leave_some", R"("exhaust": "srv.rx_pkts", "leave": 13)", nullptr)),
    [](const auto& info) { return std::string(info.param.what); });

INSTANTIATE_TEST_SUITE_P(
    Patterns, NoEffect,
    ::testing::Values(
        never("type_of_udp", "dev > srv UDP type=8", "6:27 F0702 UDP has no attribute \"type\""),
        never("port_of_icmp", "dev > srv ICMP dport=7",
              "6:28 F0702 ICMP has no attribute \"dport\""),
        never("part_of_udp", "dev > srv UDP part=first",
              "6:27 F0702 UDP has no attribute \"part\""),
        never("negated", "dev > srv ARP type!=8", "6:27 F0702 ARP has no attribute \"type\""),
        never("target_of_rs", "dev > * RS target=fe80::1",
              "6:24 F0702 RS has no attribute \"target\""),
        never("code_of_igmp", "dev > * IGMP code=0", "6:26 F0702 IGMP has no attribute \"code\""),
        never("large_type", "dev > srv ICMP type=256", "6:28 F0706 type is never \"256\""),
        never("named_port", "dev > srv UDP dport=dns", "6:27 F0706 dport is never \"dns\""),
        never("one_of_two", "dev > srv UDP sport=7|70000", "6:27 F0706 sport is never \"70000\""),
        never("result", "dev.eth0 set_opt result=EINVALL",
              "6:37 F0706 set_opt never has result=EINVALL"),
        never("phase", "dev.eth0 phase phase=hanshake",
              "6:34 F0706 phase never has phase=hanshake"),
        never("flag", "dev.eth0 set_flag flag=persistant",
              "6:36 F0706 set_flag never has flag=persistant"),
        never("caller", "dev.eth0 connect by=auto_conect",
              "6:33 F0706 connect never has by=auto_conect"),
        never("reason", "dev.eth0 auto_down reason=if_dwn",
              "6:39 F0706 auto_down never has reason=if_dwn"),
        never("waiting", "dev monitor_blocked waiting=ignor",
              "6:41 F0706 monitor_blocked never has waiting=ignor"),
        never("trigger", "dev.eth0 scripted trigger=conect",
              "6:39 F0706 scripted never has trigger=conect"),
        never("ppp_phase", "dev.eth0 ppp_phase phase=ded",
              "6:38 F0706 ppp_phase never has phase=ded"),
        never("no_duration", "srv.p acked rtt=5", "6:29 F0706 acked never has rtt=5"),
        never("negative_duration", "srv.p acked rtt=-5ms",
              "6:29 F0706 acked never has rtt=-5ms"),
        never("duration_in_bytes", "srv.p acked rtt!=5ms|5B", "6:34 F0706 acked never has rtt=5B"),
        never("number", "srv.p acked seq=x", "6:29 F0706 acked never has seq=x"),
        never("number_with_unit", "srv.p acked seq=1s", "6:29 F0706 acked never has seq=1s"),
        never("seconds", "dev.eth0 set_timeout seconds=30s",
              "6:42 F0706 set_timeout never has seconds=30s"),
        never("octet", "dev.eth0 IPV4_ADDR_ADD address=10.0.0.300",
              "6:44 F0706 IPV4_ADDR_ADD never has address=10.0.0.300"),
        never("family", "dev.eth0 IPV4_ADDR_ADD address=2001:db8::1",
              "6:44 F0706 IPV4_ADDR_ADD never has address=2001:db8::1"),
        never("other_family", "dev.eth0 IPV6_ADDR_ADD address=10.0.0.2",
              "6:44 F0706 IPV6_ADDR_ADD never has address=10.0.0.2"),
        never("prefix", "dev.eth0 IPV6_ADDR_ADD address=2001:db8::1/64",
              "6:44 F0706 IPV6_ADDR_ADD never has address=2001:db8::1/64"),
        never("server", "dev dns_query server=ap", "6:34 F0706 dns_query never has server=ap"),
        never("target", "dev > * NS target=10.0.0.2",
              "6:31 F0706 a packet never has target=10.0.0.2"),
        never("length", "dev > srv UDP len=5ms", "6:31 F0706 a packet never has len=5ms"),
        never("link", "dev > srv UDP link=wrie", "6:32 F0706 a packet never has link=wrie"),
        never("iface_of_any", "* L4_CONNECTED iface=eth7",
              "6:34 F0706 L4_CONNECTED never has iface=eth7"),
        never("verb", "dev.eth0 step_refused verb=admin_dwn",
              "6:40 F0706 step_refused never has verb=admin_dwn"),
        never("end", "wire released end=dev.eth9", "6:31 F0706 released never has end=dev.eth9"),
        never("end_of_another_kind", "wire unheard end=dev",
              "6:30 F0706 unheard never has end=dev"),
        never("lost_event", "dev mgmt_event_dropped event=IF_UPP",
              "6:42 F0706 mgmt_event_dropped never has event=IF_UPP"),
        never("long_event", "dev mgmt_info_too_long event=IF_UPP",
              "6:42 F0706 mgmt_info_too_long never has event=IF_UPP"),
        never("pool", "dev alloc_wait pool=txx", "6:33 F0706 alloc_wait never has pool=txx"),
        never("failed_pool", "dev alloc_failed pool=txx",
              "6:35 F0706 alloc_failed never has pool=txx"),
        never("late_call", "srv.p late_callback call=snd",
              "6:38 F0706 late_callback never has call=snd"),
        never("fatal_reason", "dev.eth0 CONN_IF_FATAL_ERROR reason=x",
              "6:49 F0706 CONN_IF_FATAL_ERROR never has reason=x"),
        never("locks", "dev lock_cycle locks=monitor",
              "6:34 F0706 lock_cycle never has locks=monitor"),
        never("locks_of_no_iface", "dev lock_cycle locks=monitor->iface:dev.eth1->monitor",
              "6:34 F0706 lock_cycle never has locks=monitor->iface:dev.eth1->monitor"),
        never("locks_of_an_iface", "dev lock_cycle locks=monitor->iface:dev.eth0->monitor",
              nullptr),
        never("twice", "dev > srv UDP len=64 len=65", "6:34 F0703 \"len\" is asked for twice"),
        never("twice_of_an_event", "srv.p acked seq=1 seq=2",
              "6:31 F0703 \"seq\" is asked for twice"),
        never("fine_ends", "wire released end=dev.eth0|srv.e", nullptr),
        never("fine_words", "dev.eth0 step_refused verb=admin_down undo!=1", nullptr),
        never("fine_reason", "dev.eth0 CONN_IF_FATAL_ERROR reason=-5", nullptr),
        never("fine_negations", "dev > srv UDP len!=64 len!=65 len=66", nullptr),
        never("fine_duration", "srv.p acked rtt=1.5ms|0s seq!=3", nullptr),
        never("fine_bytes", "wire dropped len=64B|64", nullptr),
        never("fine_addresses", "dev dns_query server=10.0.0.1|2001:DB8::1", nullptr),
        never("fine_iface", "* L4_CONNECTED iface=eth0|e", nullptr),
        never("fine_index", "dev.eth0 IPV6_NBR_DEL index=-1", nullptr),
        never("fine_result", "dev.eth0 connect by=auto_connect|app result=OK|ENODATA", nullptr),
        never("fine", "dev > srv ICMP type=8 code=0 len=8 link=wire", nullptr)),
    [](const auto& info) { return std::string(info.param.what); });

TEST(NoEffect, ExhaustSaysOneOfTwo) {
  const Ran ran(scenario({}, {}, {},
                         R"({ "at": "1s", "exhaust": "srv.rx_pkts", "leave": 1, "take": 1 })"));
  EXPECT_EQ(ran.brief(), "5:53 F0108 \"take\" does not go with \"leave\"");
}

TEST(NoEffect, AQueueNeedsALink) {
  const Ran ran(R"({ "until": "1s", "nodes": { "n": { "ifaces": {
"lo": { "technology": "loopback", "queue": 3 } } } } })");
  EXPECT_EQ(ran.brief(), "2:44 F0111 nothing waits at an interface without a link");
}

// RFC 4862 section 5.5.3: a host makes addresses of 64 bits and its own 64.
TEST(NoEffect, OnlyA64IsAutonomous) {
  const auto brief = [](const std::string& ra) {
    return Ran(R"({ "until": "1s", "nodes": { "gw": { "ifaces": { "e": { "ipv6": "auto" } },
"services": { "r": { "ra": { )" + ra + " } } } } } }").brief();
  };
  EXPECT_EQ(brief(R"("prefixes": ["2001:db8::/64", "2001:db8:1::/80"])"),
            "2:60 F0110 hosts make addresses of /64 networks only (RFC 4862)");
  EXPECT_EQ(brief(R"("prefixes": ["2001:db8:1::/80"], "autonomous": false)"), "none");
}

}  // namespace
}  // namespace flapjack

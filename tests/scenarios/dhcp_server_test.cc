// SPDX-License-Identifier: Apache-2.0
// The DHCP server against a client that says whatever the test wants, and against the stack's own.
#include "scenarios/services/dhcp_server.h"

#include <gtest/gtest.h>

#include "scenarios/world.h"
#include "stack/trace/memory_sink.h"

namespace flapjack {
namespace {

using Type = Dhcpv4Type;
using Lines = std::vector<std::string>;

Ipv4Address ip(std::string_view text) { return Ipv4Address::parse(text).value(); }

DhcpServerConfig server_config() {
  DhcpServerConfig config;
  config.iface = "eth0";
  config.address = Ipv4Prefix::parse("10.0.0.1/24").value();
  config.pool = {ip("10.0.0.10"), ip("10.0.0.12")};
  config.lease_s = 100;
  config.routers = {ip("10.0.0.1")};
  config.dns_servers = {ip("10.0.0.53")};
  return config;
}

// "gw" serves; "dev" has port 68 of its iface in its own hands.
class Lan {
 public:
  explicit Lan(DhcpServerConfig config = server_config())
      : gw(world.add_node("gw")), dev(world.add_node("dev")) {
    world.tracer().add_sink(sink);
    Link& wire = world.add_link("wire");
    world.add_ethernet(gw, {.name = "eth0", .address = config.address}, wire);
    world.add_ethernet(dev, {.name = "eth0", .address = *Ipv4Prefix::parse("10.0.0.2/24")}, wire);
    const AppEnv env{gw, world.tracer().subject("gw.dhcp"), SimTime{} + seconds(10'000)};
    auto made = std::make_unique<DhcpServer>(env, std::move(config));
    server = made.get();
    gw.apps.push_back(std::move(made));
    world.boot();
    client = dev.stack.contexts
                 .get_on(*dev.stack.iface_by_name("eth0"), Family::Inet, SocketType::Datagram,
                         Protocol::Udp)
                 .value();
    EXPECT_TRUE(client->bind({{}, kDhcpv4ClientPort}).ok());
    const auto take = [this](NetContext&, PacketPtr packet, Status) {
      if (packet == nullptr) return;
      Dhcpv4Message m;
      EXPECT_EQ(Dhcpv4Message::parse(packet->bytes(), m), Dhcpv4Message::Error::None);
      replies.push_back(m);
      to.push_back(packet->meta.destination.address.v4());
    };
    EXPECT_TRUE(client->recv(take, Timeout::no_wait()).ok());
    sink.records.clear();
  }

  static Dhcpv4Message message(Type type, std::uint8_t who = 7) {
    Dhcpv4Message m;
    m.xid = 0x55;
    m.broadcast = true;
    m.chaddr = {{2, 0, 0, 0, 0, who}};
    m.type = type;
    return m;
  }
  void send(const Dhcpv4Message& m) {
    std::vector<std::uint8_t> bytes(kDhcpv4MessageBytes);
    bytes.resize(m.emit(bytes));
    send(bytes);
  }
  void send(std::span<const std::uint8_t> bytes) {
    const Endpoint server_port{ip(unicast ? "10.0.0.1" : "255.255.255.255"), kDhcpv4ServerPort};
    EXPECT_TRUE(client->sendto(bytes, server_port, {}, Timeout::no_wait()).ok());
    world.run_for(milliseconds(1));
  }
  /// The answer to a message; nothing when there is none within 1 ms.
  std::optional<Dhcpv4Message> ask(const Dhcpv4Message& m) {
    replies.clear();
    send(m);
    EXPECT_LE(replies.size(), 1u);
    return replies.empty() ? std::nullopt : std::optional(replies.front());
  }
  std::string ask_text(const Dhcpv4Message& m) {
    const auto reply = ask(m);
    if (!reply) return "nothing";
    std::string text(dhcpv4_type_name(reply->type));
    return reply->yiaddr.is_any() ? text : text + " " + to_text(reply->yiaddr);
  }
  static Dhcpv4Message request(std::string_view address, bool with_server, std::uint8_t who = 7) {
    Dhcpv4Message m = message(Type::Request, who);
    m.requested_address = ip(address);
    if (with_server) m.server_id = ip("10.0.0.1");
    return m;
  }
  static Dhcpv4Message renewal(std::string_view address, std::uint8_t who = 7) {
    Dhcpv4Message m = message(Type::Request, who);
    m.ciaddr = ip(address);
    return m;
  }
  /// The server's events: "dhcp_offer 02:00:00:00:00:07 10.0.0.10".
  Lines said() const {
    Lines lines;
    for (const KeptRecord& r : sink.records) {
      if (r.kind != TraceKind::Event || r.subject != "gw.dhcp") continue;
      std::string line = r.name;
      for (const auto& [key, value] : r.attrs) line += " " + value;
      lines.push_back(line);
    }
    return lines;
  }

  MemorySink sink;
  World world;
  Node& gw;
  Node& dev;
  DhcpServer* server = nullptr;
  NetContext* client = nullptr;
  std::vector<Dhcpv4Message> replies;
  std::vector<Ipv4Address> to;
  bool unicast = false;  ///< what it sends is for the server alone
};

TEST(DhcpServer, OfferAndAckSayEverything) {
  Lan lan;
  Dhcpv4Message discover = Lan::message(Type::Discover);
  discover.client_id = {1, 2, 3};
  const auto offer = lan.ask(discover);
  ASSERT_TRUE(offer);
  Dhcpv4Message expected;
  expected.reply = expected.broadcast = true;
  expected.xid = 0x55;
  expected.chaddr = discover.chaddr;
  expected.type = Type::Offer;
  expected.yiaddr = ip("10.0.0.10");
  expected.server_id = ip("10.0.0.1");
  expected.client_id = {1, 2, 3};
  expected.subnet_mask = ip("255.255.255.0");
  expected.routers = {ip("10.0.0.1")};
  expected.dns_servers = {ip("10.0.0.53")};
  expected.lease_s = 100;
  EXPECT_EQ(*offer, expected);
  EXPECT_EQ(lan.to.back(), ip("255.255.255.255"));

  Dhcpv4Message request = Lan::request("10.0.0.10", true);
  request.client_id = {1, 2, 3};
  const auto ack = lan.ask(request);
  ASSERT_TRUE(ack);
  expected.type = Type::Ack;
  EXPECT_EQ(*ack, expected);
  EXPECT_EQ(lan.said(), (Lines{"dhcp_offer id 010203 10.0.0.10",
                               "dhcp_ack id 010203 10.0.0.10 100s"}));
}

struct Asked {
  const char* what;
  Dhcpv4Message message;
  const char* answer;
  const char* said;  ///< the event behind the client's name
  bool unicast = false;
};

// Client 7 has 10.0.0.10; client 8 was offered 10.0.0.11; nobody else is known.
void expect_answers(std::span<const Asked> rows) {
  for (const Asked& row : rows) {
    Lan lan;
    ASSERT_EQ(lan.ask_text(Lan::request("10.0.0.10", true)), "ACK 10.0.0.10");
    ASSERT_EQ(lan.ask_text(Lan::message(Type::Discover, 8)), "OFFER 10.0.0.11");
    lan.sink.records.clear();
    lan.unicast = row.unicast;
    EXPECT_EQ(lan.ask_text(row.message), row.answer) << row.what;
    const std::string name = dhcp_client_key(row.message);
    std::string said = row.said;
    said.insert(said.find(' '), " " + name);
    EXPECT_EQ(lan.said(), Lines{said}) << row.what;
  }
}

TEST(DhcpServer, WhatItSaysToWhom) {
  Dhcpv4Message relayed = Lan::message(Type::Discover);
  relayed.giaddr = ip("10.0.9.1");
  Dhcpv4Message reply = Lan::message(Type::Offer);
  reply.reply = true;
  Dhcpv4Message release = Lan::message(Type::Release), others_release = release;
  release.ciaddr = ip("10.0.0.10");
  others_release.ciaddr = ip("10.0.0.11");
  Dhcpv4Message decline = Lan::message(Type::Decline), others_decline = decline;
  decline.requested_address = ip("10.0.0.10");
  others_decline.requested_address = ip("10.0.0.12");
  Dhcpv4Message inform = Lan::message(Type::Inform, 9);
  inform.ciaddr = ip("10.0.0.2");
  const Asked rows[] = {
      {"the same again", Lan::message(Type::Discover), "OFFER 10.0.0.10", "dhcp_offer 10.0.0.10"},
      {"a new one", Lan::message(Type::Discover, 9), "OFFER 10.0.0.12", "dhcp_offer 10.0.0.12"},
      {"through a relay", relayed, "nothing", "dhcp_silent relay"},
      {"a reply", reply, "nothing", "dhcp_silent not_a_request"},
      {"an offer from a client", Lan::message(Type::Offer), "nothing",
       "dhcp_silent not_a_request"},
      {"releases", release, "nothing", "dhcp_release 10.0.0.10"},
      {"releases another's", others_release, "nothing", "dhcp_silent unknown_client"},
      {"declines", decline, "nothing", "dhcp_decline 10.0.0.10"},
      {"declines another's", others_decline, "nothing", "dhcp_silent unknown_client"},
      {"informs without address", Lan::message(Type::Inform), "nothing",
       "dhcp_silent no_address"},
      {"informs", inform, "ACK", "dhcp_inform 10.0.0.2"},
  };
  expect_answers(rows);
}

// Renewing goes to the server alone, rebinding to all.
TEST(DhcpServer, WhatItSaysToRequests) {
  Dhcpv4Message other_server = Lan::request("10.0.0.11", true, 8);
  other_server.server_id = ip("10.0.0.9");
  const Asked rows[] = {
      {"takes up the offer", Lan::request("10.0.0.11", true, 8), "ACK 10.0.0.11",
       "dhcp_ack 10.0.0.11 100s"},
      {"takes another", other_server, "nothing", "dhcp_silent other_server"},
      {"somebody's", Lan::request("10.0.0.10", true, 8), "NAK", "dhcp_nak not_available"},
      {"not in the pool", Lan::request("10.0.0.77", true, 8), "NAK", "dhcp_nak not_available"},
      {"nothing wanted", Lan::message(Type::Request), "nothing", "dhcp_silent no_address"},
      {"renews", Lan::renewal("10.0.0.10"), "nothing", "dhcp_ack 10.0.0.10 100s"},
      {"renews another's", Lan::renewal("10.0.0.10", 8), "NAK", "dhcp_nak not_available", true},
      {"renews what it was not given", Lan::renewal("10.0.0.77", 9), "NAK",
       "dhcp_nak not_available", true},
      {"rebinds, only offered", Lan::renewal("10.0.0.11", 8), "nothing",
       "dhcp_silent unknown_client"},
      {"rebinds, unknown here", Lan::renewal("10.0.0.77", 9), "nothing",
       "dhcp_silent unknown_client"},
      {"rebinds, unknown, on another network", Lan::renewal("10.9.0.10", 9), "nothing",
       "dhcp_silent unknown_client"},
      {"rebinds a free one", Lan::renewal("10.0.0.12"), "NAK", "dhcp_nak other_address"},
      {"renews from far away", Lan::renewal("10.9.0.10"), "NAK", "dhcp_nak wrong_network"},
      {"was away", Lan::request("10.0.0.10", false), "ACK 10.0.0.10", "dhcp_ack 10.0.0.10 100s"},
      {"was away, wants another's", Lan::request("10.0.0.11", false), "NAK",
       "dhcp_nak other_address"},
      {"was away, wants a free one", Lan::request("10.0.0.12", false), "NAK",
       "dhcp_nak other_address"},
      {"was away, only offered", Lan::request("10.0.0.11", false, 8), "nothing",
       "dhcp_silent unknown_client"},
      {"was away, unknown here", Lan::request("10.0.0.12", false, 9), "nothing",
       "dhcp_silent unknown_client"},
      {"was away on another network", Lan::request("10.9.0.1", false, 9), "NAK",
       "dhcp_nak wrong_network"},
  };
  expect_answers(rows);
}

TEST(DhcpServer, WhoHasAnAddressIsAnsweredThere) {
  Lan lan;  // client 7 stands at 10.0.0.10 now
  ASSERT_EQ(lan.ask_text(Lan::request("10.0.0.10", true)), "ACK 10.0.0.10");
  NetIf& iface = *lan.dev.stack.iface_by_name("eth0");
  ASSERT_NE(iface.ipv4_addr_add(*Ipv4Prefix::parse("10.0.0.10/24")), nullptr);
  EXPECT_EQ(lan.ask_text(Lan::renewal("10.0.0.10")), "ACK 10.0.0.10");
  EXPECT_EQ(lan.to.back(), ip("10.0.0.10"));
  Dhcpv4Message inform = Lan::message(Type::Inform, 9);
  inform.ciaddr = ip("10.0.0.2");
  const auto ack = lan.ask(inform);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->lease_s, std::nullopt);
  EXPECT_EQ(ack->routers, Dhcpv4Addresses{ip("10.0.0.1")});
  EXPECT_EQ(lan.to.back(), ip("10.0.0.2"));
}

TEST(DhcpServer, MalformedOnesAreNoticed) {
  Lan lan;
  lan.send(std::vector<std::uint8_t>(10, 1));
  EXPECT_EQ(lan.said(), Lines{"dhcp_silent 00:00:00:00:00:00 malformed"});
}

TEST(DhcpServer, RunsOutOfAddresses) {
  Lan lan;
  for (std::uint8_t who = 1; who <= 3; ++who) {
    EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover, who)),
              "OFFER 10.0.0." + std::to_string(9 + who));
  }
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover, 4)), "nothing");
  EXPECT_EQ(lan.said().back(), "dhcp_silent 02:00:00:00:00:04 exhausted");
  lan.world.run_for(seconds(30));  // the offers are forgotten
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover, 4)), "OFFER 10.0.0.10");
}

TEST(DhcpServer, ChangesAndWhatIsLeftWhenTheyAreTakenBack) {
  Lan lan;
  DhcpChange nak, silent, slow, pool;
  nak.answer = DhcpAnswer::Nak;
  silent.answer = DhcpAnswer::Silent;
  slow.delay = milliseconds(500);
  pool.pool = Ipv4Range{ip("10.0.0.50"), ip("10.0.0.50")};
  const std::size_t first = lan.server->apply(nak).value();
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover)), "OFFER 10.0.0.10");
  EXPECT_EQ(lan.ask_text(Lan::request("10.0.0.10", true)), "NAK");
  const std::size_t second = lan.server->apply(silent).value();
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover)), "nothing");
  EXPECT_EQ(lan.said().back(), "dhcp_silent 02:00:00:00:00:07 scripted");
  lan.server->remove(first);  // the other one is still in force
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover)), "nothing");
  lan.server->remove(second);
  EXPECT_EQ(lan.ask_text(Lan::request("10.0.0.10", true)), "ACK 10.0.0.10");
  const std::size_t third = lan.server->apply(pool).value();
  EXPECT_EQ(lan.ask_text(Lan::renewal("10.0.0.10")), "NAK");
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover)), "OFFER 10.0.0.50");
  pool.pool = Ipv4Range{ip("10.0.0.250"), ip("10.0.1.2")};  // beyond the network
  EXPECT_EQ(lan.server->apply(pool).code(), Errc::Einval);
  pool.pool = Ipv4Range{ip("10.0.0.250"), ip("10.0.0.255")};  // with the broadcast address
  EXPECT_EQ(lan.server->apply(pool).code(), Errc::Einval);
  lan.server->remove(third);
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover)), "OFFER 10.0.0.10");
  EXPECT_TRUE(lan.server->apply(slow).ok());
  const SimTime asked = lan.world.now();
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover)), "nothing");
  lan.world.scheduler().run_until(asked + milliseconds(499));
  EXPECT_TRUE(lan.replies.empty());
  lan.world.scheduler().run_until(asked + milliseconds(501));
  EXPECT_EQ(lan.replies.size(), 1u);
}

TEST(DhcpServer, SlowAnswersKeepTheirOrderAndTheirCause) {
  DhcpServerConfig config = server_config();
  config.delay = DurationDistribution::fixed(milliseconds(200));
  Lan lan(config);
  lan.send(Lan::message(Type::Discover, 1));
  lan.send(Lan::message(Type::Discover, 2));
  DhcpChange quick;
  quick.delay = milliseconds(10);
  EXPECT_TRUE(lan.server->apply(quick).ok());
  lan.send(Lan::message(Type::Discover, 3));
  lan.world.run_for(seconds(1));
  ASSERT_EQ(lan.replies.size(), 3u);
  EXPECT_EQ(lan.replies[0].chaddr.bytes[5], 3);
  EXPECT_EQ(lan.replies[1].chaddr.bytes[5], 1);
  EXPECT_EQ(lan.replies[2].chaddr.bytes[5], 2);
  Lines causes;
  for (const KeptRecord& r : lan.sink.records) {
    if (r.name != "app_send" || r.subject != "gw.dhcp") continue;
    const auto cause = std::find_if(lan.sink.records.begin(), lan.sink.records.end(),
                                    [&](const KeptRecord& c) { return c.seq == r.cause; });
    ASSERT_NE(cause, lan.sink.records.end());
    causes.push_back(cause->name + " " + std::string(cause->attr("client")));
  }
  EXPECT_EQ(causes, (Lines{"dhcp_offer 02:00:00:00:00:03", "dhcp_offer 02:00:00:00:00:01",
                           "dhcp_offer 02:00:00:00:00:02"}));
}

TEST(DhcpServer, DownItAnswersNobodyAndRemembers) {
  Lan lan;
  EXPECT_EQ(lan.ask_text(Lan::request("10.0.0.11", true)), "ACK 10.0.0.11");
  EXPECT_TRUE(lan.server->set_down(true));
  lan.sink.records.clear();
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover)), "nothing");
  EXPECT_EQ(lan.said(), Lines{});
  EXPECT_TRUE(lan.server->set_down(false));
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover)), "OFFER 10.0.0.11");
}

TEST(DhcpServer, ReservationsRoutersAndTheServerItself) {
  DhcpServerConfig config = server_config();
  config.pool = {ip("10.0.0.1"), ip("10.0.0.4")};
  config.routers = {ip("10.0.0.3")};
  config.reservations = {{{{2, 0, 0, 0, 0, 5}}, ip("10.0.0.200")}};
  config.renewal_s = 20;
  config.rebinding_s = 50;
  Lan lan(config);
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover, 5)), "OFFER 10.0.0.200");
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover, 6)), "OFFER 10.0.0.2");
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover, 7)), "OFFER 10.0.0.4");
  EXPECT_EQ(lan.ask_text(Lan::message(Type::Discover, 8)), "nothing");
  EXPECT_EQ(lan.replies.size(), 0u);
  const auto offer = lan.ask(Lan::message(Type::Discover, 7));
  EXPECT_EQ(offer->renewal_s, 20u);
  EXPECT_EQ(offer->rebinding_s, 50u);
}

}  // namespace
}  // namespace flapjack

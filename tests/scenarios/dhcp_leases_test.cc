// SPDX-License-Identifier: Apache-2.0
// Who gets which address: first come, the same again, reservations, exhaustion, what is declined.
#include "scenarios/dhcp_leases.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

Ipv4Address ip(std::string_view text) { return Ipv4Address::parse(text).value(); }
SimTime at(std::int64_t s) { return SimTime{} + seconds(s); }

Dhcpv4Message client(std::uint8_t last, Dhcpv4Bytes id = {}) {
  Dhcpv4Message m;
  m.chaddr = {{2, 0, 0, 0, 0, last}};
  m.client_id = id;
  return m;
}

class Leases : public testing::Test {
 protected:
  Leases() { leases.set_pool({ip("10.0.0.10"), ip("10.0.0.12")}); }
  std::string offered(const Dhcpv4Message& who, std::int64_t now,
                      std::optional<Ipv4Address> wanted = {}) {
    const auto address = leases.offer(who, wanted, at(now), at(now + 30));
    return address ? to_text(*address) : "none";
  }
  bool granted(const Dhcpv4Message& who, std::string_view address, std::int64_t now,
               std::int64_t until) {
    return leases.grant(who, ip(address), at(now), at(until));
  }
  DhcpLeases leases;
};

TEST_F(Leases, KeyIsTheIdentifierElseTheHardwareAddress) {
  EXPECT_EQ(dhcp_client_key(client(1)), "02:00:00:00:00:01");
  EXPECT_EQ(dhcp_client_key(client(1, {0, 'x', 255})), "id 0078ff");
}

TEST_F(Leases, LowestFirstThenNone) {
  EXPECT_EQ(offered(client(1), 0), "10.0.0.10");
  EXPECT_EQ(offered(client(2), 0), "10.0.0.11");
  EXPECT_EQ(offered(client(3), 0), "10.0.0.12");
  EXPECT_EQ(offered(client(4), 0), "none");
  EXPECT_EQ(offered(client(1), 1), "10.0.0.10");  // the same client, the same address
  EXPECT_EQ(leases.bound(at(1)), 0u);
  EXPECT_EQ(offered(client(4), 30), "10.0.0.11");  // whose offer ended first
}

TEST_F(Leases, TheSameAddressAgainAfterItsEnd) {
  EXPECT_TRUE(granted(client(1), "10.0.0.12", 0, 100));
  EXPECT_EQ(leases.bound(at(99)), 1u);
  EXPECT_EQ(leases.bound(at(100)), 0u);
  EXPECT_EQ(offered(client(2), 500), "10.0.0.10");  // what nobody ever had goes first
  EXPECT_EQ(offered(client(1), 500), "10.0.0.12");
  EXPECT_EQ(leases.recorded(client(1)), std::nullopt);  // offered anew, not yet taken up
  EXPECT_TRUE(granted(client(1), "10.0.0.12", 500, 600));
  EXPECT_EQ(leases.recorded(client(1)), ip("10.0.0.12"));
  EXPECT_EQ(leases.recorded(client(9)), std::nullopt);
}

TEST_F(Leases, TheLeaseThatEndedFirstIsGivenToAnother) {
  EXPECT_TRUE(granted(client(1), "10.0.0.10", 0, 300));
  EXPECT_TRUE(granted(client(2), "10.0.0.11", 0, 100));
  EXPECT_TRUE(granted(client(3), "10.0.0.12", 0, 200));
  EXPECT_EQ(offered(client(4), 400), "10.0.0.11");
  EXPECT_EQ(leases.recorded(client(2)), std::nullopt);
}

TEST_F(Leases, WhatAClientWantsItGetsIfItIsFree) {
  EXPECT_EQ(offered(client(1), 0, ip("10.0.0.11")), "10.0.0.11");
  EXPECT_EQ(offered(client(2), 0, ip("10.0.0.11")), "10.0.0.10");
  EXPECT_EQ(offered(client(3), 0, ip("10.0.0.99")), "10.0.0.12");
}

TEST_F(Leases, AnotherClientsAddressIsNotGranted) {
  EXPECT_TRUE(granted(client(1), "10.0.0.10", 0, 100));
  EXPECT_FALSE(granted(client(2), "10.0.0.10", 50, 200));
  EXPECT_TRUE(granted(client(1), "10.0.0.10", 50, 200));
  EXPECT_FALSE(granted(client(2), "10.0.0.13", 0, 100));  // not in the pool
  EXPECT_TRUE(granted(client(2), "10.0.0.10", 200, 300));
}

TEST_F(Leases, AClientHasOneAddress) {
  EXPECT_TRUE(granted(client(1), "10.0.0.10", 0, 100));
  EXPECT_TRUE(granted(client(1), "10.0.0.11", 0, 100));
  EXPECT_EQ(offered(client(2), 1), "10.0.0.10");
}

TEST_F(Leases, AnIdentifierIsAnotherClient) {
  EXPECT_TRUE(granted(client(1), "10.0.0.10", 0, 100));
  EXPECT_EQ(offered(client(1, {7}), 1), "10.0.0.11");
  EXPECT_EQ(offered(client(2, {7}), 2), "10.0.0.11");
}

TEST_F(Leases, ReservationsAreForTheirClientAlone) {
  leases.reserve(client(5).chaddr, ip("10.0.0.10"));
  leases.reserve(client(6).chaddr, ip("10.0.0.200"));
  EXPECT_EQ(offered(client(1), 0), "10.0.0.11");
  EXPECT_FALSE(granted(client(1), "10.0.0.10", 0, 100));
  EXPECT_EQ(offered(client(5), 0, ip("10.0.0.12")), "10.0.0.10");
  EXPECT_EQ(offered(client(6), 0), "10.0.0.200");
  EXPECT_FALSE(granted(client(6), "10.0.0.12", 0, 100));
  EXPECT_TRUE(leases.recorded(client(6)));
}

TEST_F(Leases, ExcludedOnesAreNobodys) {
  leases.exclude(ip("10.0.0.10"));
  EXPECT_EQ(offered(client(1), 0), "10.0.0.11");
  EXPECT_FALSE(granted(client(1), "10.0.0.10", 0, 100));
}

TEST_F(Leases, WithdrawnAndReleasedOnesAreFreeAtOnce) {
  EXPECT_EQ(offered(client(1), 0), "10.0.0.10");
  leases.withdraw(client(1), at(1));
  EXPECT_TRUE(granted(client(2), "10.0.0.10", 1, 100));
  leases.withdraw(client(2), at(2));  // a lease is no offer
  EXPECT_EQ(leases.bound(at(2)), 1u);
  EXPECT_FALSE(leases.release(client(1), ip("10.0.0.10"), at(3)));
  EXPECT_TRUE(leases.release(client(2), ip("10.0.0.10"), at(3)));
  EXPECT_EQ(leases.bound(at(3)), 0u);
  EXPECT_TRUE(granted(client(1), "10.0.0.10", 3, 100));
}

TEST_F(Leases, DeclinedOnesWait) {
  EXPECT_TRUE(granted(client(1), "10.0.0.10", 0, 100));
  EXPECT_FALSE(leases.decline(client(2), ip("10.0.0.10"), at(600)));
  EXPECT_TRUE(leases.decline(client(1), ip("10.0.0.10"), at(600)));
  EXPECT_FALSE(leases.decline(client(1), ip("10.0.0.10"), at(600)));
  EXPECT_EQ(offered(client(1), 1), "10.0.0.11");
  EXPECT_EQ(offered(client(2), 1), "10.0.0.12");
  EXPECT_EQ(offered(client(3), 1), "none");
  EXPECT_EQ(offered(client(3), 600), "10.0.0.11");  // free for longer than the declined one
}

TEST_F(Leases, AnotherPoolEndsWhatIsOutsideOfIt) {
  EXPECT_TRUE(granted(client(1), "10.0.0.10", 0, 100));
  leases.set_pool({ip("10.0.0.50"), ip("10.0.0.51")});
  EXPECT_FALSE(granted(client(1), "10.0.0.10", 50, 200));
  EXPECT_EQ(offered(client(1), 50), "10.0.0.50");
  EXPECT_EQ(offered(client(2), 50), "10.0.0.51");
}

TEST_F(Leases, AnOfferDoesNotShortenALease) {
  EXPECT_TRUE(granted(client(1), "10.0.0.10", 0, 1000));
  EXPECT_EQ(offered(client(1), 10), "10.0.0.10");
  leases.withdraw(client(1), at(20));
  EXPECT_EQ(leases.bound(at(500)), 1u);
}

}  // namespace
}  // namespace flapjack

// SPDX-License-Identifier: Apache-2.0
// DnsServer: a name server at UDP port 53 with a zone of its own (RFC 1035). It knows addresses and
// aliases; for a name it may also keep silent or answer with an error. What is in no entry, "*"
// included, does not exist: NXDOMAIN. An answer takes the zone's delay.
//
// Events: dns_answered (name, type, rcode, answers), dns_silent (name), service_failed.
#pragma once
#include <array>
#include <memory>
#include <vector>

#include "scenarios/app.h"
#include "stack/net/stack.h"
#include "stack/wire/dns.h"

namespace flapjack {

class DnsServer : public App {
 public:
  DnsServer(const AppEnv& env, const ServiceSpec& spec);
  ~DnsServer() override;
  void start() override;
  bool set_down(bool down) override;

 private:
  struct Entry {
    DnsName name;
    ZoneEntrySpec::Says says = ZoneEntrySpec::Says::Addresses;
    std::vector<IpAddress> addresses;
    DnsName alias;
  };
  /// An answer that waits for its time.
  struct Reply {
    Reply(DnsServer& server, std::size_t slot);
    std::array<std::uint8_t, kDnsMessageBytesMax> message;
    std::size_t size = 0;
    Endpoint peer;
    Timer timer;
  };
  void close();
  void listen(Family family);
  void on_query(const Packet& packet);
  void answer(const Packet& packet, const DnsHeader& asked, const DnsQuestion& question);
  DnsRcode fill(DnsWriter& writer, const DnsQuestion& question, const Entry* entry) const;
  DnsRcode end_of(const Entry* entry) const;
  const Entry* find(const DnsName& name) const;
  void reply(std::span<const std::uint8_t> message, const Endpoint& peer);
  void send_reply(std::uint64_t slot);
  void send(std::span<const std::uint8_t> message, const Endpoint& peer);
  void refuse(std::string_view call, Errc error);

  AppEnv env_;
  DurationDistribution delay_;
  RandomStream delays_;
  std::vector<Entry> zone_;
  Entry others_;               // "*"
  bool has_others_ = false;
  std::vector<std::unique_ptr<Reply>> replies_;
  NetContext* context_ = nullptr;   // IPv4
  NetContext* context6_ = nullptr;  // null when no iface has IPv6
};

}  // namespace flapjack

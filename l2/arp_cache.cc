// SPDX-License-Identifier: Apache-2.0
#include "l2/arp_cache.h"

#include <algorithm>

#include "l2/ethernet_l2.h"
#include "l2/l2_drop.h"

namespace flapjack {

ArpCache::~ArpCache() {
  if (asking_.made() != nullptr) iface().stack().scheduler().cancel(asking_->timeout);
}

EthernetL2& ArpCache::l2() const { return *static_cast<EthernetL2*>(iface().l2()); }

const ArpConfig& ArpCache::config() const { return l2().config(); }

Arena* ArpCache::arena() const { return iface().stack().arena(); }

std::size_t ArpCache::place_of(Ipv4Address neighbour) const {
  return entries_.find([&](const Entry& e) { return e.address == neighbour; });
}

const MacAddress* ArpCache::find(Ipv4Address neighbour) {
  const std::size_t place = place_of(neighbour);
  if (place == entries_.size() || entries_[place].pending) return nullptr;
  if (place > 0) entries_.to_front(place);
  return &entries_.front().mac;
}

ArpCache::Request& ArpCache::request_of(const Entry& entry) {
  assert(entry.pending);
  return *std::find_if(asking_->requests.begin(), asking_->requests.end(),
                       [&](const Request& r) { return r.address == entry.address; });
}

bool ArpCache::is_pending(Ipv4Address neighbour) const {
  const std::size_t place = place_of(neighbour);
  return place < entries_.size() && entries_[place].pending;
}

Status ArpCache::park(PacketPtr packet, Ipv4Address neighbour) {
  const std::size_t place = place_of(neighbour);
  if (place == entries_.size()) return park_first(std::move(packet), neighbour);
  assert(entries_[place].pending);
  return park_more(entries_[place], std::move(packet));
}

// To others a request without a sender would be a probe (RFC 5227 section 1.1).
Status ArpCache::no_source(PacketPtr packet) {
  return iface().drop_tx(std::move(packet), DropReason::NoSource, Errc::Eaddrnotavail);
}

Status ArpCache::park_first(PacketPtr packet, Ipv4Address neighbour) {
  const Message question = question_for(neighbour, *packet);
  if (question.arp.sender_ip.is_any()) return no_source(std::move(packet));
  PacketList evicted = make_room();
  iface().stack().tracer().hop(Hop::ArpWait, iface().subject(), *packet);
  const CauseScope scope(iface().stack().scheduler(), packet->meta.cause);
  Entry entry;
  entry.address = neighbour;
  begin_request(entry).parked.push_back(std::move(packet));
  entries_.push_front(entry);
  drop_all(std::move(evicted), DropReason::ArpEvicted, Errc::Enobufs);
  ask(question);
  return is_pending(neighbour) ? Status() : Status(Errc::Enobufs);
}

Status ArpCache::park_more(Entry& entry, PacketPtr packet) {
  const std::size_t limit = config().single_pending ? 1 : config().pending_limit;
  PacketList& parked = request_of(entry).parked;
  if (parked.size() < limit) {
    iface().stack().tracer().hop(Hop::ArpWait, iface().subject(), *packet);
    parked.push_back(std::move(packet));
    return Status();
  }
  if (config().single_pending) {
    const Message again = question_for(entry.address, *packet);
    if (again.arp.sender_ip.is_any()) return no_source(std::move(packet));
    const CauseScope scope(iface().stack().scheduler(), packet->meta.cause);
    allocate([this, again](PacketPtr free) {
      if (free != nullptr) static_cast<void>(output(again, std::move(free)).ok());
    });
  }
  return iface().drop_tx(std::move(packet), DropReason::ArpBusy, Errc::Enobufs);
}

/// Frees a place for a new entry: the least recently used neighbour goes, or, when requests fill
/// the table, the oldest of them. Returns the packets that waited there; dropping them runs the
/// apps' callbacks, which may come back here, so it is left for when the table is in order again.
PacketList ArpCache::make_room() {
  if (entries_.size() < config().table_size) return {};
  std::size_t victim = entries_.find_last([](const Entry& e) { return !e.pending; });
  if (victim == entries_.size()) --victim;
  PacketList parked = end_request(entries_[victim]);
  entries_.erase(victim);
  return parked;
}

// Their deadlines are in the order of the requests.
ArpCache::Request& ArpCache::begin_request(Entry& entry) {
  if (asking_.made() == nullptr) asking_.put(l2().arp_spares().take(iface()));
  entry.pending = true;
  const SimTime deadline = iface().stack().scheduler().now() + config().request_timeout;
  Request& begun = asking_->requests.emplace_back(Request{entry.address, deadline, {}});
  if (!iface().stack().scheduler().pending(asking_->timeout)) arm();
  return begun;
}

/// What waited for it; nothing when it is not pending. arm() is next, unless a request follows.
PacketList ArpCache::end_request(Entry& entry) {
  if (!entry.pending) return {};
  Request& ended = request_of(entry);
  PacketList parked = std::move(ended.parked);
  asking_->requests.erase(asking_->requests.begin() + (&ended - asking_->requests.data()));
  entry.pending = false;
  return parked;
}

// ---- received packets

Verdict ArpCache::input(PacketPtr& packet) {
  const auto arp = ArpHeader::parse(packet->bytes());
  if (!arp || arp->sender_mac.is_group()) {
    return drop_rx(iface(), packet, DropReason::BadHeader);
  }
  iface().on_arp(*arp);
  // Who announces an address asks nobody, also not those who have the same one.
  const bool announces = config().gratuitous && arp->sender_ip == arp->target_ip;
  const bool for_us = !announces && iface().ipv4().owns(arp->target_ip);
  learn(*arp, for_us);
  if (for_us && arp->operation == ArpOperation::Request) {
    answer(*arp, std::move(packet));
  }
  packet.reset();
  return Verdict::Ok;
}

void ArpCache::answer(const ArpHeader& request, PacketPtr packet) {
  const Message reply{{ArpOperation::Reply, iface().link_address(), request.target_ip,
                       request.sender_mac, request.sender_ip},
                      request.sender_mac, packet->meta.id};
  const CauseScope scope(iface().stack().scheduler(), packet->meta.cause);
  packet->meta.parked = true;
  allocate([this, reply, asked = std::move(packet)](PacketPtr free) mutable {
    if (free != nullptr) return static_cast<void>(output(reply, std::move(free)).ok());
    ++iface().losses().rx_dropped;
    static_cast<void>(drop_rx(iface(), asked, DropReason::NoBuffers));
  });
}

/// The merge of RFC 826, "Packet Reception", with Zephyr's limits: only a request to us adds an
/// entry, so a reply that nobody asked for is ignored or at most updates one. A probe (sender
/// 0.0.0.0, RFC 5227) and somebody who claims our address teach nothing.
void ArpCache::learn(const ArpHeader& arp, bool for_us) {
  if (arp.sender_ip.is_any() || iface().ipv4().find(arp.sender_ip) != nullptr) return;
  const bool asks_us = for_us && arp.operation == ArpOperation::Request;
  const std::size_t known = place_of(arp.sender_ip);
  if (known < entries_.size() && entries_[known].pending) {
    if (for_us || config().gratuitous) resolve(known, arp.sender_mac);
  } else if (known < entries_.size()) {
    if (asks_us || config().gratuitous) entries_[known].mac = arp.sender_mac;
  } else if (asks_us) {
    add(arp.sender_ip, arp.sender_mac);
  }
}

/// Never at the cost of packets that wait.
void ArpCache::add(Ipv4Address neighbour, const MacAddress& mac) {
  const bool full = entries_.size() >= config().table_size;
  const auto resolved = [](const Entry& e) { return !e.pending; };
  if (full && entries_.find(resolved) == entries_.size()) return;
  static_cast<void>(make_room());  // a resolved entry goes: nothing waits there
  Entry entry;
  entry.address = neighbour;
  entry.mac = mac;
  entries_.push_front(entry);
}

void ArpCache::resolve(std::size_t place, const MacAddress& mac) {
  entries_[place].mac = mac;
  PacketList parked = end_request(entries_[place]);
  entries_.to_front(place);
  arm();
  while (!parked.empty()) {
    PacketPtr packet = parked.pop_front();
    push_ethernet_header(*packet, {mac, iface().link_address(), kEtherTypeIpv4});
    const Status sent = iface().output_frame(std::move(packet));
    static_cast<void>(sent);  // reported through the context's send callback
  }
}

// ---- our own ARP packets

// Goes on at once or as soon as a tx packet is free; with null when none is in time.
template <class Fn>
void ArpCache::allocate(Fn go_on) {
  Stack& stack = iface().stack();
  stack.waits().allocate_within(stack.tx_pool, kArpBytes, stack.config().alloc.arp,
                              std::move(go_on));
}

// Consumes the packet. What cannot leave has been recorded as a drop.
Status ArpCache::output(const Message& message, PacketPtr packet) {
  packet->meta.parent = message.parent;
  packet->meta.cause = iface().stack().scheduler().cause();
  message.arp.emit(packet->append(kArpBytes));
  push_ethernet_header(*packet, {message.to, iface().link_address(), kEtherTypeArp});
  return iface().output_frame(std::move(packet));
}

ArpCache::Message ArpCache::question_for(Ipv4Address neighbour, const Packet& because) const {
  return {{ArpOperation::Request, iface().link_address(), sender_for(neighbour, because), {},
           neighbour},
          MacAddress::broadcast(), because.meta.id};
}

// A request that cannot leave is like one without an answer: what is parked waits for the timeout.
void ArpCache::ask(const Message& question) {
  allocate([this, question](PacketPtr free) {
    if (!is_pending(question.arp.target_ip)) return;  // known or cleared meanwhile
    if (free == nullptr) return give_up(question.arp.target_ip);
    static_cast<void>(output(question, std::move(free)).ok());
  });
}

void ArpCache::give_up(Ipv4Address neighbour) {
  const std::size_t place = place_of(neighbour);
  PacketList parked = end_request(entries_[place]);
  entries_.erase(place);
  arm();
  drop_all(std::move(parked), DropReason::NoBuffers, Errc::Enobufs);
}

// RFC 5227 section 1.1: both are requests for the address itself.
Status ArpCache::probe(Ipv4Address address) {
  return tell_all({ArpOperation::Request, iface().link_address(), {}, {}, address});
}

Status ArpCache::announce(Ipv4Address address) {
  return tell_all({ArpOperation::Request, iface().link_address(), address, {}, address});
}

Status ArpCache::tell_all(const ArpHeader& arp) {
  const Message message{arp, MacAddress::broadcast(), PacketId{}};
  Stack& stack = iface().stack();
  if (PacketPtr free = stack.tx_pool.allocate(kArpBytes)) return output(message, std::move(free));
  const auto later = [this, message](PacketPtr free) {
    if (free != nullptr) return static_cast<void>(output(message, std::move(free)).ok());
    iface().stack().tracer().event(iface().subject(), "arp_failed",
                                  {Attr::of("errno", Errc::Enobufs)});
  };
  stack.waits().wait_within(stack.tx_pool, kArpBytes, stack.config().alloc.arp, later);
  return Status();
}

/// The packet's own source where it is one of this iface's, else an address of the neighbour's
/// network, else any.
Ipv4Address ArpCache::sender_for(Ipv4Address neighbour, const Packet& packet) const {
  const Ipv4Config& ipv4 = iface().ipv4();
  const IpAddress& source = packet.meta.source.address;
  if (source.is_v4() && ipv4.owns(source.v4())) return source.v4();
  for (const Ipv4IfAddress& own : ipv4.addresses()) {
    const bool usable = own.state != AddressState::Tentative;
    if (usable && own.prefix.contains(neighbour)) return own.prefix.address;
  }
  const Ipv4IfAddress* any = ipv4.first_global();
  return any != nullptr ? any->prefix.address : Ipv4Address{};
}

// ---- the end of entries

// The oldest first. Whoever is told of a drop may ask again, or clear it all.
void ArpCache::expire() {
  const SimTime now = iface().stack().scheduler().now();
  while (asking_.made() != nullptr && !asking_->requests.empty() &&
         asking_->requests.front().deadline <= now) {
    const Ipv4Address silent = asking_->requests.front().address;
    const std::size_t place = place_of(silent);
    PacketList parked = end_request(entries_[place]);
    entries_.erase(place);
    iface().stack().route().forget_redirects(iface(), silent);  // if somebody sent us there
    drop_all(std::move(parked), DropReason::ArpTimeout, Errc::Etimedout);
  }
  arm();
}

/// For the earliest deadline of those that are left, if any.
void ArpCache::arm() {
  if (asking_.made() == nullptr) return;
  if (asking_->requests.empty()) return end_asking();
  Scheduler& scheduler = iface().stack().scheduler();
  const SimTime when = asking_->requests.front().deadline;
  if (when == kNever) return;
  scheduler.reschedule(asking_->timeout, when, Lane::Work, delegate<&ArpCache::expire>(this));
}

void ArpCache::end_asking() {
  if (asking_.made() == nullptr) return;
  assert(asking_->requests.empty());
  iface().stack().scheduler().cancel(asking_->timeout);
  ArpSpares& spares = l2().arp_spares();
  spares.give(asking_.take(iface()));
}

void ArpCache::clear(DropReason reason) {
  PacketList parked;
  if (asking_.made() != nullptr) {
    std::vector<Request>& requests = asking_->requests;
    for (; !requests.empty(); requests.pop_back()) {  // the latest first, as in entries_
      PacketList& own = requests.back().parked;
      while (!own.empty()) parked.push_back(own.pop_front());
    }
  }
  entries_.clear();  // before callbacks run that may come back here
  end_asking();
  drop_all(std::move(parked), reason, Errc::Enetdown);
}

void ArpCache::drop_all(PacketList packets, DropReason reason, Errc code) {
  while (!packets.empty()) {
    const Status dropped = iface().drop_tx(packets.pop_front(), reason, code);
    static_cast<void>(dropped);
  }
}

}  // namespace flapjack

# SPDX-License-Identifier: Apache-2.0
"""ARP, IPv4, ICMP, UDP, IPv6 with its extension headers, ICMPv6: what scapy makes of random fields,
and the fields it reads from bytes. The names are those of codec_probe."""
import struct
from ipaddress import IPv4Address, IPv6Address

from scapy.layers import inet, inet6
from scapy.layers.l2 import ARP
from scapy.packet import Raw

import scapy_random as rnd

PLAIN = range(150, 253)  # protocols that scapy and flapjack both leave alone
ALERT, PAD1, PADN = inet6.RouterAlert, inet6.Pad1, inet6.PadN


def over_ipv6(fields, protocol, upper):
    """scapy's view of `upper` behind an IPv6 header with the addresses of `fields`."""
    head = struct.pack("!IHBB", 6 << 28, len(upper), protocol, 255)
    addresses = IPv6Address(fields["src"]).packed + IPv6Address(fields["dst"]).packed
    return inet6.IPv6(head + addresses + upper).payload


def build_over_ipv6(fields, layer):
    return bytes(inet6.IPv6(src=fields["src"], dst=fields["dst"]) / layer)[40:]


def ends6(r):
    return {"src": rnd.any_ipv6(r), "dst": r.choice((rnd.ipv6(r), rnd.group6(r)))}


# ---- ARP

def make_arp(r):
    f = {"op": r.choice((1, 2)), "sha": rnd.mac(r), "spa": rnd.ipv4(r), "tha": rnd.mac(r),
         "tpa": rnd.ipv4(r)}
    return f, bytes(ARP(op=f["op"], hwsrc=f["sha"], psrc=f["spa"], hwdst=f["tha"],
                        pdst=f["tpa"]))


def read_arp(data, _):
    p = ARP(data)
    return {"op": p.op, "sha": p.hwsrc, "spa": p.psrc, "tha": p.hwdst, "tpa": p.pdst}


# ---- IPv4

ROUTES = {7: inet.IPOption_RR, 131: inet.IPOption_LSRR, 137: inet.IPOption_SSRR}


def make_option(r, room, kinds):
    kind = r.choice(kinds)
    if kind in ROUTES and room >= 7:
        hops = [rnd.ipv4(r) for _ in range(r.randint(1, (room - 3) // 4))]
        pointer = 4 * r.randint(1, len(hops) + 1)
        return ROUTES[kind](routers=hops, pointer=pointer)
    if kind == 68 and room >= 12:
        how = r.choice((0, 1, 3))
        pointer = r.choice((5, 9 if how == 0 else 13))
        return inet.IPOption_Timestamp(flg=how, oflw=r.randrange(16), pointer=pointer,
                                       internet_address=rnd.ipv4(r),
                                       timestamp=rnd.number(r, 32))
    if kind == 148 and room >= 4:
        return inet.IPOption_Router_Alert(alert=rnd.number(r, 16))
    if kind == 0 and room >= 2:
        data = r.randbytes(r.randint(0, min(8, room - 2)))
        return inet.IPOption(copy_flag=1, optclass=0, option=30, value=data, length=len(data) + 2)
    return inet.IPOption_NOP()


def make_options(r):
    made, room, kinds = [], 40, [0, 1, 7, 68, 131, 137, 148]
    while room > 0 and r.randrange(3):
        option = make_option(r, room, kinds)
        room -= len(bytes(option))
        made.append(option)
        if isinstance(option, (inet.IPOption_LSRR, inet.IPOption_SSRR)):
            kinds = [0, 1, 7, 68, 148]  # RFC 1122: one source route at most
    return made


def option_text(option):
    raw = bytes(option)
    if raw[0] in ROUTES:
        return "|".join(["route", str(raw[0]), str(option.pointer), *option.routers])
    if raw[0] == 68:
        return f"timestamp|{option.pointer}|{option.oflw}|{option.flg}"
    return f"other|{raw[0]}|{raw[2:].hex()}"


def options_text(options):
    texts = []
    for option in options:
        number = bytes(option)[0]
        if number == 0:
            break
        if number != 1:
            texts.append(option_text(option))
    return rnd.items(texts)


def make_ipv4(r):
    options = make_options(r) if r.randrange(2) else []
    f = {"tos": rnd.number(r, 8), "id": rnd.number(r, 16), "df": rnd.flag(r), "mf": rnd.flag(r),
         "offset": rnd.number(r, 13), "ttl": rnd.number(r, 8), "protocol": r.choice(PLAIN),
         "src": rnd.ipv4(r), "dst": rnd.ipv4(r), "read": options_text(options),
         "payload": rnd.data(r, 1400).hex()}
    ip = inet.IP(tos=f["tos"], id=f["id"], flags=2 * f["df"] + f["mf"], frag=f["offset"],
                 ttl=f["ttl"], proto=f["protocol"], src=f["src"], dst=f["dst"], options=options)
    data = bytes(ip / Raw(bytes.fromhex(f["payload"])))
    f["options"] = data[20:4 * (data[0] & 15)].hex()
    return f, data


def read_ipv4(data, _):
    p = inet.IP(data)
    return {"tos": p.tos, "id": p.id, "df": int(p.flags.DF), "mf": int(p.flags.MF),
            "offset": p.frag, "ttl": p.ttl, "protocol": p.proto, "src": p.src, "dst": p.dst,
            "read": options_text(p.options), "options": data[20:4 * p.ihl].hex(),
            "payload": bytes(p.payload).hex()}


# ---- ICMP

QUOTED = bytes(inet.IP(src="192.0.2.1", dst="192.0.2.2") / inet.UDP(sport=1, dport=2))


def make_icmp(r):
    kind = r.choice((0, 3, 4, 5, 8, 11, 12))
    f = {"type": kind, "code": rnd.number(r, 4), "id": 0, "seq": 0, "data": QUOTED.hex()}
    icmp = inet.ICMP(type=kind, code=f["code"])
    if kind in (0, 8):
        f["data"] = rnd.data(r, 1400).hex()
        f["id"], f["seq"] = icmp.id, icmp.seq = rnd.number(r, 16), rnd.number(r, 16)
    elif kind == 3:
        f["seq"] = icmp.nexthopmtu = rnd.number(r, 16)
    elif kind == 5:
        icmp.gw = rnd.ipv4(r)
        f["id"], f["seq"] = divmod(int(IPv4Address(icmp.gw)), 1 << 16)
    elif kind == 12:
        icmp.ptr = rnd.number(r, 8)
        f["id"] = icmp.ptr << 8
    return f, bytes(icmp / Raw(bytes.fromhex(f["data"])))


def read_icmp(data, _):
    p = inet.ICMP(data)
    f = {"type": p.type, "code": p.code, "id": 0, "seq": 0, "data": bytes(p.payload).hex()}
    if p.type in (0, 8):
        f["id"], f["seq"] = p.id, p.seq
    elif p.type == 3:
        f["seq"] = p.nexthopmtu
    elif p.type == 5:
        f["id"], f["seq"] = divmod(int(IPv4Address(p.gw)), 1 << 16)
    elif p.type == 12:
        f["id"] = p.ptr << 8
    return f


# ---- UDP

def make_udp(r, ends, below, skip):
    f = {**ends, "sport": r.randint(20000, 65535), "dport": r.randint(20000, 65535),
         "payload": rnd.data(r, 1400).hex()}
    packet = (below(src=f["src"], dst=f["dst"]) / inet.UDP(sport=f["sport"], dport=f["dport"]) /
              Raw(bytes.fromhex(f["payload"])))
    return f, bytes(packet)[skip:]


def make_udp4(r):
    return make_udp(r, {"src": rnd.ipv4(r), "dst": rnd.ipv4(r)}, inet.IP, 20)


def make_udp6(r):
    return make_udp(r, ends6(r), inet6.IPv6, 40)


def read_udp(data, fields):
    p = inet.UDP(data)
    return {"src": fields["src"], "dst": fields["dst"], "sport": p.sport, "dport": p.dport,
            "payload": bytes(p.payload)[:p.len - 8].hex()}


# ---- IPv6

def head6(r):
    return {"class": rnd.number(r, 8), "flow": rnd.number(r, 20), "hops": rnd.number(r, 8),
            **ends6(r)}


def ipv6_of(f, protocol):
    return inet6.IPv6(tc=f["class"], fl=f["flow"], hlim=f["hops"], src=f["src"], dst=f["dst"],
                      nh=protocol)


def read_head6(p):
    return {"class": p.tc, "flow": p.fl, "hops": p.hlim, "src": rnd.ipv6_text(p.src),
            "dst": rnd.ipv6_text(p.dst)}


def make_ipv6(r):
    f = {**head6(r), "next": r.choice(PLAIN), "payload": rnd.data(r, 1400).hex()}
    return f, bytes(ipv6_of(f, f["next"]) / Raw(bytes.fromhex(f["payload"])))


def read_ipv6(data, _):
    p = inet6.IPv6(data)
    return {**read_head6(p), "next": p.nh, "payload": bytes(p.payload)[:p.plen].hex()}


def make_tlvs(r, alert):
    tlvs = [inet6.HBHOptUnknown(otype=r.choice((0x1e, 0x3e, 0x23)), optdata=rnd.data(r, 9))
            for _ in range(r.randrange(3))]
    tlvs += [PAD1()] * r.randrange(2) + [PADN(optdata=bytes(r.randrange(5)))] * r.randrange(2)
    if alert != "none":
        tlvs.insert(r.randint(0, len(tlvs)), ALERT(value=alert))
    return tlvs


def make_headers(r, f):
    """Hop-by-hop first, if at all; then destination options and routing headers that are done."""
    if f["alert"] != "none" or r.randrange(3) == 0:
        yield inet6.IPv6ExtHdrHopByHop(options=make_tlvs(r, f["alert"]))
    for _ in range(r.randrange(3)):
        if r.randrange(2):
            yield inet6.IPv6ExtHdrDestOpt(options=make_tlvs(r, "none"))
        else:
            yield inet6.IPv6ExtHdrRouting(type=r.choice((0, 4, 253)), segleft=0,
                                          addresses=[rnd.ipv6(r)] * r.randrange(3))


def make_chain(r):
    protocol = r.choice(PLAIN)
    f = {"protocol": protocol, "named": protocol,
         "alert": rnd.number(r, 16) if r.randrange(2) else "none", "fragment": "none",
         "above": rnd.data(r, 1000).hex()}
    packet = None
    for header in make_headers(r, f):
        packet = header if packet is None else packet / header
    if r.randrange(3) == 0:
        offset, more, ident = rnd.number(r, 13), rnd.flag(r), rnd.number(r, 32)
        if offset > 7000:  # it would end beyond what a datagram can have
            offset = 7000
        if more:
            f["above"] = f["above"][:len(f["above"]) // 16 * 16]
        if offset or more:  # else it is the whole datagram: walked through
            f["fragment"] = f"{protocol}|{offset}|{more}|{ident}"
        part = inet6.IPv6ExtHdrFragment(offset=offset, m=more, id=ident)
        packet = part if packet is None else packet / part
    above = Raw(bytes.fromhex(f["above"]))
    if packet is not None:
        packet.lastlayer().nh = protocol
    f.update(head6(r))
    whole = ipv6_of(f, protocol) / above if packet is None else chain_of(f, packet) / above
    return f, bytes(whole)


def chain_of(f, packet):
    head = ipv6_of(f, None)
    del head.nh
    return head / packet


def read_chain(data, _):
    p = inet6.IPv6(data)
    f = {**read_head6(p), "alert": "none", "fragment": "none"}
    end = 40 + p.plen
    while not isinstance(p.payload, Raw) and len(p.payload):
        p = p.payload
        if isinstance(p, inet6.IPv6ExtHdrHopByHop):
            for option in p.options:
                if isinstance(option, ALERT):
                    f["alert"] = option.value
        if isinstance(p, inet6.IPv6ExtHdrFragment) and (p.offset or p.m):
            f["fragment"] = f"{p.nh}|{p.offset}|{p.m}|{p.id}"
    f["protocol"] = f["named"] = p.nh
    f["above"] = bytes(p.payload).hex()
    assert data.endswith(bytes(p.payload)) and end == len(data)
    return f


def is_own_chain(f, data):
    """True for the chains that flapjack writes itself: a router alert, a fragment, or both."""
    size = 40 + len(f["above"]) // 2
    size += 8 * (f["alert"] != "none") + 8 * (f["fragment"] != "none")
    return size == len(data)


# ---- ICMPv6

QUOTED6 = bytes(inet6.IPv6(src="2001:db8::1", dst="2001:db8::2") / inet.UDP(sport=1, dport=2))


def make_icmpv6(r):
    kind = r.choice((1, 2, 3, 4, 128, 129))
    f = {**ends6(r), "type": kind, "code": rnd.number(r, 3), "rest": 0, "body": QUOTED6.hex()}
    if kind >= 128:
        ident, seq = rnd.number(r, 16), rnd.number(r, 16)
        f["rest"] = ident << 16 | seq
        f["body"] = rnd.data(r, 1400).hex()
        made = inet6.ICMPv6EchoRequest if kind == 128 else inet6.ICMPv6EchoReply
        return f, build_over_ipv6(f, made(id=ident, seq=seq, code=f["code"],
                                          data=bytes.fromhex(f["body"])))
    made = {1: inet6.ICMPv6DestUnreach, 2: inet6.ICMPv6PacketTooBig, 3: inet6.ICMPv6TimeExceeded,
            4: inet6.ICMPv6ParamProblem}[kind](code=f["code"])
    if kind == 2:
        f["rest"] = made.mtu = rnd.number(r, 32)
    if kind == 4:
        f["rest"] = made.ptr = rnd.number(r, 32)
    return f, build_over_ipv6(f, made / Raw(QUOTED6))


def read_icmpv6(data, fields):
    p = over_ipv6(fields, 58, data)
    f = {"src": fields["src"], "dst": fields["dst"], "type": p.type, "code": p.code, "rest": 0}
    if p.type >= 128:
        f["rest"] = p.id << 16 | p.seq
        f["body"] = bytes(p.data).hex()
        return f
    if p.type == 2:
        f["rest"] = p.mtu
    if p.type == 4:
        f["rest"] = p.ptr
    f["body"] = bytes(p.payload).hex()
    return f

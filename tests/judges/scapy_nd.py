# SPDX-License-Identifier: Apache-2.0
"""Neighbor discovery and multicast groups (IGMP, MLD), as scapy makes and reads them."""
from scapy.contrib import igmp, igmpv3
from scapy.layers import inet6
from scapy.packet import Raw

import scapy_random as rnd
from scapy_ip import QUOTED6, build_over_ipv6, over_ipv6

PREFERENCES = {0: 1, 1: 2, 3: 0}  # RFC 4191: medium, high, low -> the probe's order, low first


# ---- options

def make_option(r):
    kind = r.choice(("slla", "tlla", "prefix", "mtu", "rdnss", "redirected"))
    if kind in ("slla", "tlla"):
        mac = rnd.mac(r)
        made = inet6.ICMPv6NDOptSrcLLAddr if kind == "slla" else inet6.ICMPv6NDOptDstLLAddr
        return f"{kind}|{mac}", made(lladdr=mac)
    if kind == "prefix":
        prefix, length = rnd.ipv6(r), r.randint(0, 128)
        link, auto, valid, preferred = (rnd.flag(r), rnd.flag(r), rnd.number(r, 32),
                                        rnd.number(r, 32))
        return (f"prefix|{prefix}/{length}|{link}|{auto}|{valid}|{preferred}",
                inet6.ICMPv6NDOptPrefixInfo(prefixlen=length, L=link, A=auto, validlifetime=valid,
                                            preferredlifetime=preferred, prefix=prefix))
    if kind == "mtu":
        mtu = rnd.number(r, 32)
        return f"mtu|{mtu}", inet6.ICMPv6NDOptMTU(mtu=mtu)
    if kind == "rdnss":
        servers, lifetime = [rnd.ipv6(r) for _ in range(r.randint(1, 4))], rnd.number(r, 32)
        return ("|".join(["rdnss", str(lifetime), *servers]),
                inet6.ICMPv6NDOptRDNSS(lifetime=lifetime, dns=servers))
    return (f"redirected|{QUOTED6.hex()}",
            inet6.ICMPv6NDOptRedirectedHdr(pkt=inet6.IPv6(QUOTED6)))


def make_options(r, message):
    """Some options behind `message`; at the end perhaps one that nobody knows."""
    texts = []
    for _ in range(r.randrange(4)):
        text, option = make_option(r)
        texts.append(text)
        message = message / option
    if r.randrange(4) == 0:
        kind, data = r.choice((200, 253)), r.randbytes(8 * r.randint(1, 4) - 2)
        texts.append(f"other|{kind}|{data.hex()}")
        message = message / Raw(bytes([kind, (len(data) + 2) // 8]) + data)
    return rnd.items(texts), message


def option_text(p):
    if isinstance(p, inet6.ICMPv6NDOptSrcLLAddr):  # or the other one, which scapy derives from it
        return f"{'slla' if p.type == 1 else 'tlla'}|{p.lladdr}"
    if isinstance(p, inet6.ICMPv6NDOptPrefixInfo):
        return (f"prefix|{rnd.ipv6_text(p.prefix)}/{p.prefixlen}|{p.L}|{p.A}|{p.validlifetime}|"
                f"{p.preferredlifetime}")
    if isinstance(p, inet6.ICMPv6NDOptMTU):
        return f"mtu|{p.mtu}"
    if isinstance(p, inet6.ICMPv6NDOptRDNSS):
        return "|".join(["rdnss", str(p.lifetime), *map(rnd.ipv6_text, p.dns)])
    if isinstance(p, inet6.ICMPv6NDOptRedirectedHdr):
        return f"redirected|{bytes(p.pkt).hex()}"
    raw = bytes(p)
    assert isinstance(p, Raw) and len(raw) == 8 * raw[1], p
    return f"other|{raw[0]}|{raw[2:].hex()}"


def read_options(message):
    texts = []
    option = message.payload
    while option:
        texts.append(option_text(option))
        option = option.payload
    return rnd.items(texts)


# ---- messages

def ends(r):
    return {"src": r.choice(("::", rnd.ipv6(r, 0xfe80))),
            "dst": r.choice((rnd.ipv6(r, 0xfe80), rnd.group6(r)))}


def finish(r, fields, message):
    fields["options"], message = make_options(r, message)
    return fields, build_over_ipv6(fields, message)


def read(fields, data, kind):
    p = over_ipv6(fields, 58, data)
    assert isinstance(p, kind), p
    return p, {"src": fields["src"], "dst": fields["dst"], "options": read_options(p)}


def make_rs(r):
    return finish(r, ends(r), inet6.ICMPv6ND_RS())


def read_rs(data, fields):
    return read(fields, data, inet6.ICMPv6ND_RS)[1]


def make_ra(r):
    prf = r.choice((0, 1, 3))
    f = {**ends(r), "hops": rnd.number(r, 8), "managed": rnd.flag(r), "other": rnd.flag(r),
         "preference": PREFERENCES[prf], "lifetime": rnd.number(r, 16),
         "reachable": rnd.number(r, 32), "retransmit": rnd.number(r, 32)}
    return finish(r, f, inet6.ICMPv6ND_RA(chlim=f["hops"], M=f["managed"], O=f["other"], prf=prf,
                                          routerlifetime=f["lifetime"],
                                          reachabletime=f["reachable"],
                                          retranstimer=f["retransmit"]))


def read_ra(data, fields):
    p, f = read(fields, data, inet6.ICMPv6ND_RA)
    return {**f, "hops": p.chlim, "managed": p.M, "other": p.O, "preference": PREFERENCES[p.prf],
            "lifetime": p.routerlifetime, "reachable": p.reachabletime,
            "retransmit": p.retranstimer}


def make_ns(r):
    f = {**ends(r), "target": rnd.ipv6(r)}
    return finish(r, f, inet6.ICMPv6ND_NS(tgt=f["target"]))


def read_ns(data, fields):
    p, f = read(fields, data, inet6.ICMPv6ND_NS)
    return {**f, "target": rnd.ipv6_text(p.tgt)}


def make_na(r):
    f = {**ends(r), "target": rnd.ipv6(r), "router": rnd.flag(r), "solicited": rnd.flag(r),
         "override": rnd.flag(r)}
    return finish(r, f, inet6.ICMPv6ND_NA(tgt=f["target"], R=f["router"], S=f["solicited"],
                                          O=f["override"]))


def read_na(data, fields):
    p, f = read(fields, data, inet6.ICMPv6ND_NA)
    return {**f, "target": rnd.ipv6_text(p.tgt), "router": p.R, "solicited": p.S, "override": p.O}


def make_redirect(r):
    f = {**ends(r), "target": rnd.ipv6(r, 0xfe80), "for": rnd.ipv6(r)}
    return finish(r, f, inet6.ICMPv6ND_Redirect(tgt=f["target"], dst=f["for"]))


def read_redirect(data, fields):
    p, f = read(fields, data, inet6.ICMPv6ND_Redirect)
    return {**f, "target": rnd.ipv6_text(p.tgt), "for": rnd.ipv6_text(p.dst)}


# ---- groups

def make_records(r, address):
    return [(r.randint(1, 6), address(r), [address(r) for _ in range(r.randrange(4))])
            for _ in range(r.randrange(5))]


def records_text(records):
    return rnd.items("|".join([str(kind), group, *sources]) for kind, group, sources in records)


def query_fields(r, address, code_bits):
    return {"response": rnd.number(r, code_bits), "group": address(r), "suppress": rnd.flag(r),
            "robustness": rnd.number(r, 3), "interval": rnd.number(r, 8),
            "sources": [address(r) for _ in range(r.randrange(4))]}


OLD = {"suppress": 0, "robustness": 0, "interval": 0, "sources": ""}


def make_igmp(r):
    kind = r.choice((0x11, 0x11, 0x12, 0x16, 0x17, 0x22))
    if kind == 0x22:
        records = make_records(r, rnd.ipv4)
        made = igmpv3.IGMPv3mr(records=[igmpv3.IGMPv3gr(rtype=t, maddr=g, srcaddrs=s)
                                        for t, g, s in records])
        return ({"type": kind, "records": records_text(records)},
                bytes(igmpv3.IGMPv3(type=kind, mrcode=0) / made))
    if kind == 0x11 and r.randrange(2):
        f = query_fields(r, rnd.ipv4, 8)
        made = igmpv3.IGMPv3mq(gaddr=f["group"], s=f["suppress"], qrv=f["robustness"],
                               qqic=f["interval"], srcaddrs=f["sources"])
        f["sources"] = rnd.items(f["sources"])
        return {"type": kind, "version": 3, **f}, bytes(igmpv3.IGMPv3(mrcode=f["response"]) / made)
    f = {"type": kind, "response": rnd.number(r, 8), "group": rnd.ipv4(r)}
    data = bytes(igmp.IGMP(type=kind, mrcode=f["response"], gaddr=f["group"]))
    if kind == 0x11:
        f.update(OLD, version=2 if f["response"] else 1)
    return f, data


def read_igmp(data, _):
    p = igmpv3.IGMPv3(data)
    f = {"type": p.type}
    if p.type == 0x22:
        f["records"] = records_text((x.rtype, x.maddr, x.srcaddrs) for x in p.payload.records)
    elif isinstance(p, igmpv3.IGMPv3):
        q = p.payload
        f.update(version=3, response=p.mrcode, group=q.gaddr, suppress=q.s, robustness=q.qrv,
                 interval=q.qqic, sources=rnd.items(q.srcaddrs))
    else:
        f.update(response=p.mrcode, group=p.gaddr)
        if p.type == 0x11:
            f.update(OLD, version=2 if p.mrcode else 1)
    return f


def make_mld(r):
    f = {**ends(r), "type": r.choice((130, 130, 131, 132, 143))}
    if f["type"] == 143:
        records = make_records(r, rnd.group6)
        f["records"] = records_text(records)
        return f, build_over_ipv6(f, inet6.ICMPv6MLReport2(
            records=[inet6.ICMPv6MLDMultAddrRec(rtype=t, dst=g, sources=s)
                     for t, g, s in records]))
    if f["type"] == 130 and r.randrange(2):
        q = query_fields(r, rnd.group6, 16)
        made = inet6.ICMPv6MLQuery2(mrd=q["response"], mladdr=q["group"], S=q["suppress"],
                                    QRV=q["robustness"], QQIC=q["interval"],
                                    sources=q["sources"])
        q["sources"] = rnd.items(q["sources"])
        f.update(q, version=2)
        return f, build_over_ipv6(f, made)
    f["group"] = rnd.group6(r)
    made = {130: inet6.ICMPv6MLQuery, 131: inet6.ICMPv6MLReport,
            132: inet6.ICMPv6MLDone}[f["type"]](mladdr=f["group"], mrd=0)
    if f["type"] == 130:
        made.mrd = rnd.number(r, 16)
        f.update(OLD, version=1, response=made.mrd)
    return f, build_over_ipv6(f, made)


def read_records6(data, count):
    """One by one: scapy 2.5 takes what follows the first for its payload."""
    for _ in range(count):
        x = inet6.ICMPv6MLDMultAddrRec(data)
        yield x.rtype, rnd.ipv6_text(x.dst), [rnd.ipv6_text(a) for a in x.sources]
        data = data[20 + 16 * x.sources_number + 4 * x.auxdata_len:]
    assert not data


def read_mld(data, fields):
    p = over_ipv6(fields, 58, data)
    f = {"src": fields["src"], "dst": fields["dst"], "type": p.type}
    if p.type == 143:
        f["records"] = records_text(read_records6(data[8:], p.records_number))
        return f
    f["group"] = rnd.ipv6_text(p.mladdr)
    if isinstance(p, inet6.ICMPv6MLQuery2):
        f.update(version=2, response=p.mrd, suppress=p.S, robustness=p.QRV, interval=p.QQIC,
                 sources=rnd.items(map(rnd.ipv6_text, p.sources)))
    elif p.type == 130:
        f.update(OLD, version=1, response=p.mrd)
    return f

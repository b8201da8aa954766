# SPDX-License-Identifier: Apache-2.0
"""DNS and DHCPv4, as scapy makes and reads them."""
from scapy.layers import dhcp, dns

import scapy_random as rnd

A, CNAME, TXT, AAAA, PRIVATE = 1, 5, 16, 28, 65280


# ---- DNS

def plain(name):
    """scapy ends a name with a dot."""
    text = name.decode() if isinstance(name, bytes) else name
    return text[:-1] if text.endswith(".") and text != "." else text


def make_record(r, known, classes):
    kind, ttl, owner = r.choice((A, A, AAAA, CNAME, TXT, PRIVATE)), rnd.number(r, 32), \
        rnd.name(r, known)
    dns_class = 1
    if kind == A:
        data = text = rnd.ipv4(r)
    elif kind == AAAA:
        data = text = rnd.ipv6(r)
    elif kind == CNAME:
        data = text = rnd.name(r, known)
    elif kind == TXT:
        data = [r.randbytes(r.randint(1, 30)) for _ in range(r.randint(1, 3))]
        text = b"".join(bytes([len(x)]) + x for x in data).hex()
    else:
        data, dns_class = r.randbytes(r.randint(1, 30)), r.choice(classes)
        text = data.hex()
    return (f"{owner}|{kind}|{dns_class}|{ttl}|{text}",
            dns.DNSRR(rrname=owner, type=kind, rclass=dns_class, ttl=ttl, rdata=data))


def chain(made):
    """Texts and layers of what was made."""
    texts, whole = [], None
    for text, layer in made:
        texts.append(text)
        whole = layer if whole is None else whole / layer
    return rnd.items(texts), whole


def make_question(r, known):
    name, kind, dns_class = rnd.name(r, known), r.choice((A, AAAA, 255)), r.choice((1, 1, 255))
    return (f"{name}|{kind}|{dns_class}", dns.DNSQR(qname=name, qtype=kind, qclass=dns_class))


def make_dns(r):
    known = []
    f = {"id": rnd.number(r, 16), "qr": rnd.flag(r), "opcode": rnd.number(r, 4),
         "aa": rnd.flag(r), "tc": rnd.flag(r), "rd": rnd.flag(r), "ra": rnd.flag(r),
         "z": rnd.number(r, 3), "rcode": rnd.number(r, 4)}
    f["questions"], qd = chain(make_question(r, known) for _ in range(r.choice((0, 1, 1, 1, 2))))
    f["answers"], an = chain(make_record(r, known, [1]) for _ in range(r.randrange(4)))
    f["authorities"], ns = chain(make_record(r, known, [1, 3]) for _ in range(r.choice((0, 0, 2))))
    f["additionals"], ar = chain(make_record(r, known, [1, 3]) for _ in range(r.choice((0, 0, 1))))
    message = dns.DNS(id=f["id"], qr=f["qr"], opcode=f["opcode"], aa=f["aa"], tc=f["tc"],
                      rd=f["rd"], ra=f["ra"], z=f["z"] >> 2, ad=f["z"] >> 1 & 1, cd=f["z"] & 1,
                      rcode=f["rcode"], qd=qd, an=an, ns=ns, ar=ar)
    data = bytes(message)
    if r.randrange(4) == 0:  # it takes its time
        compressed = bytes(dns.dns_compress(message))
        if says(compressed, f):  # now and then scapy 2.5 points to the wrong place
            data = compressed
    return f, data


def says(data, fields):
    try:
        return read_dns(data, fields) == fields
    except (AttributeError, IndexError, TypeError, UnicodeDecodeError, ValueError):
        return False


def record_text(p):
    if p.type == CNAME:
        data = plain(p.rdata)
    elif p.type == AAAA:
        data = rnd.ipv6_text(p.rdata)
    elif p.type == A:
        data = p.rdata
    elif p.type == TXT:
        data = b"".join(bytes([len(x)]) + x for x in p.rdata).hex()
    else:
        data = bytes(p.rdata).hex()
    return f"{plain(p.rrname)}|{p.type}|{p.rclass}|{p.ttl}|{data}"


def layers(first, count, text):
    texts = []
    for _ in range(count):
        texts.append(text(first))
        first = first.payload
    return rnd.items(texts)


def read_dns(data, _):
    p = dns.DNS(data)
    return {"id": p.id, "qr": p.qr, "opcode": p.opcode, "aa": p.aa, "tc": p.tc, "rd": p.rd,
            "ra": p.ra, "z": p.z << 2 | p.ad << 1 | p.cd, "rcode": p.rcode,
            "questions": layers(p.qd, p.qdcount,
                                lambda q: f"{plain(q.qname)}|{q.qtype}|{q.qclass}"),
            "answers": layers(p.an, p.ancount, record_text),
            "authorities": layers(p.ns, p.nscount, record_text),
            "additionals": layers(p.ar, p.arcount, record_text)}


def own_dns(f):
    """flapjack writes questions and answers only."""
    return {**f, "authorities": "", "additionals": ""}


# ---- DHCPv4: field of the probe -> option of scapy, and how to make one

def addresses(r):
    return [rnd.ipv4(r) for _ in range(r.randint(1, 8))]


def some_bytes(r):
    return r.randbytes(r.randint(1, 40))


OPTIONS = {
    "mask": ("subnet_mask", rnd.ipv4), "requested": ("requested_addr", rnd.ipv4),
    "server": ("server_id", rnd.ipv4), "routers": ("router", addresses),
    "dns": ("name_server", addresses), "lease": ("lease_time", lambda r: rnd.number(r, 32)),
    "renewal": ("renewal_time", lambda r: rnd.number(r, 32)),
    "rebinding": ("rebinding_time", lambda r: rnd.number(r, 32)),
    "max": ("max_dhcp_size", lambda r: rnd.number(r, 16)),
    "client_id": ("client_id", some_bytes), "parameters": ("param_req_list", some_bytes),
    "host_name": ("hostname", some_bytes),
}
FIELD_OF = {option: field for field, (option, _) in OPTIONS.items()}


def value_text(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return rnd.items(value)
    return value


def make_dhcpv4(r):
    f = {"op": r.choice((1, 2)), "hops": rnd.number(r, 8), "xid": rnd.number(r, 32),
         "secs": rnd.number(r, 16), "broadcast": rnd.flag(r), "ciaddr": rnd.ipv4(r),
         "yiaddr": rnd.ipv4(r), "siaddr": rnd.ipv4(r), "giaddr": rnd.ipv4(r),
         "chaddr": rnd.mac(r), "type": r.randint(1, 8)}
    options = [("message-type", f["type"])]
    for field, (option, make) in OPTIONS.items():
        if r.randrange(2):
            continue
        value = make(r)
        f[field] = value_text(value)
        if isinstance(value, list):
            options.append((option, *value))
        elif field == "parameters":
            options.append((option, list(value)))
        else:
            options.append((option, value))
    options += [(224, some_bytes(r))] * r.randrange(2) + ["pad"] * r.randrange(3)
    r.shuffle(options)
    head = dhcp.BOOTP(op=f["op"], hops=f["hops"], xid=f["xid"], secs=f["secs"],
                      flags=f["broadcast"] << 15, ciaddr=f["ciaddr"], yiaddr=f["yiaddr"],
                      siaddr=f["siaddr"], giaddr=f["giaddr"],
                      chaddr=bytes.fromhex(f["chaddr"].replace(":", "")))
    tail = ["end"] + ["pad"] * r.randrange(4)
    return f, bytes(head / dhcp.DHCP(options=options + tail))


def read_dhcpv4(data, _):
    p = dhcp.BOOTP(data)
    assert p.htype == 1 and p.hlen == 6 and not any(p.sname) and not any(p.file)
    f = {"op": p.op, "hops": p.hops, "xid": p.xid, "secs": p.secs,
         "broadcast": int(p.flags) >> 15, "ciaddr": p.ciaddr, "yiaddr": p.yiaddr,
         "siaddr": p.siaddr, "giaddr": p.giaddr,
         "chaddr": ":".join(f"{b:02x}" for b in p.chaddr[:6])}
    for option in p.payload.options:
        if option == "end":
            break
        if option == "pad":
            continue
        name, *values = option
        if name == "message-type":
            f["type"] = values[0]
        elif name in ("router", "name_server"):
            f[FIELD_OF[name]] = rnd.items(values)
        elif name == "param_req_list":
            f["parameters"] = bytes(values[0]).hex()
        else:
            f[FIELD_OF[name]] = value_text(values[0])
    return f

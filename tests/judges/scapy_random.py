# SPDX-License-Identifier: Apache-2.0
"""Random values for messages, in the texts that flapjack's codec_probe reads and writes."""
import ipaddress


def number(r, bits):
    """All sizes, not only large numbers; the ends are not rare."""
    kind = r.randrange(8)
    if kind == 0:
        return 0
    if kind == 1:
        return (1 << bits) - 1
    return r.getrandbits(r.randint(1, bits))


def flag(r):
    return r.randrange(2)


def data(r, most=64):
    return r.randbytes(r.choice((0, 1, r.randint(0, most))))


def mac(r):
    return ":".join(f"{b:02x}" for b in r.choice((bytes(6), b"\xff" * 6, r.randbytes(6),
                                                   r.randbytes(6))))


def ipv4(r):
    return str(ipaddress.IPv4Address(number(r, 32)))


def ipv6(r, first=None):
    """Runs of zeros in all places; `first` is the first group, never zero."""
    groups = [r.choice((0, 0, 1, r.getrandbits(16))) for _ in range(8)]
    groups[0] = first if first is not None else r.choice((0x2001, 0xfe80, 0xfd00, 0x3ffe))
    return str(ipaddress.IPv6Address(b"".join(g.to_bytes(2, "big") for g in groups)))


def any_ipv6(r):
    kind = r.randrange(10)
    return "::" if kind == 0 else "::1" if kind == 1 else ipv6(r)


def group6(r):
    return ipv6(r, 0xff02)


def ipv6_text(text):
    """As RFC 5952 wants it, whoever wrote it."""
    return str(ipaddress.IPv6Address(text))


def label(r):
    return "".join(r.choice("abcXYZ0189-_") for _ in range(r.choice((1, 2, 3, 12, 63))))


def name(r, known):
    """A domain name; often one of `known`, or below one of them, so that there is something to
    compress."""
    if known and r.randrange(3) == 0:
        return r.choice(known)
    below = r.choice(known) if known and r.randrange(2) else "example.org"
    made = label(r) + "." + below
    if len(made) > 250:
        return below
    known.append(made)
    return made


def items(parts):
    """A list as the probe writes it."""
    return "".join(f"{part};" for part in parts)

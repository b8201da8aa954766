# SPDX-License-Identifier: Apache-2.0
"""scapy as judge of the wire codecs: for each kind of message, 10,000 random ones of a fixed seed.

    scapy builds, flapjack reads: the fields must be those that went in
    flapjack writes, scapy reads: so they must
    both write: where a message has one encoding only, byte for byte the same, checksums included

flapjack speaks through codec_probe, one process a batch. FLAPJACK_JUDGE_PACKETS is another number.
Without scapy (Debian: python3-scapy) the test exits 77, which ctest shows as skipped."""
import logging
import multiprocessing
import os
import random
import subprocess
import sys
import unittest
from typing import Callable, NamedTuple, Optional

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROBE = os.path.join(os.environ.get("FLAPJACK_BINARY_DIR", os.path.join(ROOT, "build/release")),
                     "tests", "flapjack_codec_probe")
PACKETS = int(os.environ.get("FLAPJACK_JUDGE_PACKETS", "10000"))
BATCH = 1000
SKIPPED = 77

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's packages, whichever python3 runs this
logging.getLogger("scapy").setLevel(logging.CRITICAL)
try:
    from scapy.config import conf
    import scapy_application as app
    import scapy_ip as ip
    import scapy_nd as nd
except ImportError as missing:
    print(f"{missing}; tools/setup --with-judges installs it")
    sys.exit(SKIPPED)
conf.verb = 0

ENDS = ("src", "dst")


class Kind(NamedTuple):
    name: str            # of codec_probe
    make: Callable       # random -> (fields, bytes by scapy)
    read: Callable       # (bytes, fields) -> fields by scapy
    beside: tuple = ()   # fields that are not in the bytes
    # (fields, bytes) -> fields for flapjack to write; None: a message it does not write
    write: Callable = lambda fields, data: fields
    one_encoding: bool = True
    share: int = 1       # several rows that share the number of messages


KINDS = (
    Kind("arp", ip.make_arp, ip.read_arp),
    Kind("ipv4", ip.make_ipv4, ip.read_ipv4),
    Kind("icmp", ip.make_icmp, ip.read_icmp),
    Kind("igmp", nd.make_igmp, nd.read_igmp),
    Kind("udp", ip.make_udp4, ip.read_udp, ENDS, share=2),
    Kind("udp", ip.make_udp6, ip.read_udp, ENDS, share=2),
    Kind("ipv6", ip.make_ipv6, ip.read_ipv6),
    Kind("chain", ip.make_chain, ip.read_chain, ("class", "flow", "hops", *ENDS),
         write=lambda fields, data: fields if ip.is_own_chain(fields, data) else None,
         one_encoding=False),
    Kind("icmpv6", ip.make_icmpv6, ip.read_icmpv6, ENDS),
    Kind("rs", nd.make_rs, nd.read_rs, ENDS, share=5),
    Kind("ra", nd.make_ra, nd.read_ra, ENDS, share=5),
    Kind("ns", nd.make_ns, nd.read_ns, ENDS, share=5),
    Kind("na", nd.make_na, nd.read_na, ENDS, share=5),
    Kind("redirect", nd.make_redirect, nd.read_redirect, ENDS, share=5),
    Kind("mld", nd.make_mld, nd.read_mld, ENDS),
    Kind("dhcpv4", app.make_dhcpv4, app.read_dhcpv4, one_encoding=False),
    Kind("dns", app.make_dns, app.read_dns, write=lambda fields, data: app.own_dns(fields),
         one_encoding=False),
)


def ask(lines):
    """The probe's answers."""
    done = subprocess.run([PROBE], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"codec_probe: {done.stderr}")
    answers = done.stdout.splitlines()
    assert len(answers) == len(lines), (len(answers), len(lines))
    return answers


def words(fields):
    return " ".join(f"{name}={value}" for name, value in fields.items())


def texts(fields):
    return {name: str(value) for name, value in fields.items()}


def fields_of(line):
    if line == "refused":
        return line
    return dict(word.split("=", 1) for word in line.split(" "))


def differ(what, kind, wanted, found, data):
    if wanted == found:
        return None
    if isinstance(found, dict):
        wanted, found = ({name: side.get(name) for name in {**wanted, **found}
                          if wanted.get(name) != found.get(name)} for side in (wanted, found))
    return f"{kind}: {what}\n  wanted {wanted}\n  found  {found}\n  bytes  {data.hex()}"


def judge_reading(kind, made):
    requests = [f"parse {kind.name} {data.hex()} " +
                words({name: fields[name] for name in kind.beside}) for fields, data in made]
    for (fields, data), answer in zip(made, ask([line.rstrip() for line in requests])):
        found = fields_of(answer)
        yield differ("scapy's message as flapjack reads it", kind.name, texts(fields), found, data)


def judge_writing(kind, made):
    wanted = [(kind.write(fields, data), data) for fields, data in made]
    wanted = [(fields, data) for fields, data in wanted if fields is not None]
    answers = ask([f"emit {kind.name} {words(fields)}" for fields, _ in wanted]) if wanted else []
    for (fields, data), answer in zip(wanted, answers):
        written = bytes.fromhex(answer)
        read = texts(kind.read(written, fields))
        yield differ("flapjack's message as scapy reads it", kind.name, texts(fields), read,
                     written)
        if kind.one_encoding:
            yield differ("what both write", kind.name, data.hex(), answer, data)


def judge(task):
    """(messages judged, written by flapjack, the first differences) of one batch."""
    number, batch, count = task
    kind = KINDS[number]
    r = random.Random(f"flapjack {number} {batch}")
    made = [kind.make(r) for _ in range(count)]
    found = [x for x in judge_reading(kind, made) if x]
    written = sum(1 for fields, data in made if kind.write(fields, data) is not None)
    found += [x for x in judge_writing(kind, made) if x]
    return number, len(made), written, len(found), found[:3]


class Codecs(unittest.TestCase):
    def test_random_messages(self):
        wanted = [PACKETS // kind.share for kind in KINDS]
        tasks = [(number, batch, min(BATCH, count - batch))
                 for number, count in enumerate(wanted) for batch in range(0, count, BATCH)]
        judged, written = [0] * len(KINDS), [0] * len(KINDS)
        failures = []
        with multiprocessing.Pool() as pool:
            for number, made, out, count, first in pool.imap_unordered(judge, tasks):
                judged[number] += made
                written[number] += out
                if count:
                    failures.append(f"{count} differences\n" + "\n".join(first))
        self.assertEqual(failures, [], "\n".join(failures[:10]))
        for number, kind in enumerate(KINDS):
            self.assertEqual(judged[number], wanted[number], kind.name)
            self.assertGreaterEqual(written[number], wanted[number] // 10, kind.name)

    def test_options_that_flapjack_writes_empty(self):
        wanted = {"alert": "other|148|0000;"}
        for slots in range(1, 10):
            hops = "|0.0.0.0" * slots
            wanted[f"route|{slots}"] = f"route|7|4{hops};"
            wanted[f"timestamp|0|{slots}"] = "timestamp|5|0|0;"
        for slots in range(1, 5):
            wanted[f"timestamp|1|{slots}"] = "timestamp|5|0|1;"
            wanted[f"timestamp|3|{slots}"] = "timestamp|5|0|3;"
        answers = ask([f"emit ipv4_own_option option={option}" for option in wanted])
        for (option, text), answer in zip(wanted.items(), answers):
            data = bytes.fromhex(answer)
            head = bytes([0x40 | 5 + (len(data) + 3) // 4]) + bytes(19)
            read = ip.inet.IP(head + data + bytes(-len(data) % 4)).options[0]
            self.assertEqual(ip.option_text(read) + ";", text, option)
            self.assertEqual(data[1], len(data), option)

    def test_what_was_read_is_written_again(self):
        r = random.Random("again")
        for kind in KINDS:
            if not kind.one_encoding:
                continue
            made = [kind.make(r) for _ in range(200)]
            lines = [f"again {kind.name} {data.hex()} " +
                     words({name: fields[name] for name in kind.beside}) for fields, data in made]
            for (_, data), answer in zip(made, ask([line.rstrip() for line in lines])):
                self.assertEqual(answer, data.hex(), kind.name)

    def test_it_can_find_something(self):
        """A changed bit is noticed: as another field, or as a message refused."""
        r = random.Random("canary")
        for kind in KINDS:
            fields, data = kind.make(r)
            while len(data) < 9 or kind.name == "chain" and not fields["above"]:
                fields, data = kind.make(r)
            # a field, or what a checksum covers; behind a chain the payload
            for at in (4, 5, 6, 7) if kind.name != "chain" else (len(data) - 1,):
                bad = bytearray(data)
                bad[at] ^= 0x04
                self.assertEqual(len([x for x in judge_reading(kind, [(fields, bytes(bad))]) if x]),
                                 1, f"{kind.name} byte {at}")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An agent outside: joins groups of a simulated node's Connector and prints what it hears.

    flapjack run FILE --connector unix:PATH &
    tools/live/connector_agent.py unix:PATH iface l4

To be copied and changed, or imported: Agent has listen(), messages() and close(). The bytes are
described in stack/wire/cn_msg.h and stack/wire/cn_event.h. The exit code is 0 when there was no
gap, 1 when there was one, 2 when nobody answered."""
import argparse
import ipaddress
import socket
import struct
import sys

HEADER = struct.Struct("<IIIIHH")  # idx, val, seq, ack, len, flags
GROUPS = {"iface": 16, "conn": 17, "ipv4": 18, "ipv6": 19, "l4": 20, "ppp": 21, "drop": 22}
CONTROL, LISTEN, IGNORE = (23, 1), 1, 2


def facts(data):
    """(ns, iface, {key: value}) of the data of a published event."""
    at, iface, size, _ = struct.unpack_from("<qIHH", data)
    found, pos = {}, 16
    while pos < 16 + size:
        kind, key_size, value_size = struct.unpack_from("<BBH", data, pos)
        pos += 4
        key = data[pos:pos + key_size].decode()
        value = data[pos + key_size:pos + key_size + value_size]
        pos += key_size + value_size
        if kind in (1, 4, 5):
            found[key] = struct.unpack("<q", value)[0]
        elif kind == 3:
            found[key] = str(ipaddress.ip_address(value))
        else:
            found[key] = value.decode(errors="replace")
    return at, iface, found


class Agent:
    """A socket of the Connector at `where`, "unix:PATH" or "udp:ADDRESS:PORT"."""

    def __init__(self, where, quiet=2.0):
        kind, _, rest = where.partition(":")
        if kind == "unix":
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.bind("")  # any name: answers need one
            self.socket.connect(rest)
        elif kind == "udp":
            host, _, port = rest.rpartition(":")
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self.socket = socket.socket(family, socket.SOCK_DGRAM)
            self.socket.connect((host.strip("[]"), int(port)))
        else:
            raise ValueError(f"{where}: write unix:PATH or udp:ADDRESS:PORT")
        self.socket.settimeout(quiet)
        self.sequence = 0
        self.next = {}  # the seq to come, by idx
        self.kept = []  # what came while an answer was waited for
        self.heard = self.missed = 0

    def send(self, idx, val, data=b"", ack=0):
        """Sends a message; its seq is one more than that of the one before."""
        self.sequence += 1
        self.socket.send(HEADER.pack(idx, val, self.sequence, ack, len(data), 0) + data)

    def listen(self, group, operation=LISTEN):
        """Joins (or leaves) a group; OSError with Zephyr's errno when it is refused."""
        self.send(*CONTROL, struct.pack("<II", operation, group))
        for message in self.receive():
            idx, val, seq, ack, data = message
            answers = (1, self.sequence + 1)  # the request's ack + 1, or its seq + 1
            if (idx, val, seq) != (*CONTROL, self.sequence) or ack not in answers:
                self.kept.append(message)
                continue
            code = struct.unpack("<I", data)[0]
            if code:
                raise OSError(code, f"group {group} refused")
            return
        raise OSError(f"nobody answers about group {group}")

    def raw(self):
        """(idx, val, seq, ack, data) of every message, until nothing comes."""
        while self.kept:
            yield self.kept.pop(0)
        yield from self.receive()

    def receive(self):
        """The same of what is still in the socket."""
        while True:
            try:
                datagram = self.socket.recv(16384)
            except ConnectionError:  # the run is over; what has come before is still there
                self.socket.setblocking(False)
                continue
            except (TimeoutError, BlockingIOError):
                return
            pos = 0
            while pos + HEADER.size <= len(datagram):
                idx, val, seq, ack, size, _ = HEADER.unpack_from(datagram, pos)
                pos += HEADER.size
                yield idx, val, seq, ack, datagram[pos:pos + size]
                pos += size

    def messages(self):
        """(idx, val, seq, gap, data) of every event; `gap` is how many were missed before it.

        What is missed at the very end shows no gap, as nothing comes behind it."""
        for idx, val, seq, _, data in self.raw():
            if (idx, val) == CONTROL:
                continue
            gap = seq - self.next.get(idx, seq)
            self.next[idx] = seq + 1
            self.heard += 1
            self.missed += gap
            yield idx, val, seq, gap, data

    def close(self):
        """Says goodbye: the node forgets this agent."""
        try:
            self.socket.send(b"")
        except OSError:
            pass  # the run is over
        self.socket.close()


def group_of(text):
    """The number of a group from its name or its number."""
    if text not in GROUPS and not text.isdigit():
        raise argparse.ArgumentTypeError(f"no group {text!r}")
    return GROUPS.get(text) or int(text)


def main():
    parser = argparse.ArgumentParser(description="prints what a simulated node publishes")
    parser.add_argument("where", help="unix:PATH or udp:ADDRESS:PORT")
    parser.add_argument("group", nargs="+", type=group_of,
                        help="a number, or " + " ".join(GROUPS))
    parser.add_argument("--quiet", type=float, default=2.0,
                        help="ends after so many seconds without a message")
    words = parser.parse_args()
    try:
        agent = Agent(words.where, words.quiet)
        for group in words.group:
            agent.listen(group)
    except (OSError, ValueError) as error:
        print(f"{words.where}: {error}", file=sys.stderr)
        return 2
    for idx, val, seq, gap, data in agent.messages():
        at, _, found = facts(data)
        if gap:
            print(f"gap: {gap} missed")
        text = " ".join(f"{key}={value}" for key, value in found.items())
        print(f"{at / 1e9:.6f} {idx}.{val} #{seq} {text}", flush=True)
    agent.close()
    print(f"heard {agent.heard}, missed {agent.missed}")
    return 1 if agent.missed else 0


if __name__ == "__main__":
    sys.exit(main())

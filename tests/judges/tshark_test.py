# SPDX-License-Identifier: Apache-2.0
"""tshark as judge: every scenario of the library is captured whole (each frame as its sender's
driver gets it, on the medium, and as it arrives) and must be flawless to Wireshark's dissectors:
nothing malformed, every checksum right, no finding of severity "error".

A frame that a scripted fault damaged carries the comment "DAMAGED ..." in the capture. Exactly
these are exempt; frames made later from one are not. Without tshark the test exits 77, which ctest
shows as skipped."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = os.path.join(ROOT, "scenarios", "library")
PROGRAM = os.path.join(os.environ.get("FLAPJACK_BINARY_DIR", os.path.join(ROOT, "build/release")),
                       "tools", "flapjack")
SKIPPED = 77
# Off by default in Wireshark, because a real machine's device fills them in after the capture.
CHECKED = ("ip.check_checksum", "udp.check_checksum", "tcp.check_checksum")
SUMS = ("ip.checksum.status", "udp.checksum.status", "tcp.checksum.status",
        "icmp.checksum.status", "icmpv6.checksum.status", "igmp.checksum.status")
BAD = "0"  # of a ....checksum.status
ERROR = 0x800000  # PI_ERROR of _ws.expert.severity
FIELDS = ("frame.number", "frame.interface_name", "frame.comment", "frame.protocols",
          "_ws.malformed", "_ws.expert.severity", "_ws.expert.message", *SUMS)


def judge(capture):
    """One dict a row: field -> list of values."""
    words = ["tshark", "-n", "-r", capture, "-T", "fields", "-E", "separator=/t",
             "-E", "occurrence=a", "-E", "aggregator=\x1f"]
    for preference in CHECKED:
        words += ["-o", preference + ":TRUE"]
    for field in FIELDS:
        words += ["-e", field]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    rows = []
    for line in done.stdout.splitlines():
        values = [value.split("\x1f") if value else [] for value in line.split("\t")]
        rows.append(dict(zip(FIELDS, values)))
    return rows


def is_damaged(row):
    return any(comment.startswith("DAMAGED") for comment in row["frame.comment"])


def faults_of(row):
    """What is wrong with a row, in words."""
    found = []
    if row["_ws.malformed"]:
        found.append("malformed")
    found += [name.split(".")[0] + " checksum" for name in SUMS if BAD in row[name]]
    if any(int(severity) >= ERROR for severity in row["_ws.expert.severity"]):
        found.append("error: " + "; ".join(row["_ws.expert.message"]))
    return found


def capture(path, into, *words):
    """Runs a scenario; (exit code, report of the run)."""
    done = subprocess.run([PROGRAM, "run", "--format", "json", "--pcap", into, *words, path],
                          capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return json.loads(done.stdout)


class Judged(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.capture = os.path.join(folder.name, "run.pcapng")

    def assert_flawless(self, rows, where):
        for row in rows:
            if is_damaged(row):
                continue
            found = faults_of(row)
            self.assertEqual(found, [], f"{where}: frame {row['frame.number']} on "
                                        f"{row['frame.interface_name']}: {found}")

    def test_the_library(self):
        names = sorted(os.listdir(LIBRARY))
        self.assertTrue(names)
        for name in names:
            with self.subTest(name):
                report = capture(os.path.join(LIBRARY, name), self.capture, "--pcap-scope", "all")
                rows = judge(self.capture)
                self.assert_flawless(rows, name)
                frames = [r for r in rows if r["frame.interface_name"] != ["events"]]
                sent = sum(n for path, n in report["counters"].items()
                           if path.endswith(".tx_packets"))
                if sent:
                    self.assertGreaterEqual(len(frames), sent, name)
                self.assertGreater(len(rows), len(frames), name)

    def test_lines_of_events_are_read_as_such(self):
        capture(os.path.join(LIBRARY, "ap-reboot.json"), self.capture, "--pcap-scope", "events")
        rows = judge(self.capture)
        self.assertGreater(len(rows), 20)
        self.assertEqual({tuple(row["frame.protocols"]) for row in rows},
                         {("exported_pdu:syslog",)})

    def flip(self, at):
        """Flips a byte, `at` bytes into the first frame that carries UDP; what the judge finds."""
        capture(os.path.join(LIBRARY, "ap-reboot.json"), self.capture, "--pcap-scope", "links")
        with open(self.capture, "rb") as file:
            data = bytearray(file.read())
        frame = data.index(b"\x08\x00\x45") - 12  # Ethernet type IPv4, version and header length
        data[frame + at] ^= 0x10
        with open(self.capture, "wb") as file:
            file.write(data)
        return [fault for row in judge(self.capture) for fault in faults_of(row)]

    def test_it_can_find_something(self):
        self.assertEqual(self.flip(0), [])  # an address of Ethernet: no sum of ours covers it
        self.assertTrue(any("ip checksum" in f for f in self.flip(14 + 8)))  # TTL
        self.assertTrue(any("udp checksum" in f for f in self.flip(14 + 20 + 8 + 3)))  # payload
        self.assertNotEqual(self.flip(14 + 20 + 4), [])  # UDP length


if __name__ == "__main__":
    if shutil.which("tshark") is None:
        print("tshark is not here; tools/setup --with-judges installs it")
        sys.exit(SKIPPED)
    unittest.main()

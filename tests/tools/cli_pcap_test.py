# SPDX-License-Identifier: Apache-2.0
"""flapjack run --pcap: where the capture goes, what is refused, what is left behind."""
import os
import struct
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli_fixture import FAILING, PAIR, PROGRAM, CliTest  # noqa: E402

SECTION, INTERFACE, PACKET = 0x0a0d0d0a, 1, 6


def block_types(capture):
    """The types of the blocks, which must fill the file."""
    types, at = [], 0
    while at < len(capture):
        kind, size = struct.unpack_from("<II", capture, at)
        assert struct.unpack_from("<I", capture, at + size - 4) == (size,), at
        types.append(kind)
        at += size
    assert at == len(capture)
    return types


class Capture(CliTest):
    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def raw(self, *words):
        """As flapjack(), with stdout as bytes."""
        return subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, check=False)

    def test_a_file(self):
        self.write("a.json", PAIR)
        plain = self.expect(0, "run", "a.json").stdout
        done = self.expect(0, "run", "a.json", "--pcap", "a.pcapng")
        self.assertEqual((done.stdout, done.stderr), (plain, ""))  # the capture changes nothing
        types = block_types(self.read("a.pcapng"))
        self.assertEqual(types[:3], [SECTION, INTERFACE, INTERFACE])
        self.assertGreater(types.count(PACKET), 10)

    def test_two_runs_write_the_same_bytes(self):
        self.write("a.json", PAIR)
        for name in ("1", "2"):
            self.expect(0, "run", "a.json", "--pcap", name, "--pcap-scope", "all")
        self.assertEqual(self.read("1"), self.read("2"))

    def test_stdout_is_the_captures_alone(self):
        self.write("a.json", PAIR)
        self.expect(0, "run", "a.json", "--pcap", "a.pcapng")
        done = self.raw("run", "a.json", "--pcap", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, self.read("a.pcapng"))
        self.assertIn(b"PASS a.json", done.stderr)

    def test_scopes(self):
        self.write("a.json", PAIR)
        interfaces = {"links": 1, "ifaces": 2, "events": 1, "links,events": 2, "all": 4}
        for scope, count in interfaces.items():
            self.expect(0, "run", "a.json", "--pcap", "a", "--pcap-scope", scope)
            self.assertEqual(block_types(self.read("a")).count(INTERFACE), count, scope)

    def test_a_failed_run_has_its_capture(self):
        self.write("a.json", FAILING)
        self.expect(1, "run", "a.json", "--pcap", "a.pcapng")
        self.assertIn(PACKET, block_types(self.read("a.pcapng")))

    def test_a_scenario_that_is_not_valid_leaves_no_file_and_harms_none(self):
        mistyped = PAIR.replace('"carrier_down"', '"carier_down"')
        only_building_finds = PAIR.replace('"srv:7"', '"srv:7", "send": "70000B"')
        for text in (mistyped, only_building_finds):
            self.write("a.json", text)
            done = self.expect(2, "run", "a.json", "--pcap", "new")
            self.assertEqual(done.stdout, "")
            self.assertFalse(os.path.exists(self.path("new")))
            self.write("old", "precious")
            self.expect(2, "run", "a.json", "--pcap", "old")
            self.assertEqual(self.read("old"), b"precious")
            self.assertEqual(self.raw("run", "a.json", "--pcap", "-").stdout, b"")

    def test_paths_that_cannot_be_written(self):
        self.write("a.json", PAIR)
        os.mkdir(self.path("folder"))
        for path, why in (("no/such/folder", "No such file"), ("folder", "Is a directory"),
                          ("", "No such file"), ("./a.json", "the scenario itself")):
            done = self.expect(2, "run", "a.json", "--pcap", path)
            self.assertEqual(done.stdout, "")
            self.assertIn(f"flapjack: --pcap {path}: ", done.stderr)
            self.assertIn(why, done.stderr)
        self.assertEqual(self.read("a.json"), PAIR.encode())

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full here")
    def test_a_full_disk_is_told(self):
        self.write("a.json", PAIR)
        done = self.expect(2, "run", "a.json", "--pcap", "/dev/full")
        self.assertIn("could not be written", done.stderr)

    def test_wrong_words(self):
        self.write("a.json", PAIR)
        for words, text in ((["--pcap-scope", "all"], "needs --pcap"),
                            (["--pcap", "x", "--pcap-scope", "wires"], "there are: links, ifaces"),
                            (["--pcap", "x", "--pcap-scope", ""], "there are: links, ifaces"),
                            (["--pcap", "-", "--format", "ndjson"], "cannot both have stdout"),
                            (["--pcap"], "--pcap")):
            done = self.expect(2, "run", "a.json", *words)
            self.assertEqual(done.stdout, "", words)
            self.assertIn(text, done.stderr, words)
        self.assertEqual(os.listdir(self.folder), ["a.json"])


if __name__ == "__main__":
    unittest.main()

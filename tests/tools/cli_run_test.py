# SPDX-License-Identifier: Apache-2.0
"""flapjack run: what it says, where, and how it exits."""
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli_fixture import FAILING, LIBRARY, PAIR, PROGRAM, CliTest  # noqa: E402

KINDS = {"event", "hop", "drop", "step", "expect", "end"}


class Human(CliTest):
    def test_a_pass_tells_the_story_on_stdout(self):
        self.write("a.json", PAIR)
        done = self.expect(0, "run", "a.json")
        self.assertEqual(done.stderr, "")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "A cable is out for a second.")
        self.assertTrue(lines[-1].startswith("PASS a.json (1 expectations, 5.000s simulated, "
                                             "seed 7, digest "), lines[-1])
        for what in ("carrier_down", "L4_DISCONNECTED", "end of carrier_down", "L4_CONNECTED",
                     "dev.ping: 4 of 5 messages delivered"):
            self.assertIn(what, done.stdout)
        self.assertNotIn(" acked ", done.stdout)

    def test_how_much_it_tells(self):
        self.write("a.json", PAIR)
        quiet = self.expect(0, "run", "-q", "a.json").stdout
        self.assertEqual(len(quiet.splitlines()), 1)
        self.assertTrue(quiet.startswith("PASS a.json"))
        story = self.expect(0, "run", "a.json").stdout
        events = self.expect(0, "run", "-v", "a.json").stdout
        packets = self.expect(0, "run", "-vv", "a.json").stdout
        self.assertLess(len(story), len(events))
        self.assertLess(len(events), len(packets))
        self.assertIn("acked seq=1", events)
        self.assertNotIn("link_in", events)
        for hop in ("app_send", "tx_queue", "link_in", "UDP len=64", "app_recv"):
            self.assertIn(hop, packets)

    def test_statistics_for_who_asks(self):
        self.write("a.json", PAIR)
        plain = self.expect(0, "run", "a.json", "--format", "json").stdout
        self.assertNotIn("stats", json.loads(plain))
        counted = json.loads(self.expect(0, "run", "a.json", "--stats", "--format", "json").stdout)
        self.assertEqual(counted["digest"], json.loads(plain)["digest"])
        sent = [v for k, v in counted["stats"].items() if k.endswith(".udp.sent")]
        self.assertGreater(sum(sent), 0)
        self.assertIn(".udp.sent ", self.expect(0, "run", "a.json", "--stats").stdout)
        self.assertNotIn(".udp.sent ", self.expect(0, "run", "a.json").stdout)

    def test_a_failure_says_what_was_expected_and_how_to_do_it_again(self):
        self.write("a b.json", FAILING)
        done = self.expect(1, "run", "-q", "a b.json", "--seed", "99")
        self.assertEqual(done.stderr, "")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], 'FAIL a b.json:8:16 eventually "srv L4_DISCONNECTED"   seed 99')
        self.assertEqual([line.split()[0] for line in lines[1:3]], ["expected", "actual"])
        self.assertTrue(lines[-1].startswith("reproduce: flapjack run "), lines[-1])
        words = shlex.split(lines[-1])[2:]
        self.assertEqual(words, ["run", "a b.json", "--seed", "99"])
        again = self.expect(1, *words, "-q")
        self.assertEqual(again.stdout, done.stdout)

    def test_a_step_that_waited_in_vain_is_told_and_changes_nothing(self):
        idle = PAIR.replace('"timeline": [', '"timeline": [{ "on": "dev > srv ARP", "nth": 9,'
                            ' "drop": "packet" },')
        warning = ('a.json:7:16: the step "drop" never happened: "dev > srv ARP" came 1 time,'
                   ' "nth" is 9')
        self.write("a.json", idle)
        lines = self.expect(0, "run", "-q", "a.json").stdout.splitlines()
        self.assertEqual(lines[0], "warning " + warning)
        self.assertTrue(lines[1].startswith("PASS"), lines[1])
        self.assertEqual(self.run_json(idle)["warnings"],
                         [{"src": "<stdin>:7:16", "text": warning.split(": ", 1)[1]}])
        self.assertEqual(self.run_json(PAIR)["warnings"], [])
        told = self.expect(0, "run", "--format", "ndjson", "a.json")
        self.assertEqual(told.stderr, "flapjack: warning: " + warning + "\n")

    def test_the_nearest_event_is_shown(self):
        self.write("a.json", PAIR.replace('"dev L4_DISCONNECTED"',
                                          '"dev L4_DISCONNECTED", "from": "3s"'))
        done = self.expect(1, "run", "-q", "a.json")
        self.assertIn("nearest   dev L4_DISCONNECTED iface=eth0 at 2.500s (500ms early)",
                      done.stdout)

    def test_names_that_need_quotes_in_a_shell(self):
        for name in ("it's.json", "a$b.json", "{x,y}.json", "!a.json", "naïve.json", "#.json"):
            self.write(name, FAILING)
            done = self.expect(1, "run", "-q", name)
            line = done.stdout.splitlines()[-1].removeprefix("reproduce: flapjack ")
            shell = subprocess.run(["bash", "-c", f"'{PROGRAM}' {line} -q"], cwd=self.folder,
                                   text=True, capture_output=True, check=False)
            self.assertEqual(shell.stdout, done.stdout)

    def test_colour(self):
        self.write("a.json", PAIR)
        colour = "\033["
        self.assertNotIn(colour, self.expect(0, "run", "a.json").stdout)
        self.assertIn(colour, self.expect(0, "run", "a.json", "--color", "always").stdout)
        self.assertIn(colour, self.expect(0, "run", "a.json", FORCE_COLOR="1").stdout)
        self.assertNotIn(colour, self.expect(0, "run", "a.json", FORCE_COLOR="1",
                                             NO_COLOR="1").stdout)
        self.assertIn(colour, self.expect(0, "run", "a.json", "--color", "always",
                                          NO_COLOR="1").stdout)
        self.assertIn(colour, self.expect(0, "run", "a.json", FORCE_COLOR="1", NO_COLOR="").stdout)
        self.assertNotIn(colour, self.expect(0, "run", "a.json", "--color", "never",
                                             FORCE_COLOR="1").stdout)

    def test_log_levels_by_module(self):
        self.write("a.json", PAIR)
        done = self.expect(0, "run", "-q", "--log", "connmgr=info", "a.json").stdout
        self.assertIn("L4_CONNECTED", done)
        self.assertNotIn("IF_UP", done)
        done = self.expect(0, "run", "--log", "all=off", "--log", "stack=trace", "a.json").stdout
        self.assertIn("tx_queue", done)
        self.assertNotIn("link_in", done)


class Input(CliTest):
    def test_standard_input(self):
        done = self.expect(0, "run", "-q", "-", stdin=PAIR)
        self.assertTrue(done.stdout.startswith("PASS <stdin> "))
        done = self.expect(1, "run", "-q", "-", stdin=FAILING)
        self.assertIn("reproduce: flapjack run - --seed 7", done.stdout)

    def test_what_is_no_file(self):
        os.mkdir(os.path.join(self.folder, "folder"))
        for path, why in (("nix.json", "no such file"), ("folder", "is a folder"),
                          ("", "no such file")):
            done = self.expect(2, "run", path)
            self.assertEqual(done.stdout, "")
            self.assertIn(why, done.stderr)

    def test_a_mistyped_key_has_a_place_a_caret_and_a_suggestion(self):
        self.write("a.json", PAIR.replace('"carrier_down"', '"carier_down"'))
        done = self.expect(2, "run", "a.json")
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        self.assertRegex(lines[0], r'^a\.json:7:32: error: unknown action "carier_down" \[F\d+\]$')
        self.assertIn('"carier_down"', lines[1])
        self.assertRegex(lines[2], r"^ +\| +\^~+$")
        self.assertEqual(lines[2].index("^"), lines[1].index('"carier_down"'))
        self.assertEqual(lines[3].strip(), '= help: did you mean "carrier_down"?')

    def test_what_only_building_finds_has_a_place_too(self):
        done = self.expect(2, "run", "-", stdin=PAIR.replace('"udp_echo:7"',
                                                             '"udp_echo:7", "tcp_echo:8"'))
        self.assertRegex(done.stderr, r"^<stdin>:5:\d+: error: native TCP is not supported yet")

    def test_texts_that_are_no_scenario(self):
        for text in ("", "{", "[]", "null", "{}", '{"until": "1s"}', '{"until": "1s", "nodes": {}}',
                     "\0", "\ufeff{}", "{" * 5000, '{"a":' * 5000):
            done = self.expect(2, "run", "-", stdin=text)
            self.assertRegex(done.stderr, r"^<stdin>:\d+:\d+: error: ")

    def test_seeds(self):
        lossy = PAIR.replace('"delay"', '"loss": "50%", "delay"')
        digests = [self.run_json(lossy, "--seed", str(seed), code=0)["digest"]
                   for seed in (7, 8, 2 ** 64 - 1)]
        self.assertEqual(len(set(digests)), 3)
        own = self.run_json(lossy)
        self.assertEqual((own["digest"], own["seed"]), (digests[0], 7))
        for seed in ("-1", "x", "1.5", "18446744073709551616", ""):
            self.assertIn("--seed", self.expect(2, "run", "-", "--seed", seed, stdin=PAIR).stderr)


class Json(CliTest):
    FIELDS = {"format", "scenario", "seed", "params", "run", "verdict", "digest", "until_ns",
              "events", "wall_us", "expectations", "warnings", "blocked", "leaks", "violations",
              "counters", "reproduce",
              "engine"}

    def test_one_object_with_the_fields(self):
        report = self.run_json(PAIR)
        self.assertEqual(self.FIELDS - report.keys(), set())
        self.assertEqual((report["format"], report["verdict"], report["until_ns"]),
                         (1, "pass", 5_000_000_000))
        self.assertEqual(report["leaks"], 0)
        self.assertEqual(report["apps"]["dev.ping"], {"sent": 5, "delivered": 4})
        self.assertEqual(report["counters"]["dev.eth0.down_count"], 1)
        self.assertEqual(report["expectations"][0]["verdict"], "pass")

    def test_a_failure(self):
        report = self.run_json(FAILING, code=1)
        expectation = report["expectations"][0]
        self.assertEqual((report["verdict"], expectation["verdict"]), ("fail", "fail"))
        self.assertEqual(expectation["src"], "<stdin>:8:16")
        self.assertEqual(set(expectation), {"src", "text", "verdict", "expected", "actual",
                                            "nearest"})

    def test_steps_without_end_are_an_error(self):
        text = PAIR.replace('"timeline": [', '"timeline": [{ "on": "dev.eth0 IF_UP", "after": "0s",'
                            ' "carrier_down": "dev.eth0", "for": "0s" },')
        report = self.run_json(text, code=2)
        self.assertEqual(report["verdict"], "error")
        self.assertIn("does not get past 0.000s", report["error"])

    def test_ndjson_is_the_trace(self):
        done = self.expect(1, "run", "--format", "ndjson", "-", stdin=FAILING)
        self.assertEqual(done.stderr, "")
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([r["seq"] for r in records], list(range(1, len(records) + 1)))
        for r in records:
            self.assertEqual({"seq", "cause", "at_ns", "kind", "subject", "name", "attrs"}
                             - r.keys(), set())
            self.assertTrue(r["cause"] is None or r["cause"] < r["seq"], r)
            self.assertIn(r["kind"], KINDS)
            self.assertEqual("src" in r, r["kind"] in ("step", "expect"))
            self.assertEqual("packet" in r, r["kind"] in ("hop", "drop"))
        self.assertEqual({r["kind"] for r in records}, KINDS - {"drop"})
        times = [r["at_ns"] for r in records]
        self.assertEqual(times, sorted(times))
        step = next(r for r in records if r["kind"] == "step")
        self.assertEqual((step["subject"], step["name"], step["cause"], step["src"]),
                         ("dev.eth0", "carrier_down", None, "<stdin>:7:16"))
        self.assertEqual((records[-1]["kind"], records[-1]["attrs"]["verdict"]), ("end", "fail"))
        self.assertEqual(records[-2]["src"], "<stdin>:8:16")

    def test_the_library_as_ndjson(self):
        for name in sorted(os.listdir(LIBRARY)):
            done = self.expect(0, "run", "--format", "ndjson", os.path.join(LIBRARY, name))
            self.assertTrue(all(json.loads(line)["seq"] for line in done.stdout.splitlines()))


class Interrupt(CliTest):
    def test_it_ends_at_once_with_what_there_is(self):
        self.write("long.json", PAIR.replace('"until": "5s"', '"until": "10h"').replace(
            '"srv:7"', '"srv:7", "every": "10us"'))
        with subprocess.Popen([PROGRAM, "run", "-q", "long.json"], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, err)
        self.assertRegex(out, r"ERROR long\.json: interrupted at \d")


if __name__ == "__main__":
    unittest.main()

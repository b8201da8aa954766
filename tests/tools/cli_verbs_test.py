# SPDX-License-Identifier: Apache-2.0
"""The command line's words, and the verbs test, check, schema, list and explain."""
import json
import os
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli_fixture import FAILING, LIBRARY, PAIR, PROGRAM, CliTest  # noqa: E402

try:
    import jsonschema
except ImportError:  # the schema's structure is looked at all the same
    jsonschema = None


def without_comments(text):
    """JSON with comments and trailing commas -> JSON."""
    out, at, in_string = [], 0, False
    while at < len(text):
        if in_string or text[at] == '"':
            if text[at] == "\\":
                out.append(text[at:at + 2])
                at += 2
                continue
            if text[at] == '"':
                in_string = not in_string
        elif text.startswith("//", at):
            at = text.find("\n", at)
            continue
        out.append(text[at])
        at += 1
    return re.sub(r",(\s*[\]}])", r"\1", "".join(out))


def library():
    return sorted(os.path.join(LIBRARY, name) for name in os.listdir(LIBRARY))


class Words(CliTest):
    def test_help_and_version_are_results(self):
        for words in (["--help"], ["run", "--help"], ["--version"]):
            done = self.expect(0, *words)
            self.assertEqual(done.stderr, "")
            self.assertIn("flapjack", done.stdout)

    def test_wrong_words_exit_2_and_say_so_on_stderr(self):
        self.write("a.json", PAIR)
        for words, text in ((["rn", "a.json"], 'unknown verb "rn": did you mean "run"?'),
                            ([], "Usage"), (["run"], "FILE"), (["run", "a.json", "b.json"], "FILE"),
                            (["run", "a.json", "--sede", "3"],
                             "unknown option --sede: did you mean --seed?"),
                            (["run", "a.json", "--formt=json"], "did you mean --format?"),
                            (["run", "a.json", "--zzz"], "unknown option --zzz"),
                            (["run", "a.json", "-x"], "-x"),
                            (["run", "-q", "-v", "a.json"], "exclude each other"),
                            (["run", "-vvv", "a.json"], "not supported yet"),
                            (["run", "a.json", "--format", "junit"],
                             '--format: unknown word "junit": there are: human, json, ndjson'),
                            (["run", "a.json", "--format", "jsn"],
                             'unknown word "jsn": did you mean "json"?'),
                            (["run", "a.json", "--format", "1"], "there are: human"),
                            (["run", "a.json", "--color", "blue"],
                             "there are: auto, always, never"),
                            (["run", "a.json", "--color", "alwys"], 'did you mean "always"?'),
                            (["run", "a.json", "--pcap", "x", "--pcap-scope", "links,evnts"],
                             'unknown word "evnts": did you mean "events"?'),
                            (["run", "a.json", "--pcap", "x", "--pcap-scope", "links,"],
                             'unknown word "": there are: links'),
                            (["run", "a.json", "--log", "stack"], "MODULE=LEVEL"),
                            (["run", "a.json", "--log", "stak=info"],
                             'no module "stak": did you mean "stack"?'),
                            (["run", "a.json", "--log", "stack=eror"],
                             'no level "eror": did you mean "error"?'),
                            (["run", "a.json", "--log", "stack=loud"], 'no level "loud"'),
                            (["schema", "x"], "x"), (["check"], "FILE"), (["test"], "DIR"),
                            (["list", "verb"], 'did you mean "verbs"?'),
                            (["--verbose"], "--verbose")):
            done = self.expect(2, *words)
            self.assertEqual(done.stdout, "", words)
            self.assertIn(text, done.stderr, words)

    def test_log_does_not_take_the_file(self):
        self.write("a.json", PAIR)
        self.expect(0, "run", "--log", "stack=info", "a.json")


class Test(CliTest):
    def test_a_folder(self):
        self.write("t/a.json", PAIR)
        self.write("t/sub/b.json", PAIR)
        self.write("t/readme.txt", "no scenario")
        done = self.expect(0, "test", "t")
        lines = done.stdout.splitlines()
        self.assertEqual([line.split(" (")[0] for line in lines[:2]],
                         ["PASS t/a.json", "PASS t/sub/b.json"])
        self.assertEqual((lines[-1], done.stderr), ("2 passed, 0 failed", ""))

    def test_failures_and_invalid_ones(self):
        self.write("t/a.json", PAIR)
        self.write("t/b.json", FAILING)
        done = self.expect(1, "test", "t")
        self.assertIn("reproduce: flapjack run t/b.json --seed 7\n", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1], "1 passed, 1 failed")
        self.write("t/c.json", "{}")
        done = self.expect(2, "test", "t")
        self.assertIn("t/c.json:1:1: error:", done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1], "1 passed, 1 failed, 1 not valid")

    def test_nothing_to_test(self):
        os.mkdir(os.path.join(self.folder, "empty"))
        for verb in ("test", "check"):
            done = self.expect(5, verb, "empty")
            self.assertEqual(done.stdout, "")
            self.assertIn("no scenario", done.stderr)
            self.expect(2, verb, "nix")

    def test_the_library(self):
        done = self.expect(0, "test", LIBRARY)
        self.assertEqual(done.stdout.splitlines()[-1], f"{len(library())} passed, 0 failed")

    def test_json_stays_json(self):
        self.write("t/a.json", PAIR)
        done = self.expect(0, "test", "--format", "json", "t")
        self.assertEqual([run["verdict"] for run in json.loads(done.stdout)], ["pass"])
        self.assertEqual(done.stderr, "1 passed, 0 failed\n")
        self.write("t/b.json", '{ "until": 5 }')  # its messages take the place of a run
        runs = json.loads(self.expect(2, "test", "--format", "json", "t").stdout)
        self.assertEqual(runs[0]["verdict"], "pass")
        self.assertEqual(runs[1]["file"], "t/b.json")
        self.assertTrue(runs[1]["diagnostics"])

    def test_an_invalid_scenario_has_its_messages_as_json(self):
        self.write("b.json", '{ "until": 5 }')
        done = self.expect(2, "run", "--format", "json", "b.json")
        self.assertTrue(json.loads(done.stdout)["diagnostics"])
        self.assertIn("b.json:1:", done.stderr)

    def test_results_that_cannot_be_written(self):
        self.write("a.json", PAIR)
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PROGRAM, "run", "a.json"], cwd=self.folder, stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("could not be written", done.stderr)


class Check(CliTest):
    def test_valid_and_not(self):
        self.write("a.json", PAIR)
        self.assertEqual(self.expect(0, "check", "a.json").stdout, "a.json: valid\n")
        self.write("b.json", PAIR.replace('"until"', '"untl"'))
        done = self.expect(2, "check", "a.json", "b.json")
        self.assertEqual(done.stdout, "a.json: valid\n")
        self.assertIn('did you mean "until"?', done.stderr)

    def test_finds_what_only_building_finds(self):
        done = self.expect(2, "check", "-", stdin=PAIR.replace('"udp_echo:7"]',
                                                               '"udp_echo:7", "tcp_echo:8"]'))
        self.assertIn("F0901", done.stderr)

    def test_as_json(self):
        done = self.expect(2, "check", "--format", "json", "-", stdin=PAIR.replace("2.5s", "2.5"))
        report = json.loads(done.stdout)
        self.assertEqual(report["format"], 1)
        self.assertEqual(report["diagnostics"][0]["line"], 7)

    def test_the_name_of_a_file_is_no_utf8(self):
        name = os.fsdecode(b"a\xff.json")
        self.write(name, PAIR.replace("2.5s", "2.5"))
        for verb in ("check", "run"):
            done = subprocess.run([PROGRAM, verb, "--format", "json", name], cwd=self.folder,
                                  capture_output=True, check=False)
            report = json.loads(done.stdout.decode("utf-8"))
            self.assertEqual(report["file"], "a\ufffd.json")

    def test_all_errors_at_once(self):
        done = self.expect(2, "check", "-", stdin=PAIR.replace("2.5s", "2.5").replace(
            '"1ms"', '"1m"').replace("L4_DIS", "L4_DES"))
        self.assertEqual(done.stderr.count(" error: "), 3)


class Schema(CliTest):
    def test_is_draft_07_and_takes_the_library(self):
        schema = json.loads(self.expect(0, "schema").stdout)
        self.assertEqual(schema["$schema"], "http://json-schema.org/draft-07/schema#")
        self.assertTrue(schema["allowComments"] and schema["allowTrailingCommas"])
        self.assertTrue({"until", "nodes"} <= set(schema["required"]))
        self.assertEqual(schema["additionalProperties"], False)
        self.no_dead_references(schema, schema)
        if jsonschema is None:
            return
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        for path in library():
            with open(path, encoding="utf-8") as handle:
                scenario = json.loads(without_comments(handle.read()))
            self.assertEqual([e.message for e in validator.iter_errors(scenario)], [], path)
        wrong = json.loads(PAIR.replace("carrier_down", "carier_down"))
        self.assertNotEqual(list(validator.iter_errors(wrong)), [])

    def no_dead_references(self, schema, part):
        if isinstance(part, dict):
            if "$ref" in part:
                self.assertIn(part["$ref"].removeprefix("#/definitions/"), schema["definitions"])
            part = list(part.values())
        if isinstance(part, list):
            for one in part:
                self.no_dead_references(schema, one)


class List(CliTest):
    def test_everything_and_parts(self):
        everything = self.expect(0, "list").stdout
        for name in ("wifi", "lwip", "reconnecting_client", "udp_echo", "carrier_down",
                     "L4_CONNECTED", "down_count", "zephyr-4", "NET_PKT_TX_COUNT", "scripted",
                     "faulty"):
            self.assertIn(name, everything)
        self.assertIn("set_link", self.expect(0, "list", "verbs").stdout)
        self.assertNotIn("udp_echo", self.expect(0, "list", "verbs").stdout)

    def test_its_help_names_all_there_is(self):
        words = set(re.findall(r"\w+", self.expect(0, "list", "--help").stdout))
        report = json.loads(self.expect(0, "list", "--format", "json").stdout)
        self.assertEqual(set(report) - words, set())

    def test_as_json(self):
        report = json.loads(self.expect(0, "list", "--format", "json").stdout)
        self.assertIn("set_link", report["verbs"])
        self.assertTrue(all(doc for words in report.values() for doc in words.values()))


# point: its value in zephyr-4 and in zephyr-1.13; None where this build has nothing to switch
SWITCHES = {
    1: ("after preferred", "before preferred"),
    2: ("wait, then lose the newest", "overwrite the oldest"),
    3: ("one bit each (64-bit words)", "numbers (32-bit words)"),
    4: None,
    5: ("a queue", "one packet"),
    6: ("1", "1"),
    7: ("after the queue", "before the queue"),
    8: ("ENETDOWN unless up", "not checked"),
    9: ("ack + 1", "ack + 1"),
    10: ("INIT_REBOOT", "RENEWING"),
    11: ("scanned", "scanned"),
    12: ("every iface", "nothing"),
    13: ("any, IPv4, IPv6", "any, IPv4, IPv6"),
    14: ("preferred, not link-local", "preferred, not link-local"),
    15: ("once IF_DOWN comes", "once IF_DOWN comes"),
    16: ("there", "there"),
    17: ("not raised", "not raised"),
    18: ("asked", "not asked"),
    19: ("IPV6_ADDR_ADD", "its probe"),
    20: ("16 events", "2 events"),
    21: ("DISCOVER at once", "DISCOVER at once"),
    22: ("its share", "what the pool has"),
}
# What the profiles between the two say of the connection manager: 3.4, 3.7, 4.2.
CONN_MGR = {
    13: ("any", "any, IPv4, IPv6", "any, IPv4, IPv6"),
    14: ("every address", "preferred, not link-local", "preferred, not link-local"),
    15: ("within the call", "within the call", "once IF_DOWN comes"),
    16: ("not there", "not there", "there"),
    17: ("not raised", "not raised", "not raised"),
    18: ("not asked", "not asked", "not asked"),
}


class Explain(CliTest):
    def switches(self, *words):
        """point -> {first word of each of its lines: the rest}."""
        found, point = {}, None
        for line in self.expect(0, "explain", "profile", *words).stdout.splitlines():
            head = re.match(r" ?(\d+)  ([a-z0-9_]+): (.+)$", line)
            if head:
                point = int(head.group(1))
                found[point] = {"name": head.group(2)}
                continue
            row = re.match(r"    (  |> )(not here|[a-z0-9.-]+) +(.+)$", line)
            if row and point:
                found[point][row.group(2)] = row.group(3)
                if row.group(1) == "> ":
                    found[point]["chosen"] = row.group(2)
        return found

    def test_every_point_with_its_value_in_every_profile(self):
        found = self.switches()
        self.assertEqual(sorted(found), sorted(SWITCHES))
        self.assertEqual(len({row["name"] for row in found.values()}), len(SWITCHES))
        for point, values in SWITCHES.items():
            self.assertIn("source", found[point], point)
            if values is None:
                self.assertIn("in this build", found[point]["not here"], point)
                continue
            self.assertEqual((found[point]["zephyr-4"], found[point]["zephyr-1.13"]), values)

    def test_the_connection_manager_of_each_release(self):
        found = self.switches()
        for point, values in CONN_MGR.items():
            row = found[point]
            self.assertEqual((row["zephyr-3.4"], row["zephyr-3.7"], row["zephyr-4.2"]), values)

    def test_one_profile_comes_first(self):
        for name in ("zephyr-4", "zephyr-4.2", "zephyr-3.7", "zephyr-3.4", "zephyr-1.13"):
            for point, row in self.switches(name).items():
                if SWITCHES[point] is not None:
                    self.assertEqual(row["chosen"], name)

    def test_kconfig(self):
        self.assertIn("NET_PKT_TX_COUNT: ", self.expect(0, "explain", "kconfig").stdout)
        one = self.expect(0, "explain", "kconfig", "NET_TC_TX_COUNT").stdout
        self.assertEqual(len(one.splitlines()), 2)
        self.assertIn("0 to 8", one)

    def test_kconfig_tells_what_holds_without_the_option(self):
        for name, told in (("NET_IF_UNICAST_IPV6_ADDR_COUNT", "default 2; %s 2 more than"),
                           ("NET_IF_MCAST_IPV6_ADDR_COUNT", "default 3; %s 3 more than"),
                           ("NET_IF_IPV6_PREFIX_COUNT", "default 2; %s 2 more than"),
                           ("NET_PKT_TX_COUNT", "default 14; %s 4 on a node"),
                           ("NET_BUF_RX_COUNT", "default 36; %s 16 on a node"),
                           ("NET_IF_UNICAST_IPV4_ADDR_COUNT", "; %s 4, or as many"),
                           ("DNS_RESOLVER_MAX_SERVERS", "; %s as many as"),
                           ("NET_IPV4_ACD", "; %s 1 on")):
            self.assertIn(told % "without the option",
                          self.expect(0, "explain", "kconfig", name).stdout)
        self.assertNotIn("without", self.expect(0, "explain", "kconfig", "NET_MAX_CONN").stdout)

    def test_wrong_words(self):
        for words, message in ((("profil",),
                                'did you mean "profile"? there are: profile, kconfig'),
                               (("profile", "zephyr-5"), "zephyr-4"),
                               (("kconfig", "NET_TC_TX_CONT"), "NET_TC_TX_COUNT")):
            done = self.expect(2, "explain", *words)
            self.assertEqual(done.stdout, "")
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()

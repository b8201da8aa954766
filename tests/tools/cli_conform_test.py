#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""flapjack conform: the checklist on the command line, in each format."""
import json
import os
import sys
import unittest
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli_fixture import CliTest  # noqa: E402

SHIPPED = ["wifi", "ethernet", "lte", "thread", "nsos", "ppp"]


class Conform(CliTest):
    def report(self, *words):
        return json.loads(self.expect(0, "conform", *words, "--format", "json").stdout)

    def test_all_that_ship_pass(self):
        reports = self.report()
        self.assertEqual([r["implementation"] for r in reports], SHIPPED)
        for report in reports:
            self.assertTrue(report["passed"])
            self.assertEqual([i["item"] for i in report["items"]], list(range(1, 45)))

    def test_table(self):
        text = self.expect(0, "conform", "wifi", "--item", "9", "--item", "44").stdout
        lines = text.splitlines()
        self.assertEqual(lines[0], "wifi")
        self.assertRegex(lines[1], r"^   9  pass  \w")
        self.assertRegex(lines[2], r"^  44  pass  \w")
        self.assertEqual(lines[3], "  2 pass, 0 fail, 0 do not apply")

    def test_profile_chooses_between_21_and_44(self):
        old = self.report("nsos", "--profile", "zephyr-1.13")[0]["items"]
        if old[43]["verdict"] == "n/a":  # a release without idle timeouts
            self.assertIn("21", old[43]["why"])
        self.assertEqual(old[20]["verdict"], "pass")
        new = self.report("nsos")[0]["items"]
        self.assertEqual([new[20]["verdict"], new[43]["verdict"]], ["pass", "pass"])

    def test_a_long_grace(self):
        verdicts = {each["verdict"] for each in self.report("wifi", "--grace", "1h")[0]["items"]}
        self.assertLessEqual(verdicts, {"pass", "n/a"})

    def test_grace(self):
        self.assertEqual(self.report("wifi", "--item", "7")[0]["items"][0]["verdict"], "n/a")
        items = self.report("wifi", "--item", "7", "--grace", "2s")[0]["items"]
        self.assertEqual(items[0]["verdict"], "pass")

    def test_partial_options(self):  # who refuses a wrong size needs no leave to cut
        words = ("wifi", "--item", "38", "--item", "39", "--partial-options")
        items = self.report(*words)[0]["items"]
        self.assertEqual([i["verdict"] for i in items], ["pass", "pass"])
        told = self.expect(2, "conform", "wifi", "--partial-option=x").stderr
        self.assertIn("--partial-option", told)

    def test_junit(self):
        done = self.expect(0, "conform", "lte", "--format", "junit")
        suite = xml.fromstring(done.stdout).find("testsuite")
        self.assertEqual(suite.get("tests"), "44")
        self.assertEqual(suite.get("failures"), "0")
        self.assertEqual(len(suite.findall("testcase")), 44)
        self.assertEqual(len(suite.findall("testcase/skipped")), int(suite.get("skipped")))

    def test_wrong_words(self):
        for words, told in ((["wfi"], 'did you mean "wifi"? there are: wifi, ethernet'),
                            (["scripted"], "cannot be examined"),
                            (["wifi", "--profile", "x"], "there are: zephyr-4, "),
                            (["wifi", "--profile", "zephr-4"], 'did you mean "zephyr-4"?'),
                            (["wifi", "--format", "junt"], 'did you mean "junit"?'),
                            (["wifi", "--grace", "2"], "--grace"),
                            (["wifi", "--item", "45"], "45")):
            self.assertIn(told, self.expect(2, "conform", *words).stderr)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the README shows is what the program does: its scenario passes, its outputs are the
program's own, its C++ compiles in the consumer project."""
import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(os.environ.get("FLAPJACK_BINARY_DIR", ""), "tools", "flapjack")


def blocks(language):
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return re.findall(r"```" + language + r"\n(.*?)```", file.read(), re.S)


def block_with(language, text):
    found = [b for b in blocks(language) if text in b]
    assert len(found) == 1, f"README.md: {len(found)} {language} blocks with {text!r}"
    return found[0]


def run(text, name, folder):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)
    return subprocess.run([PROGRAM, "run", name], cwd=folder, capture_output=True, text=True,
                          check=False, env={**os.environ, "NO_COLOR": "1"})


class Readme(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.scenario = block_with("jsonc", "// check")

    def test_story_is_an_excerpt_of_the_run(self):
        done = subprocess.run([PROGRAM, "run", "scenarios/library/ap-reboot.json"], cwd=ROOT,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        rest = iter(done.stdout.splitlines())
        for line in block_with("text", "PASS").splitlines():
            if line:
                self.assertTrue(any(line in have for have in rest), f"not there, in order: {line}")

    def test_scenario_passes(self):
        done = run(self.scenario, "outage.json", self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_typo_message(self):
        typo = self.scenario.replace('"carrier_down"', '"carier_down"')
        done = run(typo, "outage.json", self.folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn(block_with("text", "did you mean"), done.stderr)

    def test_failure_message(self):
        strict = self.scenario.replace('"by": "8s"', '"by": "7.001s"')
        done = run(strict, "outage.json", self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(block_with("text", "FAIL"), done.stdout)

    def test_library_example_is_compiled(self):
        with open(os.path.join(ROOT, "tests", "consumer", "consumer_test.cc"),
                  encoding="utf-8") as file:
            compiled = [line.strip() for line in file]
        for line in block_with("cpp", "World").splitlines():
            self.assertIn(line.strip(), compiled)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""tools/fuzz without a build: its words, and that targets and seeds belong together."""
import os
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORPUS = os.path.join(ROOT, "tests", "fuzz", "corpus")


def run_tool(*arguments):
    return subprocess.run([os.path.join(ROOT, "tools", "fuzz"), *arguments], text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, check=False)


class FuzzTest(unittest.TestCase):
    def test_each_target_has_seeds_and_each_folder_of_seeds_a_target(self):
        listed = run_tool("--list").stdout.split()
        self.assertIn("ipv4", listed)
        self.assertEqual(sorted(listed + ["canary"]), sorted(os.listdir(CORPUS)))

    def test_seeds_say_what_they_are(self):
        for folder, _, names in os.walk(CORPUS):
            for name in names:
                with self.subTest(seed=os.path.join(folder, name)):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        lines = file.read().splitlines()
                    self.assertTrue(name.endswith(".hex"))
                    self.assertRegex(lines[0], r"^# \S")
                    digits = re.sub(r"#.*|\s", "", "\n".join(lines))
                    self.assertRegex(digits, r"^([0-9a-f]{2})*$")

    def test_a_wrong_name_is_refused_with_the_right_ones(self):
        result = run_tool("ipv5")
        self.assertEqual(result.returncode, 2)
        self.assertIn("no target ipv5; there are: address,", result.stderr)


if __name__ == "__main__":
    unittest.main()

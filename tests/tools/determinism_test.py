# SPDX-License-Identifier: Apache-2.0
"""tools/determinism notices programs whose digests differ, and one that differs from itself."""
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOADER = importlib.machinery.SourceFileLoader("determinism",
                                              os.path.join(ROOT, "tools", "determinism"))
determinism = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("determinism", LOADER))
LOADER.exec_module(determinism)


class DeterminismTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def program(self, name, digest, records="{}"):
        """A stand-in for flapjack; `digest` and `records` are shell words."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as handle:
            handle.write('#!/bin/sh\ncase $4 in\n  json) echo "{\\"digest\\":\\"' + digest
                         + '\\"}" ;;\n  *) printf "%s\\n" ' + records + " ;;\nesac\n")
        os.chmod(path, 0o755)
        return name, path

    def compare(self, *programs):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            bad = determinism.compare(list(programs), ["a.json"])
        return bad, output.getvalue()

    def test_equal_digests(self):
        bad, output = self.compare(self.program("one", "77"), self.program("two", "77"))
        self.assertEqual((bad, output), (0, "same    a.json 77\n"))

    def test_different_digests_show_the_first_record(self):
        bad, output = self.compare(self.program("one", "77", "r0 r1 r2"),
                                   self.program("two", "78", "r0 rX r2"))
        self.assertEqual(bad, 1)
        self.assertIn("DIFFERS a.json: one and two\n  record 1:\n    r1\n    rX\n", output)

    def test_a_program_that_differs_from_itself(self):
        bad, output = self.compare(self.program("one", "$$"))
        self.assertEqual(bad, 1)
        self.assertIn("one and one again", output)

    def test_a_broken_program_is_an_error(self):
        for ending in ("exit 3", "echo x"):
            name, path = self.program("broken", "77")
            with open(path, "w", encoding="utf-8") as handle:
                handle.write(f"#!/bin/sh\n{ending}\n")
            with self.assertRaises(SystemExit):
                self.compare((name, path))


if __name__ == "__main__":
    unittest.main()

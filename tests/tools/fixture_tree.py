# SPDX-License-Identifier: Apache-2.0
"""A throw-away source tree for the tests of the checkers."""
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


class TreeTest(unittest.TestCase):
    """Writes files into a fresh folder; `check` is the checker's function of a root."""
    check = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, path, text):
        full = os.path.join(self.folder.name, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as handle:
            handle.write(text)

    def header(self, path, body=""):
        self.write(path, SPDX + "#pragma once\n" + body)

    def source(self, path, body=""):
        self.write(path, SPDX + body)

    def found(self, *checks):
        """(path, line, check) of the findings, only those of `checks` if any are given."""
        findings = type(self).check(self.folder.name)
        return [(f.path, f.line, f.check) for f in findings if not checks or f.check in checks]

# SPDX-License-Identifier: Apache-2.0
"""Runs the built program as a process, with scenarios in a folder of the test's own."""
import json
import os
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = os.path.join(ROOT, "scenarios", "library")
PROGRAM = os.path.join(os.environ.get("FLAPJACK_BINARY_DIR", os.path.join(ROOT, "build/release")),
                       "tools", "flapjack")
PAIR = """{ "about": "A cable is out for a second.", "until": "5s", "seed": 7,
  "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } },
             "apps": { "ping": { "udp_ping": "srv:7" } } },
    "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } }, "services": ["udp_echo:7"] } },
  "links": { "wire": { "between": ["dev.eth0", "srv.eth0"], "delay": "1ms" } },
  "timeline": [{ "at": "2.5s", "carrier_down": "dev.eth0", "for": "1s" }],
  "expect": [{ "eventually": "dev L4_DISCONNECTED" }]
}
"""
FAILING = PAIR.replace("dev L4_DISCONNECTED", "srv L4_DISCONNECTED")


class CliTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(text)
        return name

    def flapjack(self, *words, stdin="", **environment):
        base = {k: v for k, v in os.environ.items()
                if k not in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")}
        return subprocess.run([PROGRAM, *words], cwd=self.folder, input=stdin, text=True,
                              capture_output=True, env=base | environment, check=False)

    def expect(self, code, *words, **more):
        done = self.flapjack(*words, **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def run_json(self, text, *words, code=0):
        done = self.expect(code, "run", "--format", "json", "-", *words, stdin=text)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

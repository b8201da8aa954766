# SPDX-License-Identifier: Apache-2.0
"""flapjack run --connector: processes outside as agents; nothing is lost at rate, a reader that
stops sees the gap."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli_fixture import PAIR, PROGRAM, ROOT, CliTest  # noqa: E402

sys.path.insert(0, os.path.join(ROOT, "tools", "live"))
from connector_agent import GROUPS, Agent, facts  # noqa: E402

IN_C = os.path.join(os.path.dirname(PROGRAM), "flapjack_agent")
BUSY = """{ "until": "%s", "nodes": {
    "dev": { "ifaces": { "eth0": { "ipv4": "192.0.2.2/24" } }, "connector": { "memory": "%s" } },
    "srv": { "ifaces": { "eth0": { "ipv4": "192.0.2.1/24" } } } },
  "links": { "wire": { "between": ["dev.eth0", "srv.eth0"] } },
  "timeline": [{ "at": "500ms", "every": "%s", "until": "%s",
                 "carrier_down": "dev.eth0", "for": "1ms" }] }
"""
AT_RATE = BUSY % ("4s", "256kB", "2ms", "3.5s")  # 3000 events, a thousand a second
OVER_UDP = BUSY % ("3s", "256kB", "10ms", "2.5s")  # 400: nothing there holds a sender back
SPARED = BUSY % ("9s", "256kB", "2ms", "8.5s")  # 8000: more than all queues of one agent hold
STOPPED = BUSY % ("4s", "4kB", "2ms", "3.8s")


class Connector(CliTest):
    def start(self, text, where, *words):
        self.write("t.json", text)
        run = subprocess.Popen([PROGRAM, "run", "--format", "json", "t.json", "--connector", where,
                                "--connector-wait", *words], cwd=self.folder, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.stop, run)
        line = run.stderr.readline()
        self.assertIn("the Connector of dev is at", line)
        return run

    @staticmethod
    def stop(run):
        if run.poll() is None:
            run.kill()
        run.communicate()

    def unix(self):
        return "unix:" + os.path.join(self.folder, "cn")

    @staticmethod
    def udp():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            return f"udp:127.0.0.1:{free.getsockname()[1]}"

    def finish(self, run):
        out, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0, out + err)
        return json.loads(out)["counters"]

    def listen(self, where, *groups):
        agent = Agent(where)
        self.addCleanup(agent.close)
        for group in groups:
            agent.listen(GROUPS[group])
        return agent

    def test_nothing_is_lost_at_rate(self):
        rows = ((self.unix(), AT_RATE, 3000), (self.udp(), OVER_UDP, 400))
        for where, text, count in rows:
            with self.subTest(where=where):
                run = self.start(text, where)
                agent = self.listen(where, "iface")
                events = [facts(data)[2]["event"] for *_, data in agent.messages()]
                self.finish(run)
                self.assertEqual(agent.missed, 0)
                self.assertEqual(events, ["IF_DOWN", "IF_UP"] * (len(events) // 2))
                self.assertEqual(len(events), count)

    def test_a_reader_that_stops_sees_a_gap(self):
        run = self.start(STOPPED, self.unix())
        agent = self.listen(self.unix(), "iface")
        time.sleep(2.5)
        for _ in agent.messages():
            pass
        self.finish(run)
        self.assertGreater(agent.missed, 100)
        self.assertEqual(agent.heard + agent.missed, 3300)

    def test_a_stopped_process_disturbs_nobody(self):
        # Over UDP what the machine has taken is lost without a gap of ours.
        rows = ((self.unix(), SPARED, 8000, 5000), (self.udp(), OVER_UDP, 400, 300))
        for where, text, events, until in rows:
            with self.subTest(where=where):
                run = self.start(text, where)
                stopped = subprocess.Popen([IN_C, where, "iface"], text=True,
                                           stdout=subprocess.PIPE)
                self.addCleanup(self.stop, stopped)
                self.assertIn("IF_DOWN", stopped.stdout.readline())
                os.kill(stopped.pid, signal.SIGSTOP)
                agent = self.listen(where, "iface")
                last = 0
                for _, _, last, _, _ in agent.messages():
                    if last == until:
                        os.kill(stopped.pid, signal.SIGCONT)
                os.kill(stopped.pid, signal.SIGCONT)
                self.finish(run)
                said, _ = stopped.communicate(timeout=60)
                self.assertEqual(agent.missed, 0)
                self.assertEqual(last, events)
                if where.startswith("unix"):
                    missed = re.search(r"\ngap: \d+ missed of group 16\n16\.[12] #[4-7]", said)
                    self.assertIsNotNone(missed, said[-300:])

    def test_the_agent_in_c(self):
        run = self.start(AT_RATE, self.unix())
        done = subprocess.run([IN_C, self.unix(), "iface", "20"], text=True, capture_output=True,
                              check=False, timeout=60)
        self.finish(run)
        self.assertEqual(done.returncode, 0, done.stdout[-500:] + done.stderr)
        self.assertIn("#1 IF_DOWN", done.stdout)
        self.assertRegex(done.stdout, r"heard \d{4}, missed 0\n$")

    def test_both_hear_the_same(self):
        run = self.start(AT_RATE, self.unix())
        one = self.listen(self.unix(), "l4")
        heard = os.path.join(self.folder, "heard")  # a pipe that nobody reads would stop it
        with open(heard, "w", encoding="utf-8") as file:
            with subprocess.Popen([IN_C, self.unix(), "20"], stdout=file) as other:
                ids = [f"{idx}.{val}" for idx, val, *_ in one.messages()]
                other.wait(timeout=60)
        self.finish(run)
        with open(heard, encoding="utf-8") as file:
            lines = [line.split()[0] for line in file.read().splitlines()[:-1]]
        self.assertGreater(len(ids), 100)
        self.assertTrue(lines == ids[-len(lines):], (lines[-5:], ids[-5:]))

    def test_what_is_too_long_is_told(self):
        text = PAIR.replace("dev L4_DISCONNECTED", "dev cn_malformed len=60000")
        for where in (self.unix(), self.udp()):
            with self.subTest(where=where):
                run = self.start(text, where)
                agent = self.listen(where, "l4")
                agent.socket.send(b"x" * 60000)
                self.finish(run)

    def test_a_refused_group(self):
        run = self.start(PAIR, self.unix())
        agent = Agent(self.unix())
        self.addCleanup(agent.close)
        with self.assertRaises(OSError) as refused:
            agent.listen(99)
        self.assertEqual(refused.exception.errno, 22)
        self.finish(run)

    def test_words(self):
        self.write("t.json", PAIR)
        long_path = "unix:/tmp/" + "x" * 200
        rows = (("unix:", "a path is missing"), ("udp:1.2.3.4", "a port is missing"),
                ("udp::5", "a host is missing"),
                ("udp:1.2.3.4:0", 'the port is 1 to 65535, not "0"'),
                ("udp:1.2.3.4:65536", 'the port is 1 to 65535, not "65536"'),
                ("udp:1.2.3.4:http", 'the port is 1 to 65535, not "http"'),
                ("tcp:1.2.3.4:5", "neither unix: nor udp:"),
                ("=unix:x", "the node's name is missing"),
                (long_path, "has at most 107 bytes, this one 205"))
        for wrong, why in rows:
            said = self.expect(2, "run", "t.json", "--connector", wrong).stderr
            self.assertIn(why, said)
            self.assertIn("write unix:PATH or udp:HOST:PORT", said)
        self.assertIn("needs --connector", self.expect(2, "run", "t.json",
                                                       "--connector-wait").stderr)
        self.expect(2, "run", "t.json", "--connector", "nobody=" + self.unix())
        self.expect(2, "run", "t.json", "--connector", "unix:no/such/folder/cn")

    def test_its_path_is_free_afterwards(self):
        run = self.start(PAIR.replace('"until": "5s"', '"until": "3s"'), self.unix(), "--seed", "3")
        self.listen(self.unix(), "l4").close()
        self.finish(run)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "cn")))

    def test_a_killed_run_leaves_the_path_usable(self):
        path = os.path.join(self.folder, "cn")
        left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        left.bind(path)
        self.write("t.json", PAIR)
        in_use = self.expect(2, "run", "t.json", "--connector", self.unix())
        self.assertIn("Address already in use", in_use.stdout + in_use.stderr)
        left.close()  # as a kill does: the file stays
        run = self.start(PAIR.replace('"until": "5s"', '"until": "3s"'), self.unix())
        self.listen(self.unix(), "l4").close()
        self.finish(run)

    def test_the_agent_in_c_names_hosts_and_its_troubles(self):
        for where, trouble in (("udp:nohost.invalid:5", "nohost.invalid:5: "),
                               ("udp:5", "Destination address required"),
                               ("tcp:127.0.0.1:5", "Protocol not supported"),
                               ("unix:" + "x" * 200, "File name too long")):
            done = subprocess.run([IN_C, where, "iface"], text=True, capture_output=True,
                                  check=False, timeout=60)
            self.assertEqual(done.returncode, 2, where)
            self.assertIn(trouble, done.stderr)
            self.assertNotIn("Success", done.stderr)
        where = self.udp()
        run = self.start(OVER_UDP, where)
        by_name = where.replace("127.0.0.1", "localhost")
        done = subprocess.run([IN_C, by_name, "iface"], text=True, capture_output=True,
                              check=False, timeout=60)
        self.finish(run)
        self.assertRegex(done.stdout, r"heard \d+, missed 0\n$")
        self.assertIn("#1 IF_DOWN", done.stdout)

    def test_agents_say_that_nobody_answers(self):
        where = self.udp()
        in_python = [sys.executable, os.path.join(ROOT, "tools", "live", "connector_agent.py")]
        for agent in ([IN_C], in_python):
            done = subprocess.run([*agent, where, "iface"], text=True, capture_output=True,
                                  check=False, timeout=60)
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            self.assertRegex(done.stderr, "^" + re.escape(where) + ": nobody answers")
            self.assertNotIn("heard", done.stdout)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""The entry scripts, with a stand-in for CMake and for the packages of the machine."""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FAKE_CMAKE = """#!/bin/sh
echo "cmake $*" >>"$FAKE_LOG"
case $1 in
  --build)
    [ -z "${FAKE_BROKEN:-}" ] || { echo "error: it does not compile"; exit 1; }
    if [ "$2" = --preset ]; then
      [ "$3" != tuned ] || exec "$(dirname "$0")/build-tuned"
      exit 0
    fi
    sleep 0.2
    mkdir -p "$2/tools"
    printf '%s\\n' '#!/bin/sh' 'printf "<%s>" "$PWD" "$@"' 'cat' 'exit 124' >"$2/tools/flapjack"
    chmod +x "$2/tools/flapjack" ;;
  --preset) mkdir -p build/release; : >build/release/build.ninja ;;
esac
"""


class EntryTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = os.path.join(os.path.realpath(folder.name), "a tree")
        for name in ("stack", "l2", "offload", "connmgr", "scenarios/library", "tools/cmake",
                     "tests/bench", "fake"):
            os.makedirs(os.path.join(self.root, name))
        for name in ("tools/setup", "tools/flapjack", "tools/test", "tools/tune", "tools/bench",
                     "tools/changed_since.sh", "tools/cmake/GetLwip.cmake", "CMakeLists.txt",
                     "CMakePresets.json"):
            shutil.copy2(os.path.join(ROOT, name), os.path.join(self.root, name))
        self.log = self.write("log", "")
        self.write("fake/cmake", FAKE_CMAKE, 0o755)
        self.write("fake/dpkg-query", "#!/bin/sh\nshift 3\nfor p; do "
                   '[ "$p" = "$FAKE_MISSING" ] || printf "installed=%s " "$p"; done\n', 0o755)
        # Sources older than the first build's stamp, whatever the file system's clock does.
        self.write("cache/lwip_2.2.1+dfsg1.orig.tar.xz", "present")

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(text)
        os.chmod(path, mode)
        return path

    def environment(self, **extra):
        path = os.path.join(self.root, "fake") + ":" + os.environ["PATH"]
        base = {k: v for k, v in os.environ.items() if not k.startswith("LWIP_")}
        return base | {"PATH": path, "FAKE_LOG": self.log, "FAKE_MISSING": "",
                       "FLAPJACK_CACHE": os.path.join(self.root, "cache")} | extra

    def run_tool(self, name, *arguments, **extra):
        return subprocess.run([os.path.join(self.root, "tools", name), *arguments],
                              cwd=os.path.join(self.root, "l2"), input="in", text=True,
                              capture_output=True, env=self.environment(**extra), check=False)

    def builds(self):
        with open(self.log, encoding="utf-8") as handle:
            return handle.read().count("--build")

    def test_everything_of_a_run_is_the_programs(self):
        done = self.run_tool("flapjack", "run", "a b.json", "", "*")
        here = os.path.join(self.root, "l2")
        self.assertEqual(done.stdout, f"<{here}><run><a b.json><><*>in")
        self.assertEqual(done.returncode, 124)
        self.assertIn("building", done.stderr)

    def test_builds_only_what_changed(self):
        self.run_tool("flapjack")
        again = self.run_tool("flapjack")
        self.assertEqual((self.builds(), again.stderr), (1, ""))
        time.sleep(0.02)
        self.write("scenarios/library/new.json", "{}")
        self.run_tool("flapjack")
        self.assertEqual(self.builds(), 1)
        source = self.write("stack/new.cc", "")
        self.run_tool("flapjack")
        self.assertEqual(self.builds(), 2)
        time.sleep(0.02)
        os.remove(source)
        self.run_tool("flapjack")
        self.assertEqual(self.builds(), 3)

    def test_a_failed_build_is_told_and_tried_again(self):
        done = self.run_tool("flapjack", FAKE_BROKEN="yes")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("it does not compile", done.stderr)
        self.assertEqual(self.run_tool("flapjack").returncode, 124)

    def test_two_at_a_time_build_once(self):
        command = [os.path.join(self.root, "tools", "flapjack")]
        running = [subprocess.Popen(command, env=self.environment(), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                   for _ in range(4)]
        self.assertEqual([one.wait() for one in running], [124] * 4)
        self.assertEqual(self.builds(), 1)

    def fake_tuned(self, digest):
        """What a tuned build makes: programs that say `digest`, a shell word, and 'tuned'."""
        self.write("scenarios/library/a.json", "{}")
        self.write("tests/bench/scale_bench.cc", "")
        self.write("fake/llvm-profdata-19", "#!/bin/sh\nexit 0\n", 0o755)
        self.write("fake/build-tuned", f"""#!/bin/sh
echo x >>"$FAKE_LOG.tuned"
mkdir -p build/tuned/tools build/tuned/bench
for p in tools/flapjack bench/flapjack_scale_bench bench/flapjack_scenario_bench; do
  printf '%s\\n' '#!/bin/sh' 'echo "tuned \\"digest\\": \\"'{digest}'\\""' >build/tuned/$p
  chmod +x build/tuned/$p
done
""", 0o755)

    def test_a_tuned_build_is_run_until_a_source_changes(self):
        self.fake_tuned("cafe")
        done = self.run_tool("tune")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertIn("counting (2 of 3)", done.stderr)
        with open(self.log, encoding="utf-8") as handle:
            calls = handle.read().splitlines()
        self.assertEqual([call.split("TUNE=")[1] for call in calls if "TUNE=" in call],
                         ["count", "use"])
        run = self.run_tool("flapjack")
        self.assertEqual((run.stdout, run.stderr), ('tuned "digest": "cafe"\n', ""))
        bench = self.run_tool("bench", "--tuned", "scale")
        self.assertEqual(bench.stdout, '== scale\ntuned "digest": "cafe"\n', bench.stderr)
        time.sleep(0.02)
        self.write("stack/new.cc", "")
        run = self.run_tool("flapjack")
        self.assertIn("newer than the build of tools/tune", run.stderr)
        self.assertIn("newer than what tools/tune has", self.run_tool("bench", "--tuned").stderr)
        self.assertEqual(run.returncode, 124)

    def test_a_tuned_build_that_runs_otherwise_is_none(self):
        self.fake_tuned('"$(wc -l <"$FAKE_LOG.tuned")"')
        done = self.run_tool("tune")
        self.assertEqual(done.returncode, 3)
        self.assertIn("scenarios/library/a.json", done.stderr)
        self.assertEqual(self.run_tool("flapjack").returncode, 124)

    def test_tuned_benchmarks_need_a_tuned_build(self):
        done = self.run_tool("bench", "--tuned")
        self.assertEqual(done.returncode, 2)
        self.assertIn("tools/tune", done.stderr)

    def test_tune_refuses_what_it_does_not_know(self):
        self.assertEqual(self.run_tool("tune", "--fast").returncode, 2)

    def test_all_tests_end_with_the_sum(self):
        lines = 'echo "$2"; echo "100% tests passed, 0 tests failed out of 7"; echo "Total: 1 s"'
        self.write("fake/ctest", f"#!/bin/sh\n{lines}\n", 0o755)
        done = self.run_tool("test")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[-2:],
                         ["release: 100% tests passed, 0 tests failed out of 7",
                          "7 passed, 0 failed"])
        done = self.run_tool("test", "--all")
        self.assertEqual(done.stdout.count(": 100% tests passed"), 3)
        self.assertEqual(done.stdout.splitlines()[-1], "21 passed, 0 failed")

    def test_one_failed_test_fails_all(self):
        self.write("fake/ctest", '#!/bin/sh\n[ "$2" != asan-ubsan ] || '
                   '{ echo "90% tests passed, 1 tests failed out of 10"; exit 8; }\n', 0o755)
        self.assertEqual(self.run_tool("test").returncode, 0)
        done = self.run_tool("test", "--all")
        self.assertEqual(done.returncode, 1)
        self.assertIn("asan-ubsan: 90% tests passed, 1 tests failed out of 10", done.stdout)

    def test_a_test_build_that_fails(self):
        self.write("fake/ctest", "#!/bin/sh\n", 0o755)
        done = self.run_tool("test", FAKE_BROKEN="yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("could not be built", done.stdout.splitlines()[-2])
        self.assertEqual(done.stdout.splitlines()[-1], "0 passed, 1 failed")

    def test_setup_has_nothing_to_do(self):
        begin = time.monotonic()
        done = self.run_tool("setup")
        self.assertLess(time.monotonic() - begin, 1.0)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_setup_names_what_it_could_not_install(self):
        self.write("fake/apt-get", "#!/bin/sh\necho no network; exit 100\n", 0o755)
        self.write("fake/sudo", '#!/bin/sh\nexec "$@"\n', 0o755)
        done = self.run_tool("setup", FAKE_MISSING="ccache")
        self.assertEqual(done.returncode, 3)
        self.assertIn("no network", done.stderr)
        self.assertIn("missing: ccache\n", done.stderr)

    def test_setup_installs_what_is_missing(self):
        self.write("fake/apt-get", '#!/bin/sh\necho "apt-get $*" >>"$FAKE_LOG"\n', 0o755)
        self.write("fake/sudo", '#!/bin/sh\nexec "$@"\n', 0o755)
        self.assertEqual(self.run_tool("setup", FAKE_MISSING="clang").returncode, 0)
        with open(self.log, encoding="utf-8") as handle:
            self.assertEqual(handle.read(), "")  # clang was not asked for
        done = self.run_tool("setup", "--with-clang", FAKE_MISSING="clang")
        self.assertEqual(done.returncode, 0)
        with open(self.log, encoding="utf-8") as handle:
            calls = handle.read().splitlines()
        self.assertEqual([call.split()[-1] for call in calls], ["update", "clang"])

    def test_setup_refuses_what_it_does_not_know(self):
        self.assertEqual(self.run_tool("setup", "--with-everything").returncode, 2)


if __name__ == "__main__":
    unittest.main()

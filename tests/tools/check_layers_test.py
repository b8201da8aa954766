# SPDX-License-Identifier: Apache-2.0
"""Each rule of check_layers.py fires on a tree that breaks it, and only there."""
import unittest

from fixture_tree import TreeTest
import check_layers


class CheckLayersTest(TreeTest):
    check = staticmethod(check_layers.check)

    def test_allowed_includes_pass(self):
        self.header("stack/base/a.h", "#include <cstdint>\n")
        self.header("stack/net/b.h", '#include "stack/base/a.h"\n')
        self.header("l2/c.h", '#include "stack/net/b.h"\n')
        self.source("scenarios/d.cc", '#include "l2/c.h"\n')
        self.assertEqual(self.found(), [])

    def test_layer_order(self):
        targets = ["stack/base/a.h", "stack/sim/a.h", "stack/wire/a.h", "stack/trace/a.h",
                   "stack/contract/a.h", "stack/net/a.h", "l2/a.h", "offload/a.h", "connmgr/a.h",
                   "scenarios/a.h", "tools/a.h", "tests/support/a.h"]
        for target in targets:
            self.header(target)
        forbidden = [
            ("stack/base/x.cc", "stack/sim/a.h"), ("stack/sim/x.cc", "stack/wire/a.h"),
            ("stack/trace/x.cc", "stack/contract/a.h"), ("stack/contract/x.cc", "stack/sim/a.h"),
            ("stack/contract/y.cc", "stack/net/a.h"), ("stack/net/x.cc", "l2/a.h"),
            ("l2/x.cc", "offload/a.h"), ("offload/x.cc", "connmgr/a.h"),
            ("connmgr/x.cc", "l2/a.h"), ("connmgr/y.cc", "scenarios/a.h"),
            ("scenarios/x.cc", "tools/a.h"), ("tools/x.cc", "tests/support/a.h")]
        for path, include in forbidden:
            self.source(path, f'\n#include "{include}"\n')
        expected = sorted((path, 3, "layer") for path, _ in forbidden)
        self.assertEqual(sorted(self.found()), expected)

    def test_include_in_a_comment_is_none(self):
        self.header("tools/a.h")
        self.source("stack/base/x.cc", '// #include "tools/a.h"\n/*\n#include "tools/a.h"\n*/\n')
        self.assertEqual(self.found(), [])

    def test_includes_are_root_paths_to_files_that_exist(self):
        self.header("stack/base/a.h")
        self.source("stack/base/x.cc", '#include "a.h"\n#include "../base/a.h"\n'
                                       '#include "stack/base/b.h"\n')
        self.assertEqual(self.found(), [
            ("stack/base/x.cc", 2, "root-path"), ("stack/base/x.cc", 3, "root-path"),
            ("stack/base/x.cc", 4, "missing")])

    def test_outside_libraries_have_owners(self):
        headers = ["boost/context/fiber.hpp", "boost/asio.hpp", "lwip/tcp.h", "nlohmann/json.hpp",
                   "CLI/CLI.hpp", "spdlog/spdlog.h", "gtest/gtest.h", "unistd.h", "sys/socket.h"]
        for header in headers:
            with self.subTest(header):
                self.source("stack/net/x.cc", f"#include <{header}>\n")
                self.assertEqual(self.found(), [("stack/net/x.cc", 2, "library")])
        self.source("stack/net/x.cc", "")
        owners = {"stack/sim/fiber.cc": "boost/context/fiber.hpp",
                  "offload/lwip_engine.cc": "lwip/tcp.h", "tools/live/loop.cc": "boost/asio.hpp",
                  "scenarios/json_reader.cc": "nlohmann/json.hpp", "tools/x_main.cc": "CLI/CLI.hpp",
                  "tests/x_test.cc": "gtest/gtest.h"}
        for path, header in owners.items():
            self.source(path, f"#include <{header}>\n")
        self.assertEqual(self.found(), [])

    def test_quotes_make_no_library_ours(self):
        self.source("offload/lwip_engine.cc", '#include "lwip/tcp.h"\n')
        self.source("l2/x.cc", '#include "lwip/tcp.h"\n')
        self.assertEqual(self.found(), [("l2/x.cc", 2, "library")])

    def test_unknown_library(self):
        self.source("tools/x.cc", "#include <zlib.h>\n#include <vector>\n")
        self.assertEqual(self.found(), [("tools/x.cc", 2, "library")])

    def test_cycle(self):
        self.header("stack/net/a.h", '#include "stack/net/b.h"\n')
        self.header("stack/net/b.h", '#include "stack/net/c.h"\n')
        self.header("stack/net/c.h", '#include "stack/net/a.h"\n')
        self.assertEqual(self.found(), [("stack/net/a.h", 1, "cycle")])


if __name__ == "__main__":
    unittest.main()

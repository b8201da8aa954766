# SPDX-License-Identifier: Apache-2.0
"""Each check of tidy.py fires on a tree that breaks it, and only there."""
import unittest

from fixture_tree import SPDX, TreeTest
import source_tree
import tidy

STATEMENT = "  x();\n"


class SizeTest(TreeTest):
    check = staticmethod(tidy.check)

    def test_file_lines(self):
        self.source("tools/a.cc", "//\n" * 399)
        self.source("tools/b.cc", "//\n" * 400)
        self.assertEqual(self.found("file-lines"), [("tools/b.cc", 401, "file-lines")])

    def test_columns_count_characters(self):
        self.source("tools/a.cc", "//" + "\u00e4" * 98 + "\n//" + "x" * 99 + "\n")
        self.assertEqual(self.found("columns"), [("tools/a.cc", 3, "columns")])

    def test_space(self):
        self.source("tools/a.cc", "int\tmain();\n// end \n")
        self.assertEqual([line for _, line, _ in self.found("space")], [2, 3])

    def test_functions_of_every_form(self):
        body = STATEMENT * 59
        forms = {
            "free": "int f(int a,\n      int b = 2) {\n" + body[7:] + "}\n",
            "member": "void A::f() const {\n" + body + "}\n",
            "in_class": "class A {\n public:\n  explicit A(int x) : x_{x}, y_(2) {\n" + body
                        + "  }\n  int x_{0}, y_ = 1;\n};\n",
            "template": "template <class T>\nauto f(T t) -> std::vector<T> {\n" + body[7:] + "}\n",
            "operator": "bool operator==(A a, A b) {\n" + body + "}\n",
            "trailing": "[[nodiscard]] int f() noexcept override {\n" + body + "}\n",
        }
        for name, text in forms.items():
            with self.subTest(name):
                self.source("tools/a.cc", "namespace flapjack {\n" + text + "}\n")
                self.assertEqual(len(self.found("function-lines")), 1)
                self.source("tools/a.cc",
                            "namespace flapjack {\n" + text.replace(STATEMENT, "", 1) + "}\n")
                self.assertEqual(self.found("function-lines"), [])

    def test_braces_in_literals_and_comments_do_not_count(self):
        text = "int f() {\n  g(\"{\", '{', R\"x({{)x\");  // {\n  /* { */\n}\nint h() {\n}\n"
        found = source_tree.scan_cpp(source_tree.strip_cpp(text)).functions
        self.assertEqual([(f.name, f.first, f.last) for f in found], [("f", 1, 4), ("h", 5, 6)])

    def test_tables_are_no_functions(self):
        rows = "    {1, 2},\n" * 80
        self.source("tools/a.cc", "constexpr std::array<Row, 80> kRows{{\n" + rows + "}};\n"
                                  "constexpr Row kMore[] = {\n" + rows + "};\n")
        self.assertEqual(self.found("function-lines", "global"), [])

    def test_python_and_cmake_functions(self):
        self.write("tools/a.py", SPDX.replace("//", "#") + "def f():\n" + "    g()\n" * 60)
        self.write("tools/b.cmake", SPDX.replace("//", "#") + "function(f)\n" + "g()\n" * 59
                   + "endfunction()\n")
        self.assertEqual(self.found("function-lines"), [
            ("tools/a.py", 2, "function-lines"), ("tools/b.cmake", 2, "function-lines")])


class HeadTest(TreeTest):
    check = staticmethod(tidy.check)

    def test_spdx(self):
        self.write("tools/a.cc", "int x();\n")
        self.write("tools/run", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n")
        self.write("tools/bare", "#!/bin/sh\n")
        self.assertEqual(self.found("spdx"), [("tools/a.cc", 1, "spdx"), ("tools/bare", 1, "spdx")])

    def test_guard(self):
        self.source("tools/a.h")
        self.header("tools/b.h")
        self.assertEqual(self.found("guard"), [("tools/a.h", 1, "guard")])


class BanTest(TreeTest):
    check = staticmethod(tidy.check)

    def test_each_ban(self):
        cases = {
            "random": ["#include <random>", "int f() { return rand(); }", "std::mt19937 g();"],
            "clock": ["auto f() { return std::chrono::steady_clock::now(); }"],
            "unordered": ["void f(std::unordered_map<int, int> m);"],
            "address-key": ["void f(std::map<const Node*, int> m);"],
            "thread": ["void f() { std::mutex m; }"],
            "float": ["double f();"],
            "print": ["void f() { std::cerr << 1; }", 'void f() { printf("x"); }'],
            "environment": ['auto f() { return std::getenv("X"); }'],
            "missing-library": ["#include <format>"],
            "using-namespace": ["using namespace std;"],
            "exit": ["void f() { std::abort(); }"],
        }
        self.assertEqual(set(cases), {ban.check for ban in tidy.BANS})
        for check, texts in cases.items():
            for text in texts:
                with self.subTest(text):
                    self.source("stack/a.cc", f"\n{text}\n")
                    self.assertEqual(self.found(*cases), [("stack/a.cc", 3, check)])
                    self.source("stack/a.cc", f"// {text}\n")
                    self.assertEqual(self.found(*cases), [])

    def test_a_reason_allows(self):
        line = "void f(std::unordered_map<int, int> m);\n"
        self.source("stack/a.cc", "// tidy: allow(unordered): never iterated\n// at all\n" + line)
        self.source("stack/b.cc", "// tidy: allow(unordered)\n" + line)
        self.source("stack/c.cc", "// tidy: allow(float): other check\n" + line)
        self.assertEqual(self.found("unordered"), [
            ("stack/b.cc", 3, "unordered"), ("stack/c.cc", 3, "unordered")])

    def test_notes_for_later_need_a_category(self):
        word = "TO" + "DO"
        self.source("tools/a.cc", f"// {word}: x\n// {word}(perf): y\n// {word}(me): z\n")
        self.assertEqual([line for _, line, _ in self.found("todo")], [2, 4])

    def test_machine_paths_and_hosts(self):
        self.write("tools/a.md", "see " + "/ho" + "me/me/x\nand ${X}/wo" + "rk/y\n"
                   + "or " + "/wo" + "rk/z\n"
                   + "from ht" + "tps://example.invalid/x\nor de" + "b.example.org\n")
        self.assertEqual(self.found("machine-path", "host"), [
            ("tools/a.md", 1, "machine-path"), ("tools/a.md", 3, "machine-path"),
            ("tools/a.md", 4, "host"), ("tools/a.md", 5, "host")])


class GlobalTest(TreeTest):
    check = staticmethod(tidy.check)

    def test_mutable_variables(self):
        self.source("stack/a.cc", """namespace flapjack {
int counter = 0;
std::vector<int> list{1, 2};
static Foo* foo;
int next() {
  static int id = 0;
  return ++id;
}
}  // namespace flapjack
""")
        self.assertEqual([line for _, line, _ in self.found("global")], [3, 4, 5, 7])

    def test_constants_types_and_members_pass(self):
        self.source("stack/a.cc", """namespace flapjack {
inline constexpr int kOne = 1;
const std::string kName{"x"};
class Forward;
enum class E : int;
using T = int;
int declared(int a, int b = 2);
struct S {
  int member = 0;
  static int made();
};
int f() {
  static constexpr int kTwo = 2;
  static const Table table{1, 2};
  int local = 0;
  return local;
}
}  // namespace flapjack
""")
        self.assertEqual(self.found("global"), [])


class TreeWideTest(TreeTest):
    check = staticmethod(tidy.check)

    def hops(self, *files):
        self.header("stack/trace/hop.h", "enum class Hop {\n  L4Out,  ///< stack/net/ip: x\n"
                                         "  LinkIn,\n};\n")
        for path, hop in files:
            self.source(path, f"void f() {{\n  tracer.hop(Hop::{hop}, subject, packet);\n}}\n")
        return [line for _, line, _ in self.found("hop")]

    def test_each_hop_has_its_one_file(self):
        self.assertEqual(self.hops(("stack/net/ip.cc", "L4Out"), ("l2/link.cc", "LinkIn")), [])

    def test_hop_of_no_file(self):
        self.assertEqual(self.hops(("l2/link.cc", "LinkIn")), [4])

    def test_hop_of_two_files(self):
        self.assertEqual(self.hops(("stack/net/ip.cc", "L4Out"), ("l2/link.cc", "LinkIn"),
                                   ("l2/driver.cc", "LinkIn")), [5])

    def test_hop_of_another_file_than_said(self):
        self.assertEqual(self.hops(("l2/ip.cc", "L4Out"), ("l2/link.cc", "LinkIn")), [4])

    def test_plugins_are_registered(self):
        self.header("l2/ppp_l2.h")
        self.header("offload/modem_engine.h")
        self.source("scenarios/builtin.cc", '#include "l2/ppp_l2.h"\n')
        self.assertEqual(self.found("plugin"), [("offload/modem_engine.h", 1, "plugin")])

    def test_dead_headers(self):
        self.header("stack/a.h")
        self.header("stack/b.h", '#include "stack/a.h"\n')
        self.assertEqual(self.found("dead"), [("stack/b.h", 1, "dead")])

    def test_maps(self):
        self.write("stack/README.md", "x\n" * 100)
        self.write("l2/README.md", "x\n" * 101)
        self.source("offload/a.cc")
        self.assertEqual(self.found("map"), [
            ("l2/README.md", 101, "map"), ("offload/README.md", 1, "map")])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the style that a compiler does not: sizes, licence lines, banned names with what to use
instead, one file for each packet hop, every plug-in registered, a map in each folder.

A finding is silenced by `tidy: allow(CHECK): reason` on its line or in the comment above it.
Prints findings, exits 1 if there are any."""
import argparse
import ast
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from source_tree import FOLDERS, LIBRARY_FOLDERS, Finding, load_tree, scan_cpp  # noqa: E402
from tidy_bans import BANS, TEXT_BANS  # noqa: E402

FILE_LINES = 400
FUNCTION_LINES = 60
COLUMNS = 100
README_LINES = 100
HOP_HEADER = "stack/trace/hop.h"
ROOT_FILE = "scenarios/builtin.cc"
# Plug-in files: each must be included by the composition root.
PLUGINS = (re.compile(r"l2/\w+_l2\.h"), re.compile(r"l2/\w+_driver\.h"),
           re.compile(r"offload/\w+_engine\.h"), re.compile(r"connmgr/\w+_connectivity\.h"),
           re.compile(r"scenarios/(?:apps|services)/\w+\.h"))


def is_code(file):
    name = os.path.basename(file.path)
    return (file.is_cpp or file.text.startswith("#!") or name == "CMakeLists.txt"
            or name.endswith((".py", ".sh", ".cmake", ".ld")))


def is_library(file):
    return file.path.split("/")[0] in LIBRARY_FOLDERS


def check_sizes(file):
    """Lines in a file, columns in a line, lines in a function."""
    if not is_code(file):
        return
    if len(file.lines) > FILE_LINES:
        yield Finding(file.path, FILE_LINES + 1, "file-lines",
                      f"{len(file.lines)} lines, at most {FILE_LINES}; split it by subject")
    for number, line in enumerate(file.lines, 1):
        if len(line) > COLUMNS:
            yield Finding(file.path, number, "columns", f"{len(line)} columns, at most {COLUMNS}")
        if line != line.rstrip() or "\t" in line:
            yield Finding(file.path, number, "space", "tab, or space at the end of the line")
    for name, first, last in functions_of(file):
        if last - first + 1 > FUNCTION_LINES:
            yield Finding(file.path, first, "function-lines",
                          f"{name} has {last - first + 1} lines, at most {FUNCTION_LINES}")


def functions_of(file):
    """(name, first line, last line) of each function in C++, Python or CMake."""
    if file.is_cpp:
        return [(f.name, f.first, f.last) for f in scan_cpp(file.code).functions]
    if file.path.endswith(".py") or file.text.startswith("#!/usr/bin/env python3"):
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [(n.name, n.lineno, n.end_lineno) for n in ast.walk(ast.parse(file.text))
                if isinstance(n, kinds)]
    found = []
    if file.path.endswith((".cmake", "CMakeLists.txt")):
        for match in re.finditer(r"^function\((\w+).*?^endfunction\(", file.text, re.M | re.S):
            found.append((match.group(1), file.line_of(match.start()), file.line_of(match.end())))
    return found


def check_head(file):
    """The licence line, and `#pragma once` in headers."""
    if not is_code(file):
        return
    first = file.lines[1] if file.text.startswith("#!") and len(file.lines) > 1 else \
        (file.lines or [""])[0]
    if not re.fullmatch(r"(//|#|/\*) SPDX-License-Identifier: Apache-2\.0( \*/)?", first):
        yield Finding(file.path, 1, "spdx", "the first line (after #!) must be the SPDX line")
    guarded = re.search(r"^#(pragma once|ifndef \w+_H$)", file.text, re.M)
    if file.path.endswith(".h") and not guarded:
        yield Finding(file.path, 1, "guard", "a header needs #pragma once")


def check_bans(file):
    """Names we do not use, each with what to use instead."""
    if file.is_cpp:
        for ban in BANS:
            if ban.concerns(file.path):
                for match in ban.pattern.finditer(file.code):
                    yield Finding(file.path, file.line_of(match.start()), ban.check, ban.instead)
    for ban in TEXT_BANS:
        if ban.concerns(file.path):
            for match in ban.pattern.finditer(file.text):
                yield Finding(file.path, file.line_of(match.start()), ban.check, ban.instead)


_CONSTANT = re.compile(r"\b(const|constexpr|consteval|using|typedef|extern|friend|template|class"
                       r"|struct|enum|union|static_assert|namespace|asm|concept|return)\b")
_LOCAL_STATIC = re.compile(r"^[ \t]*(?:static|thread_local)\s[^;{(=]*[;{=(]", re.M)


def check_globals(file):
    """Variables that live as long as the program: two Worlds would share them."""
    if not file.is_cpp or not (is_library(file) or file.path.startswith("tools/")):
        return
    instead = "mutable variable of the program's lifetime; let World, Stack or a fixture own it"
    scan = scan_cpp(file.code)
    for line, text in scan.statements:
        declared = text.split("=")[0].split("{")[0]
        if _CONSTANT.search(declared) or "(" in declared:
            continue
        if re.search(r"[\w>*&]\s+\S", declared):
            yield Finding(file.path, line, "global", instead)
    code_lines = file.code.split("\n")
    for function in scan.functions:
        body = "\n".join(code_lines[function.first:function.last])
        for match in _LOCAL_STATIC.finditer(body):
            if not re.search(r"\bconst(expr)?\b", match.group(0)):
                line = function.first + 1 + body.count("\n", 0, match.start())
                yield Finding(file.path, line, "global", instead)


def check_hops(files):
    """Each Hop is recorded by exactly one file, the one named beside it in hop.h."""
    header = next((f for f in files if f.path == HOP_HEADER), None)
    if header is None:
        return
    body = re.search(r"enum class Hop\b[^{]*\{(.*?)\}", header.text, re.S)
    named = re.findall(r"^\s*(\w+),\s*(?:///< ([\w/]+):)?", body.group(1), re.M) if body else []
    emitters = {name: set() for name, _ in named}
    for file in files:  # sinks and scenarios only read hops
        if not file.is_cpp or not file.path.startswith(("stack/net/", "l2/", "offload/")):
            continue
        for call in re.finditer(r"\b(?:\w+_)?hop\s*\(([^;{}]*)", file.code):
            for name in re.findall(r"\bHop::(\w+)", call.group(1)):
                emitters.setdefault(name, set()).add(file.path)
    for name, place in named:
        line = header.line_of(header.text.find(f"  {name},"))
        found = sorted(emitters[name])
        if len(found) != 1:
            what = "no file" if not found else " and ".join(found)
            yield Finding(HOP_HEADER, line, "hop", f"Hop::{name} is recorded by {what}, not by one")
        elif place and found[0].rsplit(".", 1)[0] != place:
            yield Finding(HOP_HEADER, line, "hop",
                          f"Hop::{name} is recorded by {found[0]}, not by {place} as said here")


def check_plugins(files):
    """Each plug-in file is included by the composition root or one of the lists beside it."""
    if not any(f.path == ROOT_FILE for f in files):
        return
    lists = ROOT_FILE.removesuffix(".cc")
    root = "".join(f.text for f in files if f.path.startswith(lists) and f.path.endswith(".cc"))
    for file in files:
        if any(plugin.fullmatch(file.path) for plugin in PLUGINS):
            if f'"{file.path}"' not in root:
                yield Finding(file.path, 1, "plugin",
                              f"not registered: {ROOT_FILE} does not include it")


def check_dead(files):
    """Each header is included by some file, each .cc of a library has its header or its place."""
    included = set()
    for file in files:
        if file.is_cpp:
            included.update(re.findall(r'#\s*include\s*"([^"]+)"', file.text))
    for file in files:
        if file.path.endswith(".h") and is_library(file) and "/lwip_port/" not in file.path:
            if file.path not in included:
                yield Finding(file.path, 1, "dead", "no file includes this header")


def check_maps(root, files):
    """Each folder of the product has a README.md of at most 100 lines."""
    for folder in FOLDERS:
        if os.path.isdir(os.path.join(root, folder)):
            readme = next((f for f in files if f.path == f"{folder}/README.md"), None)
            if readme is None:
                yield Finding(f"{folder}/README.md", 1, "map", "missing: each folder has a map")
            elif len(readme.lines) > README_LINES:
                yield Finding(readme.path, README_LINES + 1, "map",
                              f"{len(readme.lines)} lines, at most {README_LINES}")


def check(root):
    """All findings of the tree at `root` that no comment allows."""
    files = load_tree(root)
    by_path = {f.path: f for f in files}
    findings = []
    for file in files:
        for checker in (check_sizes, check_head, check_bans, check_globals):
            findings.extend(checker(file))
    for checker in (check_hops, check_plugins, check_dead):
        findings.extend(checker(files))
    findings.extend(check_maps(root, files))
    return [f for f in findings
            if f.path not in by_path or not by_path[f.path].allows(f.line, f.check)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("root", nargs="?", default=here, help="project root")
    findings = check(parser.parse_args().root)
    for finding in findings:
        print(finding)
    print(f"tidy: {len(findings)} finding(s)")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom: the layer order, the owners of outside libraries, and that includes
are root paths to files that exist, without cycles. Prints findings, exits 1 if there are any."""
import argparse
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from source_tree import CPP, Finding, load_tree  # noqa: E402

# A unit is a folder; the longest one that a path starts with holds. Each may include itself and
# the paths that begin with one of these.
LAYERS = {
    "stack/base/": (),
    "stack/sim/": ("stack/base/",),
    "stack/wire/": ("stack/base/",),
    # A packet keeps its next hop, and when it arrives.
    "stack/packet/": ("stack/base/", "stack/sim/time.h", "stack/wire/address.h"),
    "stack/trace/": ("stack/base/", "stack/sim/", "stack/wire/", "stack/packet/"),
    # Checksums: a driver says with a ChecksumPolicy what it does itself.
    "stack/contract/": ("stack/base/", "stack/sim/time.h", "stack/wire/address.h",
                        "stack/wire/checksum.h", "stack/packet/"),
    "stack/net/": ("stack/",),
    "l2/": ("stack/",),
    "offload/": ("stack/",),
    "connmgr/": ("stack/",),
    "scenarios/": ("stack/", "l2/", "offload/", "connmgr/"),
    "tools/": ("stack/", "l2/", "offload/", "connmgr/", "scenarios/"),
    "tests/": ("stack/", "l2/", "offload/", "connmgr/", "scenarios/", "tools/"),
}

# Outside headers: which paths may include those that begin so. The first match holds.
LIBRARIES = (
    ("boost/context/", ("stack/sim/fiber.",)),
    ("boost/container/", ("stack/base/small_vector.",)),
    ("boost/smart_ptr/", ("stack/base/counted.",)),
    ("sanitizer/", ("stack/sim/fiber.",)),
    ("cxxabi.h", ("stack/sim/fiber.",)),
    ("xxhash.h", ("stack/trace/", "tools/")),
    ("boost/asio", ("offload/host_", "tools/live/")),
    ("asio", ("offload/host_", "tools/live/")),
    ("lwip/", ("offload/lwip_",)),
    ("netif/", ("offload/lwip_",)),
    ("arch/", ("offload/lwip_",)),
    ("lwipopts.h", ("offload/lwip_",)),
    ("nlohmann/", ("scenarios/spec_json.", "scenarios/json_reader.", "tools/", "tests/")),
    ("CLI/", ("tools/",)),
    ("spdlog/", ("tools/",)),
    ("fmt/", ("tools/",)),
    ("gtest/", ("tests/",)),
    ("gmock/", ("tests/",)),
    ("benchmark/", ("tests/bench/",)),
    ("malloc.h", ("tests/bench/",)),
    ("flapjack/", ()),  # our own headers are included by their path from the root
    # The operating system: the simulator itself asks it for nothing but the size of its pages.
    ("sys/mman.h", ("stack/base/arena.", "tools/", "tests/", "offload/host_")),
    ("errno.h", ("tools/live/",)),
    ("unistd.h", ("tools/", "tests/", "offload/host_")),
    ("signal.h", ("tools/", "tests/", "offload/host_")),
    ("sys/", ("tools/", "tests/", "offload/host_")),
    ("arpa/", ("tools/live/", "tests/", "offload/host_")),
    ("netinet/", ("tools/live/", "tests/", "offload/host_")),
    ("netdb.h", ("tools/live/", "tests/", "offload/host_")),
    ("net/", ("tools/live/", "tests/", "offload/host_")),
    ("linux/", ("tools/live/", "tests/", "offload/host_")),
)
# C headers that need no owner: lwIP's port is C.
C_HEADERS = ("stddef.h", "stdint.h", "stdio.h", "string.h")

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>]+)>|"([^"]+)")', re.M)


def unit_of(path):
    """The longest entry of LAYERS that holds `path`; None for files outside every layer."""
    fitting = [unit for unit in LAYERS if path.startswith(unit)]
    return max(fitting, key=len) if fitting else None


def includes(file):
    """(line, path, is_system) of every include."""
    for match in _INCLUDE.finditer(file.code):
        yield file.line_of(match.start(0)), match.group(1) or match.group(2), bool(match.group(1))


def check_own(file, line, path, known):
    """An include of ours: a root path, to a file that exists, in an allowed layer."""
    unit = unit_of(file.path)
    target = unit_of(path)
    if path.startswith(".") or target is None:
        return Finding(file.path, line, "root-path",
                       f'"{path}" is no path from the project root; write "folder/file.h"')
    if path not in known:
        return Finding(file.path, line, "missing", f'"{path}" does not exist')
    if path.startswith(unit) or any(path.startswith(allowed) for allowed in LAYERS[unit]):
        return None
    may = ", ".join(LAYERS[unit]) or "nothing else"
    return Finding(file.path, line, "layer",
                   f'{unit} must not include "{path}"; it may include itself and {may}')


def check_library(file, line, path):
    """An include in angle brackets: the C++ library, or a library whose owner this file is."""
    for prefix, owners in LIBRARIES:
        if path.startswith(prefix):
            if any(file.path.startswith(owner) for owner in owners):
                return None
            who = ", ".join(owners) or "nobody"
            return Finding(file.path, line, "library",
                           f"<{path}> may be included only by: {who}")
    if re.fullmatch(r"[a-z_0-9]+", path) or path in C_HEADERS:
        return None
    return Finding(file.path, line, "library",
                   f"<{path}> has no owner; give it one in tools/check_layers.py, LIBRARIES")


def find_cycle(graph):
    """A list of paths that include one another in a circle, or None."""
    state = {}
    for root in sorted(graph):
        stack = [(root, iter(graph[root]))]
        while stack and state.get(stack[0][0]) != "done":
            path, rest = stack[-1]
            state[path] = "open"
            step = next(rest, None)
            if step is None:
                state[path] = "done"
                stack.pop()
            elif state.get(step) == "open":
                trail = [entry[0] for entry in stack]
                return trail[trail.index(step):] + [step]
            elif state.get(step) != "done":
                stack.append((step, iter(graph.get(step, ()))))
    return None


def check(root):
    """All findings of the tree at `root`."""
    files = [f for f in load_tree(root)
             if f.path.endswith(CPP) and not f.path.startswith("tests/consumer/")]
    known = {f.path for f in files}
    findings, graph = [], {}
    for file in files:
        graph[file.path] = []
        for line, path, system in includes(file):
            outside = system or any(path.startswith(prefix) for prefix, _ in LIBRARIES)
            found = check_library(file, line, path) if outside else \
                check_own(file, line, path, known)
            if found:
                findings.append(found)
            elif path in known:
                graph[file.path].append(path)
    cycle = find_cycle(graph)
    if cycle:
        findings.append(Finding(cycle[0], 1, "cycle", " -> ".join(cycle)))
    return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("root", nargs="?", default=here, help="project root")
    findings = check(parser.parse_args().root)
    for finding in findings:
        print(finding)
    print(f"check_layers: {len(findings)} finding(s)")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

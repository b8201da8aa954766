# SPDX-License-Identifier: Apache-2.0
"""The table of banned names for tidy.py: what, where, and what to use instead."""
import re
from dataclasses import dataclass

LIBRARY = ("stack/", "l2/", "offload/", "connmgr/", "scenarios/")
PRODUCT = LIBRARY + ("tools/",)
EVERYWHERE = ("",)


@dataclass
class Ban:
    """`pattern` must not occur in files below `where`, except below `but`."""
    check: str
    pattern: re.Pattern
    instead: str
    where: tuple = PRODUCT
    but: tuple = ()

    def concerns(self, path):
        return path.startswith(self.where) and not path.startswith(self.but or ("\0",))


# Looked for in C++ text without comments and literals.
BANS = (
    Ban("random", re.compile(r"<random>|\bs?rand\s*\(|\brandom_device\b|\bmt19937"
                             r"|\bstd::\w+_distribution\b"),
        "use Rng and its integer distributions (stack/sim/rng.h): same numbers everywhere",
        where=EVERYWHERE),
    Ban("clock", re.compile(r"\b(steady|system|high_resolution)_clock\b|\bclock_gettime\b"
                            r"|\bgettimeofday\b|\bstd::time\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)"),
        "simulated time comes from Scheduler::now(); the host's clock only in tools/live",
        where=EVERYWHERE, but=("tools/live/", "tests/bench/")),
    Ban("unordered", re.compile(r"\bstd::unordered_\w+|<unordered_\w+>"),
        "its order differs between libraries; use std::map or a sorted vector"),
    Ban("address-key", re.compile(r"\bstd::(?:multi)?(?:map|set)<\s*(?:const\s+)?[\w:]+\s*\*"),
        "ordered by address, so by chance; key it by an id"),
    Ban("thread", re.compile(r"\bstd::(thread|jthread|async|mutex|atomic|condition_variable)\b"
                             r"|\bpthread_\w+|\bthread_local\b"),
        "a World is single-threaded; use a Fiber or an event", where=LIBRARY),
    Ban("float", re.compile(r"\b(float|double)\b"),
        "use integers (stack/sim/fixed_math.h); floats round differently by compiler and flag",
        where=("stack/", "l2/", "offload/", "connmgr/")),
    Ban("print", re.compile(r"\bstd::(cout|cerr|clog)\b|\bf?printf\s*\(|\bputs\s*\(|<iostream>"),
        "the library speaks through trace sinks and Status", where=LIBRARY),
    Ban("environment", re.compile(r"\b(?:std::|secure_)?getenv\s*\("),
        "the library reads no environment; pass an option", where=LIBRARY),
    Ban("missing-library", re.compile(r"<format>|<expected>|\bstd::(format|expected)\b"),
        "gcc 12 has none; use appenders or fmt (tools), Result<T> (stack/base/status.h)",
        where=EVERYWHERE),
    Ban("using-namespace", re.compile(r"^using namespace\b", re.M),
        "name what you use; headers and tests sit in namespace flapjack", where=PRODUCT),
    Ban("exit", re.compile(r"\b(?:std::)?(abort|exit|_exit|quick_exit)\s*\("),
        "return a Status; a bug is an assert", where=LIBRARY),
)

# Looked for in the whole text of every file. Hosts named here would themselves be findings, so
# the patterns describe what such names look like.
TEXT_BANS = (
    Ban("todo", re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b(?!\((?:perf|test|port)\):)"),
        "a note for later needs a category: (perf), (test) or (port), and a colon",
        where=EVERYWHERE),
    Ban("machine-path", re.compile(r"(?<![\w$}.])/(?:work|home|root|Users|mnt)/\w|/tm[p]/\w"),
        "a path of one machine; derive it from the source folder or a temporary one",
        where=EVERYWHERE),
    Ban("host", re.compile(r"\b(?:https?|ftp|git)://(?!json-schema\.org/|www\.apache\.org/)[\w.-]+"
                           r"|\b(?:deb|ftp|pypi|proxy|registry|mirrors?|archive|security)"
                           r"\.[a-z0-9-]+\.(?:org|net|com|io|dev)\b"),
        "no hosts in the tree: mirrors come from the machine's own configuration",
        where=EVERYWHERE),
)

# SPDX-License-Identifier: Apache-2.0
"""What check_layers.py and tidy.py share: the files of the tree, C++ text without comments and
literals, and a scanner that finds functions and namespace-scope statements in our style."""
import os
import re
from dataclasses import dataclass, field

FOLDERS = ("stack", "l2", "offload", "connmgr", "scenarios", "tools", "tests")
LIBRARY_FOLDERS = ("stack", "l2", "offload", "connmgr", "scenarios")
CPP = (".h", ".cc", ".c")


@dataclass
class Finding:
    """One complaint: where, which check, what is wrong and what to do instead."""
    path: str
    line: int
    check: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.check}: {self.text}"


class SourceFile:
    """One text file of the tree; derived forms are made on first use."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as handle:
            self.text = handle.read()
        self.lines = self.text.split("\n")
        if self.lines and self.lines[-1] == "":
            self.lines.pop()
        self._code = None

    @property
    def is_cpp(self):
        return self.path.endswith(CPP)

    @property
    def code(self):
        """C++ text with comments and the insides of literals blanked, line breaks kept."""
        if self._code is None:
            self._code = strip_cpp(self.text)
        return self._code

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def allows(self, line, check):
        """Whether `line` or the comment above it says `tidy: allow(check): reason`."""
        pattern = re.compile(r"tidy: allow\(" + re.escape(check) + r"\): \S")
        index = line - 1
        while 0 <= index < len(self.lines):
            if pattern.search(self.lines[index]):
                return True
            index -= 1
            if index < 0 or not re.match(r"\s*(//|#)", self.lines[index]):
                return False
        return False


def load_tree(root):
    """Every text file that is ours, sorted by path; build trees and hidden folders are not."""
    files = []
    for folder in FOLDERS + (".ci",):
        for base, folders, names in os.walk(os.path.join(root, folder)):
            folders[:] = sorted(f for f in folders if f != "__pycache__" and f[0] != ".")
            for name in sorted(names):
                full = os.path.join(base, name)
                if not name.endswith((".pyc", ".png", ".gz", ".xz")) and os.path.isfile(full):
                    files.append(os.path.relpath(full, root))
    for name in ("CMakeLists.txt", "CMakePresets.json", "README.md", ".clang-format",
                 ".clang-tidy", ".gitignore"):
        if os.path.isfile(os.path.join(root, name)):
            files.append(name)
    return [SourceFile(root, path) for path in files]


_LITERALS = re.compile(
    r'//[^\n]*|/\*.*?\*/|(?:u8|[uUL])?R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"' r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)
_BREAKS = re.compile(r"[^\n]")


def strip_cpp(text):
    """Blanks comments and literals; include lines keep their path."""
    def blank(match):
        found = match.group(0)
        if found.startswith("/"):
            return _BREAKS.sub(" ", found)
        before = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
        if before.lstrip().startswith("#"):
            return found
        return '"' + _BREAKS.sub(" ", found[1:-1]) + '"'
    return _LITERALS.sub(blank, text)


@dataclass
class Function:
    name: str
    first: int
    last: int


@dataclass
class Scan:
    """Functions of one file, and the statements that stand in a namespace: (line, text)."""
    functions: list = field(default_factory=list)
    statements: list = field(default_factory=list)


_TOKEN = re.compile(r"[{}();\n]|^[ \t]*#(?:[^\n\\]|\\.)*", re.M | re.S)
_CONTAINER = re.compile(r"^(?:inline\s+)?namespace\b|^extern\s*\"")
_TYPE = re.compile(r"(?:^|>\s*|\btypedef\s+)(?:class|struct|union|enum)\b")
_ACCESS = re.compile(r"(?:public|private|protected)\s*:")
_BODY_BEFORE = re.compile(
    r"(?:\)|\b(?:const|noexcept|override|final|try|mutable)|->\s*[\w:<>&*,\s]+|&)\s*$")


class _Scanner:
    """Walks braces. Scopes: 'namespace', 'type', 'function', 'value' (initialisers and all else
    whose end does not end the statement)."""

    def __init__(self, code):
        self.code = code
        self.result = Scan()
        self.scopes = [("namespace", None)]
        self.start = None  # offset where the present statement began
        self.parens = 0
        self.line = 1

    def run(self):
        position = 0
        for match in _TOKEN.finditer(self.code):
            self._text(position, match.start())
            token = match.group(0)
            if token == "\n":
                self.line += 1
            elif token[0] not in "{}();":
                self.line += token.count("\n")  # a preprocessor line is no statement
            elif self.scopes[-1][0] in ("namespace", "type"):
                self._outer(token, match.start())
            else:
                self._inner(token)
            position = match.end()
        return self.result

    def _text(self, begin, end):
        if self.start is None and self.scopes[-1][0] in ("namespace", "type"):
            text = self.code[begin:end]
            stripped = text.lstrip()
            if stripped and not _ACCESS.fullmatch(stripped.strip()):
                self.start = (begin + len(text) - len(stripped), self.line)

    def _header(self, end):
        return "" if self.start is None else self.code[self.start[0]:end].strip()

    def _outer(self, token, at):
        if token == "(":
            self.parens += 1
        elif token == ")":
            self.parens -= 1
        elif token == "{":
            self._open(self._header(at))
        elif token == "}":
            if len(self.scopes) > 1:
                self.scopes.pop()
            self.start = None
        elif token == ";" and self.parens == 0:
            header = self._header(at)
            if header and self.scopes[-1][0] == "namespace":
                self.result.statements.append((self.start[1], header))
            self.start = None

    def _open(self, header):
        head = re.sub(r"^(?:(?:public|private|protected)\s*:|\[\[[^\]]*\]\])\s*", "", header)
        line = self.start[1] if self.start else self.line
        if self.parens > 0:
            self.scopes.append(("value", None))
        elif not head or _CONTAINER.search(head):
            self._enter("namespace")
        elif _TYPE.search(head) and not head.rstrip().endswith(")"):
            self._enter("type")
        elif _BODY_BEFORE.search(head) and not _is_value(head):
            self.scopes.append(("function", (_function_name(head), line)))
        elif _starts_constructor_body(head):
            self.scopes.append(("function", (_function_name(head), line)))
        else:
            self.scopes.append(("value", None))

    def _enter(self, kind):
        self.scopes.append((kind, None))
        self.start = None

    def _inner(self, token):
        if token == "{":
            self.scopes.append(("inner", None))
        elif token == "}":
            kind, info = self.scopes.pop()
            if kind == "function":
                self.result.functions.append(Function(info[0], info[1], self.line))
                self.start = None


def _is_value(head):
    """Whether the brace after `head` opens an initialiser: `T x = f() {` does not occur, but
    `auto f = [](int) {` does."""
    depth = 0
    for index, char in enumerate(head):
        depth += char in "([<"
        depth -= char in ")]" or (char == ">" and head[index - 1:index] not in ("-", "="))
        if char == "=" and depth <= 0 and "operator" not in head:
            return True
    return False


def _starts_constructor_body(head):
    """`X::X() : a_(1), b_{2}` followed by a brace: the body, if the list's last item is closed."""
    return bool(re.search(r"\)\s*(?:noexcept\s*)?:\s*[^:]", head)) and head.endswith("}")


def _function_name(head):
    names = re.findall(r"([~\w:]+|operator\s*\S+?)\s*\(", head)
    return names[0] if names else head.split()[-1]


def scan_cpp(code):
    """Finds functions and namespace-scope statements in stripped C++ text."""
    return _Scanner(code).run()

"""A mutant: a module of ours with one place changed."""

from __future__ import annotations

import ast
import hashlib
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Mutant(NamedTuple):
    """`source` of the module at `path` (from the root of the repository), with the characters
    from `start` to `end` replaced by `text`."""

    path: str
    function: str
    operator: str
    start: int
    end: int
    text: str
    line: int
    before: str
    after: str

    @property
    def id(self) -> str:
        """The same as long as what is changed and its line are the same."""
        words = (self.path, self.function, self.operator, self.before, self.after, str(self.line))
        return hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]

    @property
    def module(self) -> str:
        """The name by which Python imports what is mutated."""
        return ".".join(Path(self.path).with_suffix("").parts[1:])

    def applied(self, source: str) -> str:
        """The mutated source."""
        return source[: self.start] + self.text + source[self.end :]


class Source:
    """What mutants of one module share: its text, and which lines a statement has."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.text = (ROOT / path).read_text("utf-8")

    @cached_property
    def _tree(self) -> ast.Module:
        return ast.parse(self.text)

    def function(self, line: int) -> str:
        """The name of the innermost function or class around a line, with those around it."""
        names: list[str] = []
        nodes: list[ast.AST] = [self._tree]
        while nodes:
            for child in ast.iter_child_nodes(nodes.pop()):
                if getattr(child, "lineno", line) <= line <= (getattr(child, "end_lineno", 0) or 0):
                    if isinstance(child, ast.FunctionDef | ast.ClassDef):
                        names.append(child.name)
                    nodes.append(child)
        return ".".join(names)

    @cached_property
    def _headers(self) -> list[range]:
        """The lines of each statement, without those of the statements in it."""
        found = []
        for node in ast.walk(self._tree):
            if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
                body = getattr(node, "body", None)
                first = getattr(node, "lineno", None) or node.pattern.lineno
                last = body[0].lineno - 1 if body else node.end_lineno
                found.append(range(first, max(first, last) + 1))
        return found

    def statement(self, line: int) -> range:
        """The lines of the smallest statement that has this line."""
        around = [lines for lines in self._headers if line in lines]
        return min(around, key=len, default=range(line, line + 1))

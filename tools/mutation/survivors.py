"""What is known of the mutants that no test notices: survivors.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from mutation.mutant import ROOT, Mutant

FILE = Path(__file__).parent / "survivors.toml"


class Survivor(msgspec.Struct, forbid_unknown_fields=True):
    """One or several mutants of one place, and why no test notices them.

    `line` is what is mutated: its whole lines, in one, with single spaces; `becomes` the mutants of
    it. `equivalent` mutants do what the module does, so that no test can ever notice them.
    """

    module: str
    line: str
    becomes: list[str]
    why: str
    equivalent: bool = True

    def covers(self, mutant: Mutant) -> bool:
        """Whether this speaks of the mutant."""
        return (self.module, self.line) == (mutant.path, mutant.before) and (
            mutant.after in self.becomes
        )

    @property
    def fault(self) -> str:
        """What is wrong with this entry; empty if it fits the code."""
        file = ROOT / self.module
        if not file.is_file():
            return f"there is no {self.module}"
        if self.line not in " ".join(file.read_text("utf-8").split()):
            return f"{self.module} has no line {self.line!r} any more: run its mutants again"
        if self.line in self.becomes or len(set(self.becomes)) < len(self.becomes):
            return f"{self.module}: {self.line!r} becomes itself, or the same twice"
        return (
            ""
            if self.why.strip() and self.becomes
            else f"{self.module}: {self.line!r} says nothing"
        )


def survivors(file: Path = FILE) -> list[Survivor]:
    """All that are written down."""
    read = tomllib.loads(file.read_text("utf-8"))
    return msgspec.convert(read.get("survivor", []), list[Survivor])

"""Which modules are mutated together, and by which tests: groups.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mutation.mutant import ROOT


class Group(msgspec.Struct, rename={"without": "except"}):
    """One table of groups.toml."""

    mutated: list[str]
    tests: list[str]
    again: list[str] = []
    keeps: list[str] = []
    remembers: list[str] = []
    without: list[str] = []
    unused: list[str] = []
    replays: bool = False

    @property
    def paths(self) -> Iterator[str]:
        """The modules, from the root of the repository."""
        for pattern in self.mutated:
            for file in sorted(ROOT.glob(pattern)):
                yield str(file.relative_to(ROOT))


def groups() -> dict[str, Group]:
    """All groups by name."""
    read = tomllib.loads((Path(__file__).parent / "groups.toml").read_text("utf-8"))
    return {name: msgspec.convert(group, Group) for name, group in read.items()}

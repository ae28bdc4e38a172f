"""Which tests to ask about a mutant: those that run the changed line, the quickest first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import coverage
import pytest

from mutation.mutant import ROOT, Mutant, Source

Play = Callable[[pytest.Item, pytest.Item], None]


class Covered:
    """Remembers, for each test, the lines of the mutated modules that it ran."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = {source.path: source for source in sources}
        self._seconds: dict[str, float] = {}
        self._lines: dict[str, dict[int, set[str]]] = {}

    def watch(self, items: list[pytest.Item], play: Play) -> None:
        """Run every test once."""
        files = [str(ROOT / path) for path in self._sources]
        watcher = coverage.Coverage(data_file=None, include=files, config_file=False)
        watcher.start()
        for item, after in zip(items, [*items[1:], items[-1]], strict=True):
            watcher.switch_context(item.nodeid)
            began = time.perf_counter()
            play(item, after)
            self._seconds[item.nodeid] = time.perf_counter() - began
        watcher.stop()
        data = watcher.get_data()
        for path in self._sources:
            contexts = data.contexts_by_lineno(str(ROOT / path))
            self._lines[path] = {line: set(names) - {""} for line, names in contexts.items()}

    def reaches(self, mutant: Mutant) -> bool:
        """Whether a test runs the changed line, and not the import of its module alone."""
        return bool(self._names(mutant))

    def _names(self, mutant: Mutant) -> set[str]:
        lines = self._lines[mutant.path]
        statement = self._sources[mutant.path].statement(mutant.line)
        return set().union(*(lines.get(line, ()) for line in statement))

    def choose(
        self, mutant: Mutant, items: list[pytest.Item], whole: bool
    ) -> Iterator[pytest.Item]:
        """The tests to run until one fails: those of the module's own test file first.

        Args:
            whole: what is executed at import is changed: all tests of the module may tell.
        """
        names = set().union(*self._lines[mutant.path].values()) if whole else self._names(mutant)
        own = f"test_{Path(mutant.path).stem}.py"
        chosen = [item for item in items if item.nodeid in names]
        chosen.sort(key=lambda item: (item.path.name != own, self._seconds[item.nodeid]))
        return iter(chosen)

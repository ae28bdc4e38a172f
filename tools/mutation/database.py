"""What became of each mutant: a small SQLite file, so that a broken-off run goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from mutation.mutant import ROOT, Mutant

FILE = ROOT / ".mutation" / "results.sqlite"

_TABLE = """create table if not exists mutant (
    id text primary key, path, function, operator, start, end, text, line, before, after,
    status text default '', killer text default '', seconds real default 0)"""

OPEN, KILLED, SURVIVED, TIMEOUT = "", "killed", "survived", "timeout"
"""What a mutant can be. One that runs into the time limit is noticed too."""


class Database:
    """The mutants that there are, with their results."""

    def __init__(self, file: Path = FILE) -> None:
        file.parent.mkdir(exist_ok=True)
        self._sql = sqlite3.connect(file, timeout=60, isolation_level=None)
        self._sql.execute(_TABLE)

    def renew(self, path: str, mutants: Iterable[Mutant]) -> None:
        """Replace the mutants of a module; one that is still the same keeps its result.

        The same is what is told in the same words of the same function, wherever it has moved to
        in the module.
        """
        results: dict[tuple[str, ...], list[tuple[object, ...]]] = {}
        for row in self._sql.execute(
            "select function, operator, before, after, status, killer, seconds from mutant "
            "where path = ? order by start",
            (path,),
        ):
            results.setdefault(row[:4], []).append(row[4:])
        rows = []
        for m in sorted(mutants, key=lambda mutant: mutant.start):
            had = results.get((m.function, m.operator, m.before, m.after))
            rows.append((m.id, *m, *(had.pop(0) if had else ("", "", 0))))
        self._sql.execute("begin")
        self._sql.execute("delete from mutant where path = ?", (path,))
        self._sql.executemany(f"insert or ignore into mutant values ({'?,' * 12}?)", rows)
        self._sql.execute("commit")

    def pick(self, paths: Iterable[str], statuses: Iterable[str]) -> Iterator[Mutant]:
        """The mutants of these modules with one of these results."""
        for path in paths:
            rows = self._sql.execute(
                "select path, function, operator, start, end, text, line, before, after, status "
                "from mutant where path = ? order by start",
                (path,),
            ).fetchall()
            yield from (Mutant(*row[:-1]) for row in rows if row[-1] in statuses)

    def settle(self, mutant: Mutant, status: str, killer: str, seconds: float) -> None:
        """Keep a result."""
        self._sql.execute(
            "update mutant set status = ?, killer = ?, seconds = ? where id = ?",
            (status, killer, round(seconds, 3), mutant.id),
        )

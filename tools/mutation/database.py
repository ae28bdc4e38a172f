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
        """Replace the mutants of a module; one that is still the same keeps its result."""
        had = self._sql.execute(
            "select id, status, killer, seconds from mutant where path = ?", (path,)
        )
        results = {row[0]: row[1:] for row in had}
        rows = [(m.id, *m, *results.get(m.id, ("", "", 0))) for m in mutants]
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

"""The results as a table: results.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from mutation.database import KILLED, OPEN, SURVIVED, TIMEOUT, Database
from mutation.groups import groups
from mutation.survivors import survivors

FILE = Path(__file__).parent / "results.md"

HEAD = """# Mutation testing: results

Written by `python -m mutation table` from the results of `make mutation`: see
[README.md](README.md). `asked` are the mutants that the tests were asked about. `equivalent` and
`open` are those that no test notices: the former do what the code does, the latter do not
([survivors.toml](survivors.toml) says which and why; one that is not there counts as open).
`share` is what was killed of those asked that are not equivalent.

| module | mutants | asked | killed | equivalent | open | share |
|---|---:|---:|---:|---:|---:|---:|
"""


def table(database: Database, old: str = "") -> str:
    """One line a module, one a group, one for all. Groups about which the database has no results
    have the lines that they had."""
    rows, everything = [], Counter[str]()
    for name, group in groups().items():
        counts = {path: _counted(database, path) for path in group.paths}
        counts = {path: counted for path, counted in counts.items() if counted.total()}
        whole = sum(counts.values(), Counter[str]())
        if whole.total() > whole["unasked"]:
            rows += [_row(f"`{p.partition('/')[2]}`", counted) for p, counted in counts.items()]
            rows.append(_row(f"**{name}**", whole))
        else:
            had, whole = _had(old, name)
            rows += had
        everything += whole
    return HEAD + "".join([*rows, _row("**all**", everything)])


def _had(old: str, group: str) -> tuple[list[str], Counter[str]]:
    """The lines of a group in a table, and its sum."""
    rows: list[str] = []
    for line in old.splitlines(keepends=True):
        if line.startswith("| `"):
            rows.append(line)
        elif line.startswith(f"| **{group}** "):
            mutants, asked, killed, equivalent, left = map(int, line.split("|")[2:7])
            counts = {"killed": killed, "equivalent": equivalent, "open": left}
            return [*rows, line], Counter(unasked=mutants - asked, **counts)
        else:
            rows = []
    return [], Counter()


def _counted(database: Database, path: str) -> Counter[str]:
    known = [one for one in survivors() if one.module == path and one.equivalent]
    left = list(database.pick([path], [SURVIVED]))
    equivalent = sum(any(one.covers(mutant) for one in known) for mutant in left)
    return Counter(
        unasked=len(list(database.pick([path], [OPEN]))),
        killed=len(list(database.pick([path], [KILLED, TIMEOUT]))),
        equivalent=equivalent,
        open=len(left) - equivalent,
    )


def _row(name: str, counted: Counter[str]) -> str:
    killed, equivalent, left = (counted[word] for word in ("killed", "equivalent", "open"))
    asked = killed + equivalent + left
    share = f"{killed / max(killed + left, 1):.1%}"
    return (
        f"| {name} | {counted.total()} | {asked} | {killed} | {equivalent} | {left} | {share} |\n"
    )

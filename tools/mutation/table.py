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


def table(database: Database) -> str:
    """One line a module, one a group, one for all."""
    rows, everything = [], Counter[str]()
    for name, group in groups().items():
        whole = Counter[str]()
        for path in group.paths:
            counted = _counted(database, path)
            if counted.total():
                whole += counted
                rows.append(_row(f"`{path.partition('/')[2]}`", counted))
        rows.append(_row(f"**{name}**", whole))
        everything += whole
    return HEAD + "".join([*rows, _row("**all**", everything)])


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

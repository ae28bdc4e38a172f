"""The commands: make, run, seek, show, table."""

from __future__ import annotations

import argparse

from mutation.database import OPEN, SURVIVED, Database
from mutation.groups import groups
from mutation.mutant import ROOT, Source
from mutation.survivors import survivors
from mutation.table import FILE, table


def main(words: list[str]) -> int:
    """Do what the words say."""
    parser = argparse.ArgumentParser(prog="python -m mutation")
    parser.add_argument("command", choices=["make", "run", "seek", "show", "table"])
    parser.add_argument("groups", nargs="*", default=list(groups()))
    parser.add_argument("--jobs", type=int, default=1, help="how many mutants at a time")
    parser.add_argument(
        "--again", action="store_true", help="ask about the survivors, and more tests"
    )
    parser.add_argument("--sample", type=int, default=100, help="of each module, so many percent")
    parser.add_argument("--only", default="", help="of modules with this in their path")
    parser.add_argument("--rounds", type=int, default=3, help="how long to seek")
    given = parser.parse_args(words)
    paths = {
        name: [path for path in groups()[name].paths if given.only in path] for name in given.groups
    }
    commands = {"make": _make, "run": _run, "seek": _seek, "show": _show, "table": _table}
    return commands[given.command](paths, given)


def _make(paths: dict[str, list[str]], given: argparse.Namespace) -> int:
    from mutation.making import mutants

    database = Database()
    for path in [path for several in paths.values() for path in several]:
        database.renew(path, mutants(Source(path)))
        print(path, flush=True)
    return 0


def _run(paths: dict[str, list[str]], given: argparse.Namespace) -> int:
    import pytest

    from mutation.running import Runner

    database = Database()
    wanted = (SURVIVED,) if given.again else (OPEN,)
    for name, several in paths.items():
        # In no order of theirs, so that a run that is broken off has asked about a fair sample.
        group = groups()[name]
        found = sorted(database.pick(several, wanted), key=lambda mutant: mutant.id)
        found = [mutant for mutant in found if int(mutant.id, 16) % 100 < given.sample]
        options = ["-q", "--assert=plain", "--tb=no", "-p", "no:cacheprovider"]
        options += ["-o", "tmp_path_retention_policy=none", "--rootdir", str(ROOT)]
        # pytest clears the common folder when another run begins.
        options += ["--basetemp", str(ROOT / ".mutation" / name)]
        asked = [*group.tests, *(group.again if given.again else [])]
        tests = [str(ROOT / test) for test in asked]
        if found:
            pytest.main([*options, *tests], [Runner(group, found, database, given.jobs)])
    return 0


def _seek(paths: dict[str, list[str]], given: argparse.Namespace) -> int:
    from mutation.seeking import seek

    if any(not groups()[name].replays for name in paths):
        print("only the checks of rules are given traces: python -m mutation seek rules")
        return 2
    known = [one for one in survivors() if one.equivalent]
    found = Database().pick([path for several in paths.values() for path in several], [SURVIVED])
    seek([m for m in found if not any(one.covers(m) for one in known)], given.rounds)
    return 0


def _show(paths: dict[str, list[str]], given: argparse.Namespace) -> int:
    database, known = Database(), survivors()
    for path in [path for several in paths.values() for path in several]:
        for mutant in database.pick([path], [SURVIVED]):
            if any(one.covers(mutant) for one in known):
                continue
            print(f"{path}:{mutant.line} {mutant.function} {mutant.operator}")
            print(f"  - {mutant.before}\n  + {mutant.after}")
    return 0


def _table(paths: dict[str, list[str]], given: argparse.Namespace) -> int:
    old = FILE.read_text("utf-8") if FILE.is_file() else ""
    FILE.write_text(table(Database(), old), "utf-8")
    return 0

"""What is written down of surviving mutants still speaks of the code that there is."""

from pathlib import Path

import pytest
from mutation.database import Database
from mutation.groups import groups
from mutation.mutant import ROOT, Mutant, Source
from mutation.survivors import Survivor, survivors
from mutation.table import FILE, table

MODULE = "conformance_tests/loopspec/machine/walk.py"


def test_every_survivor_is_a_place_in_the_code() -> None:
    assert [one.fault for one in survivors() if one.fault] == []


def test_no_mutant_is_written_down_twice() -> None:
    named = [(one.module, one.line, new) for one in survivors() for new in one.becomes]
    assert len(named) == len(set(named))


def test_survivors_are_of_modules_that_are_mutated() -> None:
    mutated = {path for group in groups().values() for path in group.paths}
    assert {one.module for one in survivors()} <= mutated


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"module": "gone.py"}, "there is no gone.py"),
        ({"line": "nothing of the kind"}, "has no line 'nothing of the kind' any more"),
        ({"becomes": ["from __future__ import annotations"]}, "becomes itself"),
        ({"why": " "}, "says nothing"),
        ({}, ""),
    ],
)
def test_what_does_not_fit_is_told(changes: dict[str, str], told: str) -> None:
    good = {"line": "from __future__ import annotations", "becomes": ["pass"], "why": "it is said"}
    fault = Survivor(**{"module": MODULE, **good, **changes}).fault
    assert told in fault
    assert bool(fault) is bool(told)


def test_every_group_has_its_modules_and_tests() -> None:
    for group in groups().values():
        assert list(group.paths)
        assert all((ROOT / test).exists() for test in group.tests)


def test_a_mutant_is_its_module_with_one_place_changed(tmp_path: Path) -> None:
    mutant = Mutant("a/b/c.py", "f", "number", 4, 5, "2", 1, "x = 1", "x = 2")
    assert mutant.applied("x = 1\n") == "x = 2\n"
    assert mutant.module == "b.c"
    assert mutant.id != mutant._replace(after="x = 3").id


def test_a_line_belongs_to_its_smallest_statement() -> None:
    source = Source(MODULE)
    number = next(n for n, line in enumerate(source.text.split("\n"), 1) if "def walk(" in line)
    assert number in source.statement(number)
    assert source.function(number) == "walk"
    assert source.function(1) == ""


def test_groups_without_results_keep_their_lines_of_the_table(tmp_path: Path) -> None:
    kept = FILE.read_text("utf-8")
    assert table(Database(tmp_path / "kept" / "results.sqlite"), kept) == kept

"""Spoiled traces tell a mutant of a rule from the rule, and nothing from the rule itself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from mutation.mutant import Mutant, Source
from mutation.seeking import Asker, draw
from spoiling.good import SCENARIOS

MODULE = "conformance_tests/loopspec/rules/flags.py"
NUMBERS = range(20)


@pytest.fixture(scope="module")
def alone() -> Iterator[ProcessPoolExecutor]:
    """A process of its own, as the command has: other tests leave modules and threads behind."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize(
    ("old", "new", "tells"),
    [
        ("flag in before.exit", "flag not in before.exit", True),
        ("flag in before.exit", "(flag in before.exit)", False),
        ('f"{flag.field} cleared before the callbacks"', "None", True),
        ("T, E, S, V, L = Flag", "E, T, S, V, L = Flag", True),
    ],
)
def test_a_mutant_is_told_by_what_it_finds(
    alone: ProcessPoolExecutor, old: str, new: str, tells: bool
) -> None:
    """Also where what is changed runs at the import of the module."""
    found, given = alone.submit(first, old, new).result()
    assert (found is not None) is tells
    assert found is None or found < given


def first(old: str, new: str) -> tuple[int | None, int]:
    """Which lot tells a change of the first such text, if one does, and how many were given."""
    source = Source(MODULE)
    start = source.text.index(old)
    line = source.text.count("\n", 0, start) + 1
    mutant = Mutant(MODULE, source.function(line), "", start, start + len(old), new, line, old, new)
    lots = [lot for name in ("plain", "epoch-stop-in-step-end") for lot in draw(name, NUMBERS)]
    return Asker([MODULE]).first(mutant, lots), len(lots)


def test_a_survivor_is_given_traces_in_which_its_rule_looks_at_something() -> None:
    source = Source("conformance_tests/loopspec/rules/pushing.py")
    line = source.text.count("\n", 0, source.text.index("for record in told[:1]")) + 1
    mutant = Mutant(source.path, source.function(line), "", 0, 0, "", line, "", "")
    given = Asker([source.path]).scenarios(mutant)
    assert 0 < len(given) < len(SCENARIOS) / 2
    assert all("push" in SCENARIOS[name].calls for name in given)

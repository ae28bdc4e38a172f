"""What all checks find in traces that no trainer made is what is committed."""

from __future__ import annotations

import json

import pytest
import spoil
from spoiling import CHANGES, FURTHER, numbered, spoiled
from spoiling.good import SCENARIOS, good

from loopspec.corpus import CORPUS
from loopspec.rules import ACROSS, CHECKS, OUTLIVING
from loopspec.trace import Trace

KEPT = json.loads(spoil.FILE.read_text("utf-8"))


def test_each_scenario_is_spoiled_and_every_change_is_made() -> None:
    assert sorted(KEPT) == spoil.NAMES
    made = {what.partition(" ")[2] for found in KEPT.values() for what in found}
    assert {name for names in made for name in names.split(" and ") if name} == set(CHANGES)
    numbers = {name: [int(what.split()[0]) for what in found] for name, found in KEPT.items()}
    assert numbers == {name: numbered(name) for name in spoil.NAMES}
    assert set(FURTHER) >= set(SCENARIOS) - set(CORPUS)


def test_most_spoiled_traces_are_reported() -> None:
    """A change may leave a trace that a trainer could have made, but most do not."""
    found = [text for several in KEPT.values() for text in several.values()]
    assert sum("@" in text for text in found) > len(found) / 2


@pytest.mark.parametrize("name", ["plain", "two-processes"])
def test_a_trace_is_spoiled_alike_each_time(name: str) -> None:
    trace = good(CORPUS[name])
    one, other = ([(what, *parts(copy)) for what, copy in spoiled(trace)] for _ in range(2))
    assert one == other
    same = [what for what, *copy in one if copy == parts(trace)]
    assert len(same) < 2  # a lot may put a value where it was


def parts(trace: Trace) -> list[object]:
    return [
        (one.scenario, one.by, one.records, one.returns, one.outcome, one.piece)
        for one in trace.ranks
    ]


SEVERAL = [name for name, scenario in CORPUS.items() if scenario.processes > 1]


@pytest.mark.parametrize("name", SEVERAL)
def test_several_processes_keep_the_rules_before_they_are_spoiled(name: str) -> None:
    trace = good(CORPUS[name])
    rules = OUTLIVING if trace.scenario.in_turn else ACROSS
    found = [finding for rule in rules for finding in CHECKS[rule](trace)]
    assert found
    assert [finding for finding in found if not finding.ok] == []


@pytest.mark.parametrize("name", spoil.NAMES)
def test_the_checks_find_what_is_committed(name: str) -> None:
    """`python tools/spoil.py` writes what they find now; look at what has changed before."""
    assert spoil.of_scenario(name) == KEPT[name]

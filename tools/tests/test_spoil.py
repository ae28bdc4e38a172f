"""What all checks find in traces that no trainer made is what is committed."""

from __future__ import annotations

import json

import pytest
import spoil
from spoiling import CHANGES, EACH, spoiled

from loopspec.corpus import CORPUS
from loopspec.machine.predict import predict

KEPT = json.loads(spoil.FILE.read_text("utf-8"))


def test_each_scenario_is_spoiled_and_every_change_is_made() -> None:
    assert sorted(KEPT) == spoil.NAMES
    made = {what.partition(" ")[2] for found in KEPT.values() for what in found}
    assert {name for names in made for name in names.split(" and ")} == set(CHANGES)
    assert {len(found) for found in KEPT.values()} == {EACH}


def test_most_spoiled_traces_are_reported() -> None:
    """A change may leave a trace that a trainer could have made, but most do not."""
    found = [text for several in KEPT.values() for text in several.values()]
    assert sum("@" in text for text in found) > len(found) / 2


def test_a_trace_is_spoiled_alike_each_time() -> None:
    trace = predict(CORPUS["plain"])
    one, other = (
        [(what, copy.records, copy.returns, copy.outcome) for what, copy in spoiled(trace)]
        for _ in range(2)
    )
    assert one == other
    assert all(copy != (trace.records, trace.returns) for _, *copy, _ in one)


@pytest.mark.parametrize("name", spoil.NAMES)
def test_the_checks_find_what_is_committed(name: str) -> None:
    """`python tools/spoil.py` writes what they find now; look at what has changed before."""
    assert spoil.of_scenario(name) == KEPT[name]

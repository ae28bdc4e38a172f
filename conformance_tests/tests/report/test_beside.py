"""What was due beside what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import pytest

from loopspec import predict
from loopspec.corpus import ALONE, CORPUS
from loopspec.report.beside import Pair, beside, predicted
from loopspec.report.stretch import AROUND, Row, stretch
from loopspec.vocabulary import Capability

ALL = frozenset(Capability)
STOP = "epoch-stop"


def around(at: int, name: str = STOP) -> list[Row]:
    """What a conforming trainer gives around a record."""
    return stretch(predict(CORPUS[name]), at)


def aligned(rows: Sequence[Row], name: str = STOP, has: Iterable[Capability] = ALL) -> list[Pair]:
    return beside(name, str(CORPUS[name]), rows, frozenset(has))


def told(pairs: Sequence[Pair]) -> list[str]:
    """The pairs that differ, in one word each."""
    words = []
    for due, came in (pair for pair in pairs if pair.differs):
        mark = "missing" if came is None else "extra" if due is None else "changed"
        words.append(f"{mark} {(came or due).event}")
    return words


@pytest.mark.parametrize("name", ALONE)
def test_a_conforming_trainer_differs_nowhere(name: str) -> None:
    trace = predict(CORPUS[name])
    for at in {-1, 0, len(trace.records) // 3, len(trace.records) // 2, len(trace.records) - 1}:
        rows = stretch(trace, at)
        pairs = aligned(rows, name)
        assert [pair.came for pair in pairs] == rows
        assert [pair.due.record for pair in pairs if pair.due] == [row.record for row in rows]
        assert not told(pairs)


def test_a_flag_that_was_not_cleared_is_a_difference_from_there_on() -> None:
    rows = [
        msgspec.structs.replace(row, entry="E", exit="E") if row.record >= 8 else row
        for row in around(8)
    ]
    pairs = aligned(rows)
    assert told(pairs)[0] == "changed on_epoch_begin"
    assert [pair.differs for pair in pairs] == [False] * 4 + [True] * 5
    first = next(pair for pair in pairs if pair.differs)
    assert (first.due and first.due.entry, first.came and first.came.entry) == ("", "E")


def renumbered(rows: Iterable[Row]) -> list[Row]:
    return [msgspec.structs.replace(row, record=n) for n, row in enumerate(rows, 4)]


def test_an_event_that_did_not_come() -> None:
    rows = around(8)
    without = renumbered(row for row in rows if row.record != 7)
    pairs = aligned(without)
    assert told(pairs) == ["missing on_epoch_end"]
    assert [pair.came for pair in pairs if pair.came] == without


def test_the_first_event_of_all_that_did_not_come() -> None:
    rows = [msgspec.structs.replace(row, record=n) for n, row in enumerate(predicted(STOP)[1:6])]
    assert told(aligned(rows)) == ["missing on_init_end"]


def test_an_event_that_came_twice() -> None:
    rows = around(8)
    twice = renumbered([*rows[:4], rows[3], *rows[4:]])
    assert told(aligned(twice)) == ["extra on_epoch_end"]


def test_one_event_for_another() -> None:
    rows = around(8)
    rows[3] = msgspec.structs.replace(rows[3], event="on_save")
    assert told(aligned(rows)) == ["missing on_epoch_end", "extra on_save"]


def test_a_wrong_step_is_a_changed_event() -> None:
    rows = around(6)
    at = next(n for n, row in enumerate(rows) if row.event == "on_step_end")
    rows[at] = msgspec.structs.replace(rows[at], step=0)
    assert told(aligned(rows)) == ["changed on_step_end"]


def test_what_a_crash_cut_off_is_missing() -> None:
    rows = around(5)[:5]
    assert rows[-1].here
    pairs = aligned(rows)
    assert told(pairs) == [f"missing {row.event}" for row in predicted(STOP)[6 : 6 + AROUND]]


def test_what_a_subject_lacks_is_not_due() -> None:
    lacks = {Capability.OPTIMIZER_EVENTS, Capability.EPOCH_STOP}
    rows = [
        msgspec.structs.replace(row, entry="", exit="", acts=[], here=row.record == 8)
        for row in predicted(STOP)
        if "optimizer" not in row.event
    ]
    at = next(n for n, row in enumerate(rows) if row.here)
    near = renumbered(rows[at - AROUND : at + AROUND + 1])
    assert told(aligned(near, has=ALL - lacks)) == []
    assert "missing on_optimizer_step" in told(aligned(near))


def test_what_it_lacks_and_shows_nevertheless_is_compared() -> None:
    assert told(aligned(around(8), has=ALL - {Capability.OPTIMIZER_EVENTS})) == []


def test_of_another_scenario_nothing_is_due() -> None:
    rows = around(8)
    for name, text in (("mine", "mine: 1 epochs"), (STOP, "epoch-stop: as it was once")):
        assert beside(name, text, rows, ALL) == [Pair(None, row) for row in rows]


def test_where_nothing_was_recorded_nothing_is_compared() -> None:
    assert aligned([]) == []

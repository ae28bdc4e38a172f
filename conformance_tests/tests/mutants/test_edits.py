import pytest

from loopspec.machine.table import PROTOCOL, Row
from loopspec.mutants import edits
from loopspec.vocabulary import Event

ROWS = (
    Row("a", "b", effect="work", event=Event.STEP_END, clears="TS"),
    Row("b", "c", ("T",)),
    Row("b", "done", event=Event.EPOCH_END, enters="serve"),
)


def at(rows: tuple[Row, ...], place: str) -> Row:
    return next(row for row in rows if row.place == place)


def test_flags_are_kept_or_cleared() -> None:
    assert at(edits.keeps(Event.STEP_END, "T")(ROWS), "a").clears == "S"
    assert at(edits.clears(Event.STEP_END, "V")(ROWS), "a").clears == "TSV"
    moved = edits.moved("T", Event.STEP_END, Event.EPOCH_END)(ROWS)
    assert [row.clears for row in moved] == ["S", "", "T"]


def test_an_event_is_silent_or_fires_twice() -> None:
    silent = at(edits.silent(Event.STEP_END)(ROWS), "a")
    assert (silent.event, silent.clears, silent.effect) == (None, "", "work")
    twice = edits.twice(Event.STEP_END, "a")(ROWS)
    assert [row.event for row in twice[:2]] == [Event.STEP_END] * 2
    assert (twice[0].then, twice[1].then) == (twice[1].place, "b")


def test_two_events_change_places_with_their_resets() -> None:
    swapped = edits.swapped(Event.STEP_END, Event.EPOCH_END, "a", "b")(ROWS)
    assert [(row.event, row.clears) for row in swapped] == [
        (Event.EPOCH_END, ""), (None, ""), (Event.STEP_END, "TS"),
    ]  # fmt: skip


def test_an_effect_comes_late_early_or_never() -> None:
    late = edits.late("work", "a")(ROWS)
    assert [row.effect for row in late[:2]] == ["", "work"]
    early = edits.early("work", "b")(ROWS)
    assert [row.effect for row in early] == ["", "work", "work"]
    assert [row.effect for row in edits.undone("work")(ROWS)] == ["", "", ""]


def test_transitions_are_left_out_turned_or_added() -> None:
    assert len(edits.without("b", "T")(ROWS)) == 2
    assert at(edits.leads("b", "a", "T")(ROWS), "b").then == "a"
    assert at(edits.asks("b", ("T",), ("E",))(ROWS), "b").when == ("E",)
    assert [row.enters for row in edits.skips("b")(ROWS)] == ["", "", ""]
    assert edits.more(Row("x", "y"))(ROWS)[0] == Row("x", "y")


NOTHING = {
    "keeps": edits.keeps(Event.STEP_END, "T"),
    "undone": edits.undone("sleep"),
    "without": edits.without("nowhere"),
    "late": edits.late("sleep", "nowhere"),
    "twice": edits.twice(Event.STEP_END, "nowhere"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_an_edit_that_changes_nothing_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="changes nothing"):
        NOTHING[name](PROTOCOL)

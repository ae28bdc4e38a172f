from loopspec.machine.table import CHANGES_FLAGS, DONE, OPTIONAL, PROTOCOL, ROUTINES
from loopspec.vocabulary import Event, Flag

PLACES = {row.place for row in PROTOCOL}
FALLS = {
    Event.TRAIN_BEGIN: "T",
    Event.EPOCH_BEGIN: "E",
    Event.STEP_BEGIN: "SVL",
    Event.LOG: "L",
    Event.EVALUATE: "V",
    Event.SAVE: "S",
}


def test_every_place_that_a_row_leads_to_has_rows() -> None:
    led = {row.then for row in PROTOCOL} | {row.enters for row in PROTOCOL if row.enters}
    assert led - {DONE} <= PLACES
    assert set(ROUTINES.values()) <= PLACES


def test_every_place_is_reached() -> None:
    found = {"construct", *ROUTINES.values()}
    while True:
        more = {
            place
            for row in PROTOCOL
            if row.place in found
            for place in (row.then, row.enters)
            if place
        }
        if more <= found | {DONE}:
            break
        found |= more
    assert found - {DONE} == PLACES


def test_the_last_row_of_a_place_has_no_condition() -> None:
    last = {row.place: row for row in PROTOCOL}
    assert [place for place, row in last.items() if row.when] == []


def test_every_event_is_in_the_table() -> None:
    assert {row.event for row in PROTOCOL} - {None} == set(Event)
    assert set(OPTIONAL) <= set(Event)


def test_a_flag_falls_at_its_events_wherever_they_stand() -> None:
    for row in PROTOCOL:
        assert row.clears == (FALLS.get(row.event, "") if row.event else ""), row


def test_effects_that_change_flags_are_effects_of_the_table() -> None:
    assert set(CHANGES_FLAGS) <= {row.effect for row in PROTOCOL}
    assert set("".join(CHANGES_FLAGS.values())) <= set(Flag)

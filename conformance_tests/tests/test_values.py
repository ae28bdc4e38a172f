"""What a trainer passes, as a trace holds it."""

from types import SimpleNamespace

import pytest

from loopspec.values import flags_of, history, plain, three, values
from loopspec.vocabulary import Flag


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.23456, 1.2346),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (True, True),
        (3, 3),
        ("text", "text"),
        (None, None),
        (object(), "<object>"),
    ],
)
def test_values_in_a_trace(value: object, shown: object) -> None:
    assert plain(value) == shown


def test_what_measures_time_keeps_its_key_and_loses_its_value() -> None:
    assert values({"eval_runtime": 0.1, "loss": 0.5}) == {"eval_runtime": None, "loss": 0.5}
    assert values(None) is None
    assert history([{"a": 1}]) == [{"a": 1}]
    assert history("no list") is None


def test_flags_are_read_from_anything_that_has_them() -> None:
    fields = {flag.field: False for flag in Flag}
    assert flags_of(SimpleNamespace(**fields)) == ""
    assert flags_of(SimpleNamespace(**{**fields, "should_save": 1, "should_log": True})) == "SL"
    assert flags_of(SimpleNamespace(**{**fields, "should_save": None})) == ""
    assert flags_of("no control") is None
    assert flags_of(None) is None


def test_args_state_and_control_are_found_however_they_come() -> None:
    assert three((1, 2, 3), {}) == (1, 2, 3)
    assert three((1,), {"control": 3}) == (1, None, 3)
    assert three((), {"args": 1, "state": 2, "control": 3}) == (1, 2, 3)

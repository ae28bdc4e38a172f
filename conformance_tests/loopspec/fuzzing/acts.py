"""What scripted callbacks do: flags and controls at any event, and what they ask of the trainer."""

from __future__ import annotations

import functools
from typing import Any

from hypothesis import strategies as st

from loopspec.fuzzing.chance import record, some_letters
from loopspec.scenario import Act
from loopspec.vocabulary import Event, Flag

_LETTERS = some_letters("".join(Flag))
_EVENTS = st.sampled_from(list(Event))
_STEPS = st.sampled_from([None, None, None, 0, 1, 2, 3, 4, 5, 6])
_GIVES: st.SearchStrategy[Any] = st.sampled_from(
    ["none"] * 16 + ["same"] * 3 + ["new"] * 4 + ["junk"]
)
_GIVEN_A_DICT = (Event.LOG, Event.EVALUATE, Event.PREDICT)
_INSIDE = (Event.LOG, Event.EVALUATE, Event.PREDICTION_STEP, Event.PREDICT)
"""Events that come of an evaluation or a log: there, one that is asked for each time has no end."""

_LOGGED = st.sampled_from(["mine", "eval_mine", "loss"])
_VALUES = st.sampled_from([1.0, 0.12345, "text", "x" * 101, ["a"]])
_PUT = st.sampled_from(["extra", "eval_extra", "eval_score"])
_TUNED = st.builds(
    "{}={}".format,
    st.sampled_from(["max_steps", "logging_steps", "eval_steps", "save_steps"]),
    st.integers(1, 6),
)
_RARE = ("remove", "fail", "interrupt", "patch")
_COMMON = ("log", "evaluate", "add", "tune")


@functools.cache
def acts(names: tuple[str, ...], displayed: bool) -> st.SearchStrategy[Act]:
    """One act of a callback in a scenario with callbacks of these names.

    Args:
        displayed: whether somebody looks at a display, so that a process can be told not to show.
    """
    return _acts(names, displayed)


@st.composite
def _acts(draw: st.DrawFn, names: tuple[str, ...], displayed: bool) -> Act:
    event = draw(_EVENTS)
    does = draw(_doings(event, displayed))
    return Act(
        event,
        draw(_STEPS),
        raises=draw(_LETTERS),
        lowers=draw(_LETTERS),
        gives=draw(_GIVES),
        does=does,
        times=draw(_times(event, does)),
        **draw(_objects(does, names)),
    )


@functools.cache
def _doings(event: Event, displayed: bool) -> st.SearchStrategy[Any]:
    if event is Event.INIT_END:  # the trainer that could be asked is not there yet
        return st.sampled_from(["", "", "", "tune", "patch", "fail"])
    shown = displayed and event is Event.TRAIN_BEGIN  # no process becomes another one in a run
    common = [*_COMMON, *["put"] * (2 * (event in _GIVEN_A_DICT)), *["demote"] * (8 * shown)]
    return st.sampled_from([""] * 3 * len(common) + common * 3 + [*_RARE])


@functools.cache
def _times(event: Event, does: str) -> st.SearchStrategy[int]:
    endless = does in ("log", "evaluate") and event in _INSIDE
    return st.sampled_from([1, 1, 2] if endless or does == "add" else [1, 1, 2, 0])


@functools.cache
def _objects(does: str, names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """The fields that say what is done to what."""
    if does == "log":
        return record({"whom": _LOGGED, "value": _VALUES})
    whom = {"put": _PUT, "tune": _TUNED}.get(does)
    if does in ("add", "remove", "patch"):
        whom = st.sampled_from(names)
    return st.just({}) if whom is None else record({"whom": whom})

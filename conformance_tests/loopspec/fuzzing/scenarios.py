"""Whole scenarios, each a job that a trainer can be asked for."""

from __future__ import annotations

import functools
from collections.abc import Set
from typing import Any

import msgspec
from hypothesis import strategies as st

from loopspec.fuzzing.arguments import METRICS, arguments, changes
from loopspec.fuzzing.calls import calls
from loopspec.fuzzing.cast import callbacks
from loopspec.fuzzing.chance import rarely
from loopspec.fuzzing.predictable import predictable
from loopspec.fuzzing.within import within
from loopspec.scenario import EarlyStopping, Scenario
from loopspec.vocabulary import ALONE, Capability

NAME = "generated"

_JOB = arguments()
_DISPLAY = st.sampled_from([""] * 6 + ["printer", "progress"])
_LONGEST = st.sampled_from([None, 4, 200])
_REPORT_TO = st.sampled_from([()] * 24 + [("tensorboard",)])
_SEVERAL, _CATCHES, _CHANGES = rarely(5), rarely(2), rarely(3)


@functools.cache
def scenarios(has: frozenset[Capability] = ALONE) -> st.SearchStrategy[Scenario]:
    """Any scenario that a subject with these capabilities can play in a single process."""
    return _scenarios(has)


@st.composite
def _scenarios(draw: st.DrawFn, has: frozenset[Capability]) -> Scenario:
    display: Any = draw(_DISPLAY)
    job: dict[str, Any] = draw(_JOB)
    given = draw(METRICS)
    tracked = job["metric_for_best_model"]
    several = draw(_SEVERAL)
    if several and tracked and not tracked.endswith("loss"):
        job["metric_for_best_model"] = "a_score"
    if several and tracked and tracked.endswith("loss"):
        job["metric_for_best_model"] = "b_loss"
    scenario = Scenario(
        name=NAME,
        eval_sets=("a", "b") if several else (),
        metrics=given,
        callbacks=draw(callbacks(bool(display))),
        early_stopping=draw(_early_stopping(job)),
        catches=draw(_CATCHES),
        display=display,
        max_str_len=draw(_LONGEST) if display == "progress" else None,
        report_to=draw(_REPORT_TO),
        **job,
    )
    return _complete(draw, within(scenario, has), has)


def _complete(draw: st.DrawFn, scenario: Scenario, has: Set[Capability]) -> Scenario:
    replace = msgspec.structs.replace
    if draw(_CHANGES):
        scenario = replace(scenario, resumed_with=draw(changes(scenario)))
    scenario = within(replace(scenario, calls=draw(calls(scenario))), has)
    return predictable(scenario)


@st.composite
def _early_stopping(draw: st.DrawFn, job: dict[str, Any]) -> EarlyStopping | None:
    able = job["metric_for_best_model"] and job["eval_strategy"] != "no"
    wanted = draw(_STOPS if able else _STOPS_OUT_OF_PLACE)
    return EarlyStopping(draw(_PATIENCE), draw(_THRESHOLD)) if wanted else None


_STOPS, _STOPS_OUT_OF_PLACE = rarely(3), rarely(40)
_PATIENCE, _THRESHOLD = st.integers(0, 3), st.sampled_from([0.0, 0.5])

"""The numbers of a job: the arguments of a training run, all that a trainer accepts."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from loopspec.fuzzing.chance import mostly, rarely, record
from loopspec.scenario import Metric, Scenario

Arguments = dict[str, Any]

_STRATEGIES = st.sampled_from(["no", "steps", "epoch"])
_SAVES = st.sampled_from(["no", "steps", "epoch", "steps", "epoch", "best"])
_INTERVALS = [1, 2, 3, 4, 5, 0.1, 0.25, 0.5]
_INTERVAL = st.sampled_from(_INTERVALS)
_INTERVAL_OR_NONE = st.sampled_from([*_INTERVALS, 0])
_FINITE: list[Metric] = [0.0, 0.5, 1.0, 1.5, 2.0]
_SCORES: list[Metric] = [*_FINITE, *_FINITE, *_FINITE, "nan", "inf", "-inf"]


_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "train_batches": st.integers(1, 5),
    "eval_batches": mostly(1, [2]),
    "num_train_epochs": st.sampled_from([1, 2, 3, 0.5, 1.5, 2.25, 0]),
    "max_steps": mostly(-1, [1, 2, 3, 5, 7]),
    "gradient_accumulation_steps": mostly(1, [2, 3, 4]),
    "logging_strategy": _STRATEGIES,
    "logging_steps": _INTERVAL,
    "logging_first_step": rarely(4),
    "eval_strategy": _STRATEGIES,
    "eval_steps": _INTERVAL_OR_NONE,
    "eval_delay": mostly(0, [0.5, 1, 1.5, 2, 3, 4]),
    "eval_on_start": rarely(5),
    "save_strategy": _SAVES,
    "save_steps": _INTERVAL_OR_NONE,
    "save_total_limit": mostly(None, [1, 2, 3]),
    "load_best_model_at_end": rarely(3),
    "restore_callback_states_from_checkpoint": rarely(2),
    "ignore_data_skip": rarely(5),
    "metric_for_best_model": st.sampled_from([None, "score", "eval_score", "loss"]),
    "greater_is_better": st.sampled_from([None, True, False]),
}
_ARGUMENTS = record(_FIELDS)


def arguments() -> st.SearchStrategy[Arguments]:
    """The fields of a scenario that are training arguments, and the sizes of its data sets."""
    return _ARGUMENTS.map(settled)


METRICS: st.SearchStrategy[tuple[Metric, ...]] = st.lists(
    st.sampled_from([*_SCORES, None]), max_size=6
).map(tuple)
"""The values of the metric at one evaluation after another."""


@st.composite
def changes(draw: st.DrawFn, before: Scenario) -> Arguments:
    """Arguments that are other ones for a trainer that goes on with another one's run."""
    drawn = draw(_ARGUMENTS)
    wanted = draw(_CHANGED)
    whole = {name: getattr(before, name) for name in drawn}
    after = settled(whole | {name: drawn[name] for name in wanted})
    return {name: value for name, value in after.items() if value != whole[name]}


_CHANGEABLE = (
    "max_steps",
    "num_train_epochs",
    "gradient_accumulation_steps",
    "logging_strategy",
    "logging_steps",
    "eval_strategy",
    "eval_steps",
    "save_strategy",
    "save_steps",
    "metric_for_best_model",
    "greater_is_better",
    "load_best_model_at_end",
    "restore_callback_states_from_checkpoint",
    "ignore_data_skip",
)
_CHANGED = st.lists(st.sampled_from(_CHANGEABLE), min_size=1, max_size=3, unique=True)


def settled(job: Arguments) -> Arguments:
    """The same job, less what a trainer refuses when it is built: that would show nothing."""
    job = dict(job)
    if job["logging_strategy"] == "steps":
        job["logging_steps"] = job["logging_steps"] or 1
    if job["eval_strategy"] == "steps":
        job["eval_steps"] = job["eval_steps"] or (0 if job["logging_steps"] else 1)
    else:  # a checkpoint would hold the 0, for a run that is resumed with another strategy
        job["eval_steps"] = job["eval_steps"] or 1
    job["save_steps"] = job["save_steps"] or 1
    if job["save_strategy"] == "best" or job["load_best_model_at_end"]:
        job["metric_for_best_model"] = job["metric_for_best_model"] or "loss"
    if job["load_best_model_at_end"] and job["save_strategy"] != "best":
        job["save_strategy"] = job["eval_strategy"]
        job["save_steps"] = _multiple(job["save_steps"], job["eval_steps"] or job["logging_steps"])
    return job


def _multiple(steps: float, of: float) -> float:
    """The interval, or one near it, that is a multiple of another one."""
    return of * max(1, math.floor(steps / of)) if of >= 1 <= steps else of


def is_accepted(scenario: Scenario) -> bool:
    """Whether a trainer accepts these arguments."""
    job = {name: getattr(scenario, name) for name in _FIELDS}
    return settled(job) == job

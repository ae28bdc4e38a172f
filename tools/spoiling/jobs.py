"""Changes of the scenario of a trace: what was asked for is other than what the trace shows."""

from __future__ import annotations

from random import Random
from typing import Any

from msgspec.structs import replace

from loopspec.scenario import Act, EarlyStopping, Scripted
from loopspec.trace import Trace
from loopspec.vocabulary import Event, Flag

_BOTH = (False, True)
_STRATEGIES = ("no", "steps", "epoch", "best")
_INTERVALS = (0, 1, 2, 3, 4, 0.5, 500)
_JOBS: dict[str, tuple[Any, ...]] = {
    "may_raise": _BOTH,
    "catches": _BOTH,
    "apart": _BOTH,
    "train_batches": (1, 2, 3, 4, 5, 6),
    "eval_batches": (0, 1, 2, 3),
    "eval_sets": ((), ("one",), ("one", "two")),
    "metrics": ((), (1.0,), (1.0, 2.0), (2.0, 1.0, 1.0), ("nan", None, "inf")),
    "metric_name": ("score", "eval_score", "loss"),
    "early_stopping": (None, EarlyStopping(), EarlyStopping(2), EarlyStopping(1, 0.5)),
    "display": ("", "printer", "progress"),
    "max_str_len": (None, 1, 10),
    "report_to": ((), ("tensorboard",), "all", "none", "default", "null"),
    "lacks": ("", "package", "room"),
    "num_train_epochs": (0, 0.5, 1, 1.5, 2, 3),
    "max_steps": (-1, 0, 1, 2, 3, 5),
    "gradient_accumulation_steps": (1, 2, 3, 4),
    "lr_scheduler_type": ("constant", "linear"),
    "logging_strategy": _STRATEGIES,
    "logging_steps": _INTERVALS,
    "logging_first_step": _BOTH,
    "eval_strategy": _STRATEGIES,
    "eval_steps": _INTERVALS,
    "eval_delay": (0, 1, 2, 0.5),
    "eval_on_start": _BOTH,
    "save_strategy": _STRATEGIES,
    "save_steps": _INTERVALS,
    "save_total_limit": (None, 0, 1, 2, 3),
    "load_best_model_at_end": _BOTH,
    "restore_callback_states_from_checkpoint": _BOTH,
    "ignore_data_skip": _BOTH,
    "metric_for_best_model": (None, "score", "eval_score", "loss", "eval_loss"),
    "greater_is_better": (None, False, True),
    "resumed_with": ({}, {"max_steps": 3}, {"logging_steps": 1}, {"report_to": ("tensorboard",)}),
}


def job(trace: Trace, lot: Random) -> None:
    """An argument of the job is other than it was."""
    name = lot.choice(sorted(_JOBS))
    now = getattr(trace.scenario, name)
    value = lot.choice([value for value in _JOBS[name] if value != now])
    trace.scenario = replace(trace.scenario, **{name: value})


def trainer(trace: Trace, lot: Random) -> None:
    """The trainer declares less than it did."""
    had = trace.by.capabilities
    less = () if lot.random() < 0.3 else tuple(one for one in had if lot.random() < 0.5)
    trace.by = replace(trace.by, capabilities=less)


_CALLS = (
    "train",
    "evaluate",
    "predict",
    "push",
    "look",
    "save-model",
    "new",
    "hide",
    "remove-flow",
)


def calls(trace: Trace, lot: Random) -> None:
    """The user called something else, or called once more."""
    told = list(trace.scenario.calls)
    at = lot.randrange(len(told))
    named = [part.name for part in trace.scenario.parts]
    steps = [record.step or 0 for record in trace.of(Event.STEP_END)] or [0]
    whose = lot.choice(("remove", "add", "pop", "pop-class", "remove-class"))
    other = lot.choice((*_CALLS, f"resume@{lot.choice(steps)}", f"{whose}:{lot.choice(named)}"))
    told[at : at + lot.choice((0, 1, 1))] = [other]
    trace.scenario = replace(trace.scenario, calls=tuple(told))


def script(trace: Trace, lot: Random) -> bool:
    """A callback had another part to play."""
    parts = list(trace.scenario.callbacks)
    if parts:
        at = lot.randrange(len(parts))
        parts[at] = _played_otherwise(parts[at], lot)
        trace.scenario = replace(trace.scenario, callbacks=tuple(parts))
    return bool(parts)


def _played_otherwise(part: Scripted, lot: Random) -> Scripted:
    new: dict[str, Any] = {
        "given": lot.choice(("instance", "class", "added", "spare")),
        "bare": not part.bare,
        "stateful": not part.stateful,
        "twin": "" if part.twin else "first",
        "heir": "" if part.heir else "first",
        "acts": _other_acts(part.acts, lot),
    }
    name = lot.choice((*sorted(new), *["acts"] * 5))
    return replace(part, **{name: new[name]})


_DEEDS = ("", "evaluate", "log", "add", "remove", "fail", "interrupt", "demote", "put", "patch")


def _other_acts(acts: tuple[Act, ...], lot: Random) -> tuple[Act, ...]:
    told = list(acts) or [Act(lot.choice(list(Event)))]
    at = lot.randrange(len(told))
    new: dict[str, Any] = {
        "event": lot.choice(list(Event)),
        "step": lot.choice((None, 0, 1, 2, 3)),
        "raises": lot.choice(("", *Flag)),
        "lowers": lot.choice(("", *Flag)),
        "gives": lot.choice(("none", "same", "new", "junk")),
        "does": lot.choice(_DEEDS),
        "whom": lot.choice(("first", "last", "score", "")),
        "times": lot.choice((0, 1, 2)),
        "rank": lot.choice((None, 0, 1)),
    }
    name = lot.choice(sorted(new))
    other = replace(told[at], **{name: new[name]})
    told[at : at + 1] = lot.choice(([], [other], [other], [told[at], other]))
    return tuple(told)

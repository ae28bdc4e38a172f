"""What a trainer passes to its callbacks, as a trace holds it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from loopspec.trace import Value
from loopspec.vocabulary import Flag


def three(positional: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, Any, Any]:
    """args, state and control, however they came."""
    if len(positional) >= 3:
        return positional[0], positional[1], positional[2]
    given = dict(zip(_THREE, positional, strict=False))
    args, state, control = (given.get(name, keywords.get(name)) for name in _THREE)
    return args, state, control


_THREE = ("args", "state", "control")


_get_flags = attrgetter(*(flag.field for flag in Flag))
_LETTERS = {
    tuple(bool(bits >> n & 1) for n in range(5)): "".join(
        flag for n, flag in enumerate(Flag) if bits >> n & 1
    )
    for bits in range(32)
}


def flags_of(control: object) -> str | None:
    """The letters of the flags that are set; None for something that is no control."""
    try:
        found = _get_flags(control)
    except AttributeError:
        return None
    letters = _LETTERS.get(found)
    return letters if letters is not None else _LETTERS[tuple(map(bool, found))]


def plain(value: object) -> Value:
    """A value as a trace holds it: four decimals and seven digits, NaN and infinities as text, or
    a type's name."""
    if value is None or isinstance(value, str | bool | int):
        return value
    try:
        number = float(value)  # type: ignore[arg-type]  # numpy scalars and tensors of one element
    except (TypeError, ValueError):
        return f"<{type(value).__name__}>"
    if not math.isfinite(number):
        return str(number)
    # What was computed in single precision has seven digits.
    return round(number if abs(number) < 1000 else float(f"{number:.7g}"), 4)


STATE_FIELDS = (
    "num_train_epochs",
    "logging_steps",
    "eval_steps",
    "save_steps",
    "train_batch_size",
    "num_input_tokens_seen",
    "total_flos",
    "best_model_checkpoint",
    "is_local_process_zero",
    "is_world_process_zero",
    "is_hyper_param_search",
)
"""The fields of a state that a record holds under `fields`."""


def state_fields(state: object) -> dict[str, Value]:
    """Those of the fields that this state has; a checkpoint's name as its step."""
    found = {name: getattr(state, name, _ABSENT) for name in STATE_FIELDS}
    made = {name: plain(value) for name, value in found.items() if value is not _ABSENT}
    best = made.get("best_model_checkpoint")
    if isinstance(best, str) and (step := best.rpartition("-")[2]).isdecimal():
        made["best_model_checkpoint"] = int(step)
    return made


_ABSENT = object()
_TIMED = ("_runtime", "_per_second", "_time")
_RATES = ("eps",)
"""Names of rates that do not say so: episodes per second, in trl."""


def values(logs: Mapping[str, object] | None) -> dict[str, Value] | None:
    """Logs as a trace holds them: what measures time or speed keeps its key and loses its value."""
    if logs is None:
        return None
    return {
        name: None if name.endswith(_TIMED) or name in _RATES else plain(value)
        for name, value in logs.items()
    }


def history(entries: object) -> list[dict[str, Value]] | None:
    """A `log_history` as a trace holds it."""
    return None if not isinstance(entries, list) else [values(entry) or {} for entry in entries]


def rounded(value: object, digits: int) -> float | None:
    return round(float(value), digits) if isinstance(value, int | float) else None


def length(entries: object) -> int | None:
    return len(entries) if isinstance(entries, list) else None

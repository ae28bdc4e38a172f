"""What trackers are told, in types that each of them can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

Parameter = str | int | float | bool | None


def rewrite(name: str) -> str:
    """A log's name as trackers group it: `eval/loss`, `test/loss`, everything else `train/...`."""
    for prefix in ("eval", "test"):
        if name.startswith(f"{prefix}_"):
            return f"{prefix}/{name.removeprefix(f'{prefix}_')}"
    return f"train/{name}"


def scalar(value: Any) -> float | None:
    """The number that `value` is, also in a tensor or array of one number; None for all else."""
    if isinstance(value, bool | int | float):
        return _float(value)
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        inside = value.item()
        return _float(inside) if isinstance(inside, bool | int | float) else None
    return None


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def parameters(args: Any, model: Any, flat: bool = False) -> dict[str, Parameter]:
    """The arguments of a training, and the configuration of a model that has one as `model/...`.

    `flat`: of a dictionary, each entry is a parameter of its own, `name.key`.

    One value that a tracker cannot hold may spoil all the others (in wandb's config, in DVCLive's
    file), so what is no plain value is written as text.
    """
    config = model_config(model)
    named = args.to_dict() | {f"model/{name}": value for name, value in config.items()}
    return {name: _plain(value) for name, value in (_flat(named) if flat else named.items())}


def _flat(named: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in named.items():
        if value and isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def model_config(model: Any) -> dict[str, Any]:
    """The configuration of a model, empty if it has none."""
    config = getattr(model, "config", None)
    to_dict = getattr(config, "to_dict", None)
    found = to_dict() if to_dict else config
    return dict(found) if isinstance(found, Mapping) else {}


def _plain(value: Any) -> Parameter:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return json.dumps(value, default=str) if isinstance(value, list | tuple | dict) else str(value)

"""Making callbacks, for every protocol alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dispatch import IDLE


def objects(made: Callable[[], Any], number: int) -> list[Any]:
    """So many of a class."""
    return [made() for _ in range(number)]


def callbacks(base: type, event: str, method: Callable[..., Any], number: int, kind: str) -> Any:
    """So many callbacks of a protocol; unless they are idle, `method` is theirs for `event`."""
    own: dict[str, Any] = {} if kind == IDLE else {event: method}
    return objects(type("Measured", (base,), own), number)

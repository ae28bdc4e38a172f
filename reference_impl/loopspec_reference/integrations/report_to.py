"""From `report_to` to callbacks."""

from __future__ import annotations

import importlib
import logging
from typing import Any

from .availability import TRACKERS, available, is_available, why_missing

logger = logging.getLogger(__name__)


class Everything(list[str]):
    """The names that "all" stood for. One of them that turns out broken is left out."""


def resolve(report_to: Any) -> list[Any]:
    """`report_to` as a list of names, each once. The names are not checked yet.

    "all" is what is available, "none" is nothing; both stand alone.
    """
    if report_to in ("all", ["all"]):
        return Everything(available())
    if report_to in ("none", ["none"]):
        return []
    if isinstance(report_to, Everything):
        return report_to
    if isinstance(report_to, list):
        return [name for i, name in enumerate(report_to) if name not in report_to[:i]]
    return [report_to]


def callbacks(report_to: list[Any]) -> list[type[Any]]:
    """The callback classes for a resolved `report_to`, in its order.

    Raises ValueError for a name that is unknown, RuntimeError for one whose package is missing or
    broken; what "all" stood for is left out with a warning if it is broken.
    """
    made = []
    for name in report_to:
        try:
            made.append(_callback(name))
        except BrokenError as error:
            if not isinstance(report_to, Everything):
                raise
            logger.warning("%s It is left out.", error)
    return made


class BrokenError(RuntimeError):
    """A tracker's package is installed and cannot be imported."""


def _callback(name: Any) -> type[Any]:
    tracker = TRACKERS.get(name) if isinstance(name, str) else None
    if tracker is None:
        raise ValueError(
            f"{name!r} is not supported in report_to: {', '.join(TRACKERS)} are known here; "
            "'all' alone takes those that are installed, 'none' alone none."
        )
    if not is_available(tracker):
        raise RuntimeError(f"report_to names {name}, which is {why_missing(tracker)}")
    module, _, made = tracker.callback.partition(":")
    try:
        found: type[Any] = getattr(importlib.import_module(f".{module}", __package__), made)
        found.check()
    # Whatever a broken package raises on import; some end the program where a library is missing.
    except (Exception, SystemExit) as error:
        raise BrokenError(
            f"The package for {name} is installed, but importing it raised "
            f"{type(error).__name__}: {error}. Reinstall it: pip install {tracker.install}."
        ) from error
    return found

"""Callbacks that report to trackers, by the name used in `report_to`. There is none yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Name in `report_to` to callback class.
INTEGRATIONS: dict[str, type[Any]] = {}


def get_available_reporting_integrations() -> list[str]:
    """The names that "all" stands for."""
    return list(INTEGRATIONS)


def get_reporting_integration_callbacks(report_to: Sequence[str]) -> list[type[Any]]:
    """The callback classes for `report_to`, in its order.

    Raises ValueError if a name is unknown.
    """
    for name in report_to:
        if name not in INTEGRATIONS:
            known = ", ".join(INTEGRATIONS) or "no integration"
            raise ValueError(
                f"{name!r} is not supported in report_to: {known} is known here; "
                "'all' takes those there are, 'none' none."
            )
    return [INTEGRATIONS[name] for name in report_to]

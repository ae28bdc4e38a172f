"""Callbacks that report to trackers, by the name used in `report_to`."""

from __future__ import annotations

from .availability import TRACKERS, available, is_available
from .base import TrackerCallback
from .report_to import callbacks, resolve

get_available_reporting_integrations = available
get_reporting_integration_callbacks = callbacks

__all__ = [
    "TRACKERS",
    "TrackerCallback",
    "available",
    "callbacks",
    "get_available_reporting_integrations",
    "get_reporting_integration_callbacks",
    "is_available",
    "resolve",
]

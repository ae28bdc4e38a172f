"""Switches in environment variables."""

from __future__ import annotations

import os

_ON = ("1", "ON", "YES", "TRUE")


def is_on(name: str) -> bool:
    """Whether the variable is set to 1, on, yes or true, in any case."""
    return os.environ.get(name, "").upper() in _ON

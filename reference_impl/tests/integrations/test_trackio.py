"""Trackio is the example of how little a new tracker takes."""

from __future__ import annotations

import inspect

from cases import trackio as case

from loopspec_reference.integrations import trackio as module


def test_a_new_tracker_takes_less_than_sixty_lines() -> None:
    text = inspect.getsource(module) + inspect.getsource(case)
    assert len([line for line in text.splitlines() if line.strip()]) < 60

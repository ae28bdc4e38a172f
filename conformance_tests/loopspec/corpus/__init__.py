"""The named scenarios, as data: one module for each chapter."""

from __future__ import annotations

from loopspec.corpus import control, dispatch, early_stopping, events
from loopspec.scenario import Scenario

CORPUS: dict[str, Scenario] = {
    scenario.name: scenario
    for module in (events, control, dispatch, early_stopping)
    for scenario in module.SCENARIOS
}
"""Every scenario by name, in the order in which they are run; `plain` comes first."""

__all__ = ["CORPUS"]

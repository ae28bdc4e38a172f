"""The named scenarios, as data: one module for each chapter."""

from __future__ import annotations

from types import ModuleType

from loopspec.corpus import (
    checkpoints,
    control,
    default_flow,
    dispatch,
    display,
    early_stopping,
    events,
    integrations,
    processes,
    state,
)
from loopspec.scenario import Scenario

CHAPTERS: dict[str, ModuleType] = {
    "EVT": events,
    "CTRL": control,
    "DISP": dispatch,
    "FLOW": default_flow,
    "STATE": state,
    "STOP": early_stopping,
    "CKPT": checkpoints,
    "SHOW": display,
    "INT": integrations,
    "PROC": processes,
}
"""The module with the scenarios of each chapter, by the prefix of the chapter's rules."""

CORPUS: dict[str, Scenario] = {
    scenario.name: scenario for module in CHAPTERS.values() for scenario in module.SCENARIOS
}
"""Every scenario by name, in the order in which they are run; `plain` comes first."""

ALONE: dict[str, Scenario] = {
    name: scenario for name, scenario in CORPUS.items() if scenario.processes == 1
}
"""Those that a single process plays. The machine predicts these."""

__all__ = ["ALONE", "CHAPTERS", "CORPUS"]

"""The checks, one module for each chapter of the specification that has any."""

from loopspec.rules import (
    callback_states,
    checkpoints,
    dispatch,
    display,
    due,
    early_stopping,
    evaluation,
    events,
    flags,
    logs,
    pushing,
    registration,
    removal,
    requests,
    steps,
    stops,
)
from loopspec.rules.checking import CHECKS, Check, Finding, Findings

__all__ = [
    "CHECKS",
    "Check",
    "Finding",
    "Findings",
    "callback_states",
    "checkpoints",
    "dispatch",
    "display",
    "due",
    "early_stopping",
    "evaluation",
    "events",
    "flags",
    "logs",
    "pushing",
    "registration",
    "removal",
    "requests",
    "steps",
    "stops",
]

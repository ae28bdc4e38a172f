"""Scenarios as JSON: in a file of their own, or on a command line."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from loopspec.faults import Fault
from loopspec.json_text import pretty
from loopspec.scenario import Scenario

_MOST = 8
"""Processes of one scenario: a machine has to hold them all."""
_NAME = re.compile(r"[\w.-]+")
_CALL = re.compile(
    r"train|evaluate|predict|push|save-model|save-state|remove-flow|hide|look|new"
    r"|process|elsewhere|resume(?:@\d+)?|(?:tear|lose):(?:weights|optimizer|state)|(?P<about>add|remove|pop|pop-class|remove-class):(?P<whom>.+)"
)


def scenario_to_json(scenario: Scenario) -> bytes:
    """A scenario as a file holds it; what is plain is left out."""
    return pretty(scenario)


def scenario_in_one_line(scenario: Scenario) -> str:
    """A scenario as it stands on a command line."""
    return msgspec.json.encode(scenario, order="deterministic").decode()


def is_scenario_json(text: str) -> bool:
    """Whether somebody means a scenario in JSON, and not the name of one."""
    return text.endswith(".json") or text.lstrip().startswith("{")


def read_scenario(text: str) -> Scenario:
    """The scenario in a file, or in the text itself if that begins with a brace.

    Raises:
        Fault: it cannot be read, or it is no scenario that could be played.
    """
    inline = text.lstrip().startswith("{")
    where = "--scenario" if inline else text
    try:
        content = text.encode() if inline else Path(text).read_bytes()
        scenario = msgspec.json.decode(content, type=Scenario)
    except OSError as error:
        raise Fault(f"{text}: cannot be read ({error.strerror}).") from None
    except msgspec.DecodeError as error:
        raise Fault(f"{where}: not a scenario: {error}.") from None
    wrong = unplayable(scenario)
    if wrong:
        raise Fault(f"{where}: not a scenario that can be played: {wrong}.")
    return scenario


def unplayable(scenario: Scenario) -> str:
    """What is wrong with a scenario that a person wrote; empty if nothing is."""
    names = [part.name for part in scenario.parts]
    if not _NAME.fullmatch(scenario.name):
        return f"its name {scenario.name!r} has other characters than letters, digits, '.', '-'"
    if len(set(names)) < len(names):
        return "two callbacks have one name, or that of a watching one (first, last)"
    bare = {part.name for part in scenario.parts if part.bare}
    stateful = {part.name for part in scenario.parts if part.stateful}
    for number, part in enumerate(scenario.parts):
        before = names[:number]
        if part.twin in before and part.stateful != (part.twin in stateful):
            return f"{part.name} and {part.twin} are of one class, and one of them is stateful"
        for other in filter(None, (part.twin, part.heir)):
            if other not in before:
                return f"there is no callback {other} before {part.name}, which is of its class"
        for act in part.acts:
            if act.does == "patch" and act.whom in bare:
                return f"{part.name} replaces a method of {act.whom}, which has none"
            if act.does in ("add", "remove", "patch") and act.whom not in names:
                return f"{part.name} is about a callback {act.whom!r} that is not there"
            if act.rank is not None and not 0 <= act.rank < scenario.processes:
                return f"{part.name} acts in process {act.rank}, of {scenario.processes}"
            if act.does == "kill" and (act.rank is None or act.rank >= len(scenario.lives) - 1):
                return f"{part.name} kills a process, and no other one comes after it"
    if not 1 <= scenario.world <= scenario.processes <= _MOST:
        return f"it is played by 1 to {_MOST} processes, not {scenario.processes}"
    if scenario.world > 1 and scenario.in_turn:
        return "several processes play it, and another one after them"
    for call in scenario.calls:
        found = _CALL.fullmatch(call)
        if not found or (found["whom"] and found["whom"] not in names):
            return f"there is no call {call!r}"
    return ""

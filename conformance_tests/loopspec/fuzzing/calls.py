"""What the user calls, one after another; a run is taken up again where a checkpoint is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from hypothesis import strategies as st

from loopspec.fuzzing.chance import rarely
from loopspec.machine.predict import Simulation
from loopspec.machine.profile import REFERENCE
from loopspec.machine.walk import STANDARD
from loopspec.scenario import Scenario

_KINDS = st.sampled_from(["train", "plain", "train", "resume", "resume", "about", "odd"])
_PLAIN = st.sampled_from(
    ["train", "evaluate", "predict", "push", "look", "save-model", "save-state"]
)
_ABOUT_ONE = st.sampled_from(["add", "remove", "pop", "pop-class", "remove-class"])
_ODD = rarely(3)


def _checkpoints(scenario: Scenario) -> list[int]:
    """The steps of the checkpoints that are there when the calls have been made."""
    run = Simulation(scenario, REFERENCE, STANDARD)
    run.perform()
    return sorted(run.checkpoints)


@st.composite
def calls(draw: st.DrawFn, scenario: Scenario) -> tuple[str, ...]:
    """One to four calls for a scenario; with runs that are resumed where something was saved."""
    made: list[str] = []
    names = [part.name for part in scenario.callbacks]
    for _ in range(draw(st.integers(1, 4))):
        made += _next_calls(draw, msgspec.structs.replace(scenario, calls=tuple(made)), names)
    return tuple(made)


def _next_calls(draw: st.DrawFn, sofar: Scenario, names: Sequence[str]) -> list[str]:
    kind = draw(_KINDS)
    if kind == "plain":
        return [draw(_PLAIN)]
    if kind == "about" and names:
        return [f"{draw(_ABOUT_ONE)}:{draw(st.sampled_from(names))}"]
    if kind == "odd":
        shown = sofar.display and "hide" not in sofar.calls
        odd = [*["remove-flow"] * ("remove-flow" not in sofar.calls), *["hide"] * bool(shown)]
        wanted: bool = draw(_ODD)
        return [draw(st.sampled_from(odd))] if odd and wanted else ["train"]
    if kind == "resume":
        there = _checkpoints(sofar)
        if there:
            step = draw(st.sampled_from(there))
            anew = draw(st.booleans())
            return ["new", f"resume@{step}"] if anew else [f"resume@{step}"]
    return ["train"]

"""Probes: callbacks that watch, and play the scenario's parts, while a trainer runs.

They take any call: without state, without control, by keyword.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from loopspec.scenario import Act, Scripted
from loopspec.values import flags_of, three
from loopspec.vocabulary import Event, Flag

if TYPE_CHECKING:
    from loopspec.recorder import Recorder


class ScriptedError(Exception):
    """What a scripted callback raises when its part says so."""


class ScriptedInterrupt(KeyboardInterrupt):
    """What a scripted callback raises as Ctrl-C would."""


SCRIPTED = (ScriptedError, ScriptedInterrupt)


def make_probe(recorder: Recorder, part: Scripted, base: type) -> None:
    """Make the probe for one part. It has a class of its own, because trainers tell callbacks apart
    (and warn of doubles) by class; an instance made later, by the trainer, is the one that counts.
    """
    if part.twin:
        type(recorder.callbacks[part.twin])(part)
        return

    def start(self: Any, mine: Scripted | str = part) -> None:
        if isinstance(mine, str):  # made anew from what a checkpoint holds
            mine = next(one for one in recorder.sharing(part) if one.name == mine)
        self.part = mine
        self.acted = [0] * len(mine.acts)
        self.kept = 0
        recorder.callbacks[mine.name] = self

    played = {act.event for one in recorder.sharing(part) for act in one.acts}
    body: dict[str, Any] = {
        event.value: _method(recorder, event, event in played) for event in Event if part.has(event)
    }
    bases: tuple[type, ...] = (type(recorder.callbacks[part.heir]) if part.heir else base,)
    if part.bare:
        bases = ()
    if part.stateful:
        body["state"] = _state(recorder)
        bases = (*bases, recorder.exportable) if recorder.exportable else bases
    name = "".join(word.title() for word in part.name.replace("-", "_").split("_")) + "Probe"
    type(name, bases, {"__init__": start, **body})()


def _state(recorder: Recorder) -> Callable[[Any], dict[str, dict[str, Any]]]:
    def state(self: Any) -> dict[str, dict[str, Any]]:
        """What a stateful probe gives to a checkpoint."""
        if recorder.dies_when == "states":
            recorder.kill()
        return {"args": {"mine": self.part.name}, "attributes": {"kept": self.kept}}

    return state


def _method(recorder: Recorder, event: Event, acts: bool) -> Callable[..., Any]:
    def watch(self: Any, *positional: Any, **keywords: Any) -> None:
        recorder.saw(self.part.name, event, positional, keywords)
        self.kept += event is Event.STEP_END
        recorder.done()

    def play(self: Any, *positional: Any, **keywords: Any) -> Any:
        call = recorder.saw(self.part.name, event, positional, keywords)
        self.kept += event is Event.STEP_END
        _, state, control = three(positional, keywords)
        back = None
        try:
            for number, act in enumerate(self.part.acts):
                if act.event is not event:
                    continue
                due = act.step is None or act.step == getattr(state, "global_step", None)
                due = due and act.rank in (None, recorder.rank)
                if due and not 0 < act.times <= self.acted[number]:
                    self.acted[number] += 1
                    back = _play(recorder, act, control, state, keywords)
        finally:
            call.exit = flags_of(back if flags_of(back) is not None else control) or ""
        if back is not None:
            call.returned = recorder.control_returned(back)
        recorder.done()
        return back

    method = play if acts else watch
    method.__name__ = event.value
    return method


def _play(recorder: Recorder, act: Act, control: Any, state: Any, keywords: dict[str, Any]) -> Any:
    back = {"none": None, "same": control, "new": copy.copy(control), "junk": "x"}[act.gives]
    changed = back if act.gives == "new" else control
    for letters, value in ((act.raises, True), (act.lowers, False)):
        for letter in letters:
            setattr(changed, Flag(letter).field, value)
    if act.does == "tune":
        tune(state, act.whom)
    elif act.does:
        recorder.inside(+1)
        try:
            _ask(recorder, act, keywords)
        finally:
            recorder.inside(-1)
    return back


def tune(state: Any, wanted: str) -> None:
    """Set a field of a state: `"save_steps=2"`."""
    name, _, value = wanted.partition("=")
    setattr(state, name, int(value))


def _ask(recorder: Recorder, act: Act, keywords: dict[str, Any]) -> None:
    if act.does == "fail":
        raise ScriptedError(str(act))
    if act.does == "interrupt":
        raise ScriptedInterrupt(str(act))
    if act.does == "put":
        given = keywords.get("logs", keywords.get("metrics"))
        if isinstance(given, dict):
            given[act.whom] = 1.0
        return
    if act.does == "kill":
        recorder.killing(act.whom)
        return
    if act.does == "patch":
        _replace(recorder, act.event, recorder.callbacks[act.whom])
        return
    assert recorder.controls is not None, "the adapter did not give the recorder its controls"
    if act.does == "evaluate":
        recorder.controls.evaluate()
    elif act.does == "log":
        recorder.controls.log({act.whom: act.value})
    elif act.does == "demote":
        recorder.controls.demote()
    else:
        adding = act.does == "add"
        (recorder.controls.add if adding else recorder.controls.remove)(
            recorder.callbacks[act.whom]
        )
        recorder.present(act.whom, adding)


def _replace(recorder: Recorder, event: Event, callback: Any) -> None:
    """Put another method in the place of this one, on the instance, as a library does that wants to
    hear of what somebody else's callback does."""
    original = getattr(callback, event.value)

    def replaced(*positional: Any, **keywords: Any) -> Any:
        recorder.by_another_method = True
        return original(*positional, **keywords)

    setattr(callback, event.value, replaced)

"""Callbacks for `test_handler_stateful.py`: each notes whom it met, and does what it was told."""

from __future__ import annotations

from typing import Any, NamedTuple

EVENTS = ("on_init_end", "on_train_begin", "on_epoch_begin", "on_step_begin", "on_substep_end")
EVENTS += ("on_pre_optimizer_step", "on_optimizer_step", "on_step_end", "on_log")
EVENTS += ("on_prediction_step", "on_evaluate", "on_predict", "on_push_begin", "on_save")
EVENTS += ("on_epoch_end", "on_train_end")
FLAGS = ("should_training_stop", "should_epoch_stop", "should_save", "should_evaluate")
FLAGS += ("should_log",)

CLASSES = {"one": "One", "again": "One", "sub": "SubOne", "two": "Two", "few": "Few"}
"""The callbacks by name, with their classes; SubOne derives from One, Few has two events only."""

_FEW = ("on_step_end", "on_save")
_SAID = {"on_log": "logs", "on_evaluate": "metrics", "on_predict": "metrics"}


class ScriptedError(Exception):
    """What a callback raises that was told to."""


class Meeting(NamedTuple):
    """One call of a callback: what it found there, and whether a replaced method was called."""

    who: str
    event: str
    flags: frozenset[str]
    given: dict[str, Any]
    replaced: bool


Plans = dict[tuple[str, str], tuple[str, str]]
"""What a callback, by name, does once at an event, and to what."""


class Players:
    """The callbacks, what each is told to do once at an event, and what they noted."""

    def __init__(self, base: Any, control: Any) -> None:
        self.handler: Any = None
        self.plans: Plans = {}
        self._control = control
        self._notes: list[Meeting] = []
        self._made = 0
        self.classes = self._classes(base)
        self._named = {name: self.classes[cls](name) for name, cls in CLASSES.items()}

    def __getitem__(self, name: str) -> Any:
        return self._named[name]

    def told(self) -> list[Meeting]:
        """What was noted since this was asked the last time."""
        notes, self._notes = self._notes, []
        return notes

    def patch(self, name: str, event: str) -> None:
        """Replace the method of a callback for this event, if it has one, by another function."""
        one = self[name]
        if one.has(event):
            one.replaced.add(event)
            setattr(one, event, lambda *given, **named: one.meet(event, True, *given, **named))

    def flags(self, control: Any) -> frozenset[str]:
        return frozenset(flag for flag in FLAGS if getattr(control, flag))

    def fire(self, event: str, control: Any, by_name: bool = False) -> Any:
        """Fire an event on the handler; by its name without the resets that belong to it."""
        named = {_SAID[event]: {}} if event in _SAID else {}
        if by_name:
            return self.handler.call_event(event, "args", "state", control, **named)
        return getattr(self.handler, event)("args", "state", control, **named)

    def _classes(self, base: Any) -> dict[str, type]:
        players = self

        class Player(base):
            events = EVENTS

            def __init__(self, name: str = "") -> None:
                players._made += 1
                self.name = name or f"made {players._made}"
                self.replaced: set[str] = set()

            def has(self, event: str) -> bool:
                return event in self.events

            def meet(self, event: str, replaced: bool, *given: Any, **named: Any) -> Any:
                assert given[:2] == ("args", "state")
                return players._meet(self, event, replaced, given[2], named)

        def method(event: str) -> Any:
            return lambda self, *given, **named: self.meet(event, False, *given, **named)

        def kind(name: str, of: type, events: tuple[str, ...] = ()) -> type:
            return type(name, (of,), {event: method(event) for event in events})

        one = kind("One", Player, EVENTS)
        few = kind("Few", Player, _FEW)
        few.events = _FEW
        return {
            "One": one,
            "SubOne": kind("SubOne", one),
            "Two": kind("Two", Player, EVENTS),
            "Few": few,
        }

    def _meet(
        self, one: Any, event: str, replaced: bool, control: Any, named: dict[str, Any]
    ) -> Any:
        given = {slot: named[slot] for slot in ("model", "train_dataloader")}
        self._notes.append(Meeting(one.name, event, self.flags(control), given, replaced))
        does, what = self.plans.pop((one.name, event), ("", ""))
        if does == "fail":
            raise ScriptedError
        if does == "add":
            self.handler.add_callback(self[what])
        elif does == "remove":
            self.handler.pop_callback(self[what])
        elif does == "fire":
            self.fire(what, self._control())
        elif does == "new":
            return self._control(**{what: True})
        elif does in ("set", "clear"):
            setattr(control, what, does == "set")
        return control if does == "same" else None

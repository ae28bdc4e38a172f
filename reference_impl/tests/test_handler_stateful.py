"""The handler against a plain list: callbacks come, go and meddle in any order, events fire.

The same machine plays transformers' handler, which goes through its list while it changes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import transformers.trainer_callback as theirs
from handler_players import CLASSES, EVENTS, FLAGS, Meeting, Plans, Players, ScriptedError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import loopspec_reference as ours

FALLS = {
    "on_train_begin": {"should_training_stop"},
    "on_epoch_begin": {"should_epoch_stop"},
    "on_step_begin": {"should_log", "should_evaluate", "should_save"},
    "on_log": {"should_log"},
    "on_evaluate": {"should_evaluate"},
    "on_save": {"should_save"},
}
"""Which flag falls before the callbacks of an event see it: chapter 3 of the specification."""

_NAMED = st.sampled_from(sorted(CLASSES))
_CLASSES = st.sampled_from(sorted(set(CLASSES.values())))
_EVENTS = st.sampled_from(EVENTS)
_FLAGS = st.sets(st.sampled_from(FLAGS))
_SLOTS = st.sampled_from(["model", "optimizer", "train_dataloader", "eval_dataloader"])


class End(NamedTuple):
    """How an event ended: the flags of the control that came back, or that a callback raised."""

    flags: frozenset[str] | None
    same: bool = True


RAISED = End(None)


class HandlerMachine(RuleBasedStateMachine):
    """Our handler, and the list that it is to be like."""

    library: Any = ours
    handler_class: Any = ours.CallbackHandler
    live = False
    """Whether a change of the list counts for the event in which it is made."""

    def __init__(self) -> None:
        super().__init__()
        self.players = Players(self.library.TrainerCallback, self.library.TrainerControl)
        self.handler = self.handler_class([], "model", None, None, None)
        self.players.handler = self.handler
        self.list: list[Any] = []
        self.slots: dict[str, Any] = {"model": "model"}

    # What the user does ---------------------------------------------------------------------------

    @rule(name=_NAMED)
    def add(self, name: str) -> None:
        self.handler.add_callback(self.players[name])
        self.list.append(self.players[name])

    @rule(cls=_CLASSES)
    def add_a_class(self, cls: str) -> None:
        self.handler.add_callback(self.players.classes[cls])
        made = self.handler.callbacks[-1]
        assert type(made) is self.players.classes[cls]
        assert not any(made is there for there in self.list)
        self.list.append(made)

    @rule(name=_NAMED)
    def pop(self, name: str) -> None:
        there = self.players[name] in self.list
        popped = self.handler.pop_callback(self.players[name])
        assert popped is (self.players[name] if there else None)
        if there:
            self.list.remove(popped)

    @rule(cls=_CLASSES, removes=st.booleans())
    def take_out_by_class(self, cls: str, removes: bool) -> None:
        kind = self.players.classes[cls]
        first = next((one for one in self.list if isinstance(one, kind)), None)
        if removes:
            assert self.handler.remove_callback(kind) is None
        else:
            assert self.handler.pop_callback(kind) is first
        if first is not None:
            self.list.remove(first)

    @rule(name=_NAMED)
    def remove(self, name: str) -> None:
        refused = []
        for remove in (self.handler.remove_callback, self.list.remove):
            try:
                remove(self.players[name])
            except ValueError:
                refused.append(remove)
        assert len(refused) in (0, 2)

    @precondition(lambda self: self.list)
    @rule(data=st.data(), how=st.sampled_from(["reverse", "insert", "del", "assign"]))
    def reach_into_the_list(self, data: st.DataObject, how: str) -> None:
        place = data.draw(st.integers(0, len(self.list) - 1))
        one = self.players[data.draw(_NAMED)]
        for there in (self.handler.callbacks, self.list):
            if how == "reverse":
                there.reverse()
            elif how == "insert":
                there.insert(place, one)
            elif how == "del":
                del there[place]
        if how == "assign":
            self.list = self.list[place:]
            self.handler.callbacks = list(self.list)

    @rule(slot=_SLOTS, value=st.integers())
    def give_another(self, slot: str, value: int) -> None:
        setattr(self.handler, slot, value)
        self.slots[slot] = value

    @rule(name=_NAMED, event=_EVENTS)
    def replace_a_method(self, name: str, event: str) -> None:
        self.players.patch(name, event)

    @rule(
        name=_NAMED,
        event=_EVENTS,
        does=st.sampled_from(["add", "remove", "fire", "set", "clear", "new", "same", "fail"]),
        data=st.data(),
    )
    def tell_a_callback(self, name: str, event: str, does: str, data: st.DataObject) -> None:
        whats = {"add": _NAMED, "remove": _NAMED, "fire": _EVENTS}
        what = data.draw(whats.get(does, st.sampled_from(FLAGS)))
        self.players.plans[name, event] = (does, what)

    @rule(event=_EVENTS, flags=_FLAGS, by_name=st.booleans())
    def fire(self, event: str, flags: set[str], by_name: bool) -> None:
        plans, met = dict(self.players.plans), list[Meeting]()
        expected = self._fire(
            event, flags - ({} if by_name else FALLS).get(event, set()), plans, met
        )
        control = self.library.TrainerControl(**dict.fromkeys(flags, True))
        try:
            back = self.players.fire(event, control, by_name=by_name)
            end = End(self.players.flags(back), back is control)
        except ScriptedError:
            end = RAISED
        assert self.players.told() == met
        assert end == expected
        assert self.players.plans == plans

    # What a list would do -------------------------------------------------------------------------

    def _fire(self, event: str, flags: set[str], plans: Plans, met: list[Meeting]) -> End:
        """Go through the list, and the events inside of this one; `met` gets each meeting."""
        same = True
        given = {slot: self.slots.get(slot) for slot in ("model", "train_dataloader")}
        for one in self.list if self.live else list(self.list):
            if not one.has(event):
                continue
            replaced = event in one.replaced
            met.append(Meeting(one.name, event, frozenset(flags), given, replaced))
            does, what = plans.pop((one.name, event), ("", ""))
            if does == "fail" or (does == "fire" and self._fire(what, set(), plans, met) == RAISED):
                return RAISED
            if does == "add":
                self.list.append(self.players[what])
            elif does == "remove" and self.players[what] in self.list:
                self.list.remove(self.players[what])
            elif does == "new":
                flags, same = {what}, False
            elif does in ("set", "clear"):
                flags = flags | {what} if does == "set" else flags - {what}
        return End(frozenset(flags), same)

    @invariant()
    def the_lists_are_the_same(self) -> None:
        assert [id(one) for one in self.handler.callbacks] == [id(one) for one in self.list]
        names = "\n".join(type(one).__name__ for one in self.list)
        assert self.handler.callback_list == names


class TheirMachine(HandlerMachine):
    """transformers' handler."""

    library = theirs
    handler_class = theirs.CallbackHandler
    live = True


_OFTEN = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,  # the machines are noisy
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestHandler = HandlerMachine.TestCase
TestHandler.settings = _OFTEN
TestTheirs = TheirMachine.TestCase
TestTheirs.settings = _OFTEN

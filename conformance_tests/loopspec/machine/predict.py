"""The simulated trainer: predicts the trace of a scenario by walking the protocol table.

It has no model and no data, only the counters of `Job`. Order and flags come from the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loopspec.machine.board import Board
from loopspec.machine.display import Display
from loopspec.machine.job import Job
from loopspec.machine.players import (
    Actor,
    Control,
    JunkError,
    Player,
    Stopper,
    TrainerError,
    default_flow,
)
from loopspec.machine.profile import REFERENCE, Profile
from loopspec.machine.table import ROUTINES
from loopspec.machine.walk import STANDARD, Table, walk
from loopspec.probe import SCRIPTED, ScriptedError, ScriptedInterrupt, tune
from loopspec.scenario import Act, Scenario
from loopspec.trace import Call, Outcome, Provenance, Record, Return, Trace, Value
from loopspec.values import history, plain, values
from loopspec.vocabulary import Event


def predict(scenario: Scenario, profile: Profile = REFERENCE, table: Table = STANDARD) -> Trace:
    """The trace that a conforming trainer of this profile gives, but for the words of an error."""
    simulation = Simulation(scenario, profile, table)
    outcome = simulation.perform()
    return Trace(scenario, Provenance("machine", "1", (), "1"), simulation.lines, outcome)


class Simulation(Job):
    """A job being played: a `World` to the interpreter, a `Stage` to the simulated callbacks."""

    flow: Player = staticmethod(default_flow)
    actor: type[Actor] = Actor
    stopper: type[Stopper] = Stopper
    board: type[Board] = Board
    display: type[Display] = Display

    def __init__(self, scenario: Scenario, profile: Profile, table: Table) -> None:
        super().__init__(scenario, profile)
        self.lines: list[Record | Return] = []
        self._table = table
        self._call = self._depth = self._index = 0
        self._open: list[Record] = []
        self._methods: list[set[tuple[str, Event]]] = []
        self._known: dict[str, Value] = {}
        self._board = self.board()

    def _make_trainer(self) -> None:
        super()._make_trainer()
        self._patched: set[tuple[str, Event]] = set()
        self._actors = {part.name: self.actor(part) for part in self.scenario.parts}
        self._players: list[Player] = [self.flow, *self._registered("instance", "class")]
        if self.scenario.early_stopping:
            self._players.insert(2, self.stopper(self.scenario.early_stopping))
        self._display = self.display(self.scenario, self.profile)
        if self.scenario.display:
            self._players.append(self._display)

    def _construct(self) -> None:
        self._board.open(self.scenario, self.profile)
        self._walk("construct")
        self._players += self._registered("added")

    def _counted(self) -> dict[str, int]:
        return {name: player.kept for name, player in self._stateful().items()}

    def _stateful(self) -> dict[str, Actor | Stopper]:
        """The registered players whose state a checkpoint holds, by name."""
        named = [
            (p.part.name if isinstance(p, Actor) else "", p)
            for p in self._players
            if isinstance(p, Stopper) or (isinstance(p, Actor) and p.part.stateful)
        ]
        return dict(named)

    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        here = self._stateful()
        shared = {part.name: part.twin or part.name for part in self.scenario.callbacks}

        def order(name: str) -> tuple[str, int]:  # by class, as a checkpoint has them
            place = self._players.index(here[name])
            return shared.get(name, name).capitalize() or "EarlyStopping", place

        for name in sorted(here.keys() & kept.keys(), key=order):
            place = self._players.index(old := here[name])
            new: Actor | Stopper
            if isinstance(old, Actor):
                new = self._actors[name] = self.actor(old.part)
            else:
                new = self.stopper(old.wanted)
            new.kept = kept[name]
            # What replaced a method was set on the old one.
            self._patched = {(who, event) for who, event in self._patched if who != name}
            if self.profile.restored_go_last:
                self._players.pop(place)
                self._players.append(new)
            else:
                self._players[place] = new

    def perform(self) -> Outcome:
        """Play the whole scenario; the records and returns are in `lines` then."""
        try:
            self._construct()
            for call in self.scenario.calls:
                self._call += 1
                self._display.start()
                self.gave = None
                seen, raised = self._call_or_catch(call)
                self.lines.append(self._return(call, seen, raised))
        except SCRIPTED:
            return self._ended(Outcome("scripted"))
        except (TrainerError, JunkError, LookupError, ValueError) as error:
            told = f"{type(error).__name__}: {error}" if str(error) else ""
            during = self.scenario.calls[self._call - 1] if self._call else "building"
            return self._ended(Outcome("raised", told, during=during))
        return Outcome("completed")

    def _return(self, call: str, seen: dict[str, Any], raised: str) -> Return:
        if self.scenario.display:
            order = [self._names(p) for p in self._players if isinstance(p, Actor | Display)]
            seen |= {"order": order, **self._display.seen(), "gave": values(self.gave)}
        if self.scenario.tracks:
            seen |= self._board.seen()
        step, entries = self.state.global_step, history(self.state.log_history)
        flags = None if isinstance(self.control, str) else self.control.flags
        return Return(self._call, call, step, flags, entries, seen, raised)

    @staticmethod
    def _names(player: Actor | Display) -> str:
        return player.word if isinstance(player, Display) else player.part.name

    def _registered(self, *given: str) -> list[Player]:
        return [actor for actor in self._actors.values() if actor.part.given in given]

    def _ended(self, outcome: Outcome) -> Outcome:
        # An event in which no callback that watches was called leaves no record.
        self.lines += [record for record in reversed(self._open) if record.calls]
        return outcome

    def _call_or_catch(self, call: str) -> tuple[dict[str, Any], str]:
        try:
            return self._perform_call(call), ""
        except SCRIPTED as error:
            if not self.scenario.catches:
                raise
            self._leave_the_call()
            return {}, type(error).__name__

    def _leave_the_call(self) -> None:
        """An exception has ended the user's call: nothing of it is open any more."""
        self.lines += reversed(self._open)
        self._open, self._methods, self._depth, self.gave = [], [], 0, None
        self._display.broken_off()

    def _perform_call(self, call: str) -> dict[str, Any]:
        """Do what the user does; gives what is seen of the value that comes back."""
        name, _, argument = call.partition("@" if "@" in call else ":")
        if name in ("add", "remove"):
            self._change(name, argument)
        elif name in ("pop", "pop-class", "remove-class"):
            popped = self._take(argument, by_class=name.endswith("class"))
            return {} if name == "remove-class" else {"popped": popped}
        elif name == "look":
            return dict.fromkeys(("model", "args", "state"), True)
        elif name == "remove-flow":
            self._players.remove(self.flow)
        elif name in ("save-model", "save-state"):
            pass  # fires nothing
        elif name == "hide":
            self._players.remove(self._display)
        elif name == "new":
            self.scenario = self.scenario.anew
            self._make_trainer()
            self._construct()
        else:
            self.resume_from = int(argument) if name == "resume" else None
            self._walk(ROUTINES[name])
        return {}

    def _take(self, name: str, by_class: bool) -> str | None:
        """Take out this callback, or the first one of its class; gives the name of it."""
        names = self._instances_of(name) if by_class else {name}
        here = (p for p in self._players if isinstance(p, Actor) and p.part.name in names)
        found = next(here, None)
        if found is None:
            return None
        self._players.remove(found)
        return found.part.name

    def _instances_of(self, name: str) -> set[str]:
        """The callbacks that are instances of the class of this one."""
        return self.scenario.of_class(name)

    def _walk(self, place: str) -> None:
        walk(self, place, self._table)

    # World: flags and dispatch; facts and effects are the job's ----------------------------------

    def flags(self) -> str:
        return self._flagged().flags

    def dispatch(self, event: Event, clears: str) -> None:
        if clears:
            self._flagged().change(lowers=clears)
        self._board.see(event, self.state.global_step, self.logs)
        self._open.append(self._record(event))
        live = self.profile.live_callback_list
        self._methods.append(self._patched if live else self._patched.copy())
        # Until the event is over, what a callback has the trainer do meets the control of before.
        control = self.control
        for player in self._called(event):
            back = None
            if not isinstance(player, Actor) or player.part.has(event):
                back = player(self, event, control)
            elif self.profile.needs_all_methods:
                raise LookupError(event)
            if isinstance(back, str) and not self.profile.passes_junk_on:
                raise JunkError
            if back is not None:
                control = back
        self.after_epoch = self.after_epoch or event is Event.EPOCH_END
        if event is not Event.PUSH_BEGIN or not self.profile.ignores_push_control:
            self.control = control
        self._methods.pop()
        self.lines.append(self._open.pop())

    def _called(self, event: Event) -> Iterable[Player]:
        """Whom this event calls, in order."""
        return self._players if self.profile.live_callback_list else list(self._players)

    def _record(self, event: Event) -> Record:
        state = self.state
        logs = dict(self.logs) if event is Event.LOG else None
        metrics = dict(self.metrics) if event in (Event.EVALUATE, Event.PREDICT) else None
        keywords = {"model": True, "processing_class": False, "eval_dataloader": self.evaluated}
        keywords |= dict.fromkeys(("optimizer", "lr_scheduler", "train_dataloader"), self.trained)
        keywords |= {
            name: True
            for name, value in (("logs", logs), ("metrics", metrics))
            if value is not None
        }
        seen: dict[str, Any] = {
            "moved": self.moved,
            "gradient": self.gradient,
            "training": self.training,
        }
        if event is Event.SAVE:
            seen["checkpoints"] = sorted(self.checkpoints)
        if event is Event.PUSH_BEGIN:
            seen["uploads"] = self.uploads
        counted = {n: actor.kept for n, actor in self._actors.items() if actor.part.stateful}
        if counted:
            seen["kept"] = counted
        self.moved = False
        known, self._known = self._known, self.fields
        changed = {n: v for n, v in self._known.items() if n not in known or v != known[n]}
        self._index += 1
        return Record(
            i=self._index - 1,
            event=event,
            call=self._call,
            depth=self._depth,
            positional=3,
            step=state.global_step,
            epoch=round(float(state.epoch), 6),
            max_steps=state.max_steps,
            history=len(state.log_history),
            best=plain(state.best_metric),
            best_step=state.best_step,
            state=state.ordinal,
            args=self._trainers - 1,
            calls=[],
            keywords=keywords,
            logs=values(logs),
            metrics=values(metrics),
            seen=seen,
            fields=changed,
        )

    # Stage: what the simulated callbacks ask -----------------------------------------------------

    def number(self, control: Control) -> int:
        """The ordinal of a control that a callback returns, and so is seen."""
        if control.ordinal is None:
            control.ordinal = self._controls
            self._controls += 1
        return control.ordinal

    def saw(self, call: Call) -> None:
        record = self._open[-1]
        record.calls.append(call)
        first = {
            Event.LOG: (record.logs, self.logs),
            Event.EVALUATE: (record.metrics, self.metrics),
            Event.PREDICT: (record.metrics, self.metrics),
        }
        known, now = first.get(record.event, (None, {}))
        more = [key for key in now if known is not None and key not in known]
        if more and self.scenario.asks("put"):
            record.seen.setdefault("more", {})[call.who] = more
        if (call.who, record.event) in self._methods[-1]:
            record.seen.setdefault("replaced", []).append(call.who)

    def act(self, act: Act) -> None:
        if act.does == "fail":
            raise ScriptedError(str(act))
        if act.does == "interrupt":
            raise ScriptedInterrupt(str(act))
        if act.does == "tune":
            tune(self.state, act.whom)
            return
        if act.does in ("add", "remove"):
            self._change(act.does, act.whom)
            return
        if act.does == "demote":
            self.state.first_process = False
            return
        if act.does == "put":
            (self.logs if act.event is Event.LOG else self.metrics)[act.whom] = 1.0
            return
        if act.does == "patch":
            self._patched.add((act.whom, act.event))
            return
        kept, evaluation = (self.logs, self.metrics), self.evaluation
        self._depth += 1
        self.asked = {act.whom: act.value}
        self._walk(ROUTINES[act.does])
        self._depth -= 1
        (self.logs, self.metrics), self.evaluation = kept, evaluation

    def _change(self, name: str, who: str) -> None:
        (self._players.append if name == "add" else self._players.remove)(self._actors[who])

"""The callbacks of a simulated run: default flow, early stopping, and the scripted ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from loopspec.scenario import Act, EarlyStopping, Scenario, Scripted
from loopspec.trace import Call
from loopspec.vocabulary import Event, Flag


class Control:
    """A simulated control object: its flags, and its ordinal among all that callbacks saw, None
    until one does."""

    def __init__(self, ordinal: int | None = None, flags: str = "") -> None:
        self.ordinal, self.flags = ordinal, flags

    def change(self, raises: str = "", lowers: str = "") -> None:
        if raises or lowers:
            now = (set(self.flags) | set(raises)) - set(lowers)
            self.flags = "".join(flag for flag in Flag if flag in now)


class State(msgspec.Struct):
    """The fields of a simulated trainer state that a trace holds."""

    ordinal: int
    global_step: int = 0
    epoch: float = 0
    max_steps: int = 0
    log_history: list[dict[str, Any]] = []
    best_metric: float | None = None
    best_step: int | None = None
    logging_steps: int = 500
    eval_steps: int = 500
    save_steps: int = 500
    num_train_epochs: int = 0
    train_batch_size: int | None = None
    first_process: bool = True


class Stage(Protocol):
    """What a simulated callback may ask of the simulated trainer."""

    state: State
    scenario: Scenario
    metrics: dict[str, Any]
    logs: dict[str, Any]

    def number(self, control: Control) -> int: ...

    def act(self, act: Act) -> None: ...

    def saw(self, call: Call) -> None: ...


Player = Callable[[Stage, Event, "Control | str"], "Control | str | None"]
"""A simulated callback: gets the control, gives back what the real one would return."""


class JunkError(Exception):
    """A trainer or callback met a control that is none."""


class TrainerError(Exception):
    """What a simulated trainer raises of its own."""


def default_flow(stage: Stage, event: Event, control: Control | str) -> None:
    """Sets what is due by the strategies, at the end of a step and of an epoch."""
    if event not in (Event.STEP_END, Event.EPOCH_END):
        return
    s, state = stage.scenario, stage.state
    if event is Event.EPOCH_END:
        due = "L" * (s.logging_strategy == "epoch")
        due += "V" * (s.eval_strategy == "epoch" and s.eval_delay <= state.epoch)
        _set(control, due + "S" * (s.save_strategy == "epoch"))
        return
    step, first = state.global_step, s.logging_first_step and state.global_step == 1
    measures, last = s.eval_delay <= step, step >= state.max_steps
    evaluates = _due(s.eval_strategy, state.eval_steps, state) or (
        last and s.eval_strategy == "steps"
    )
    saves = _due(s.save_strategy, state.save_steps, state) or (last and s.save_strategy == "steps")
    due = "L" * (first or _due(s.logging_strategy, state.logging_steps, state))
    _set(control, due + "V" * (measures and evaluates) + "S" * saves + "T" * last)


def _set(control: Control | str, flags: str) -> None:
    """Raises JunkError where there is something to set, and nothing that has flags."""
    if flags:
        if isinstance(control, str):
            raise JunkError
        control.change(flags)


def _due(strategy: str, steps: int, state: State) -> bool:
    return strategy == "steps" and divides(steps, state.global_step)


def interval(steps: float, max_steps: int) -> int:
    """An interval in steps; below 1 it is a share of `max_steps`, rounded up. 0 divides nothing."""
    return int(steps) if steps >= 1 else math.ceil(max_steps * steps)


def divides(steps: int, step: int) -> bool:
    """Whether something that is due every so many steps is due at this one."""
    return steps > 0 and step % steps == 0


def steps_of(scenario: Scenario, kind: str) -> float:
    """The interval that the scenario asks for; evaluations without one come as logs do."""
    falls_back = kind == "eval_steps" and scenario.eval_strategy == "steps"
    return float(getattr(scenario, kind)) or (scenario.logging_steps if falls_back else 0.0)


class Stopper:
    """Early stopping: patience counted at `on_evaluate`, against the best value before it."""

    def __init__(self, wanted: EarlyStopping) -> None:
        self.wanted, self.kept = wanted, 0

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        if event is Event.TRAIN_BEGIN and refuses(stage.scenario):
            raise LookupError("early stopping has nothing to go by")
        if event is not Event.EVALUATE:
            return
        if not (stage.scenario.metric_for_best_model or stage.scenario.load_best_model_at_end):
            raise LookupError("early stopping knows no metric")
        value = stage.metrics.get(metric_key(stage.scenario))
        if value is None:
            return
        best = stage.state.best_metric
        better = best is None or (
            is_better(value, best, stage.scenario) and abs(value - best) > self.wanted.threshold
        )
        self.kept = 0 if better else self.kept + 1
        if self.kept >= self.wanted.patience:
            _set(control, "T")


def refuses(scenario: Scenario) -> bool:
    """Whether early stopping has nothing to go by: no evaluation, or no metric that is named."""
    s = scenario
    named = s.metric_for_best_model or s.load_best_model_at_end
    return s.early_stopping is not None and (s.eval_strategy == "no" or not named)


def metric_key(scenario: Scenario) -> str:
    name = scenario.metric_for_best_model or "loss"
    return name if name.startswith("eval_") else f"eval_{name}"


def is_better(value: float, best: float, scenario: Scenario) -> bool:
    """Strictly better, in the direction that the scenario asks for; NaN never is."""
    return value > best if _maximises(scenario) else value < best


def worst(scenario: Scenario) -> float:
    """The value that everything but NaN is better than."""
    return -math.inf if _maximises(scenario) else math.inf


def _maximises(scenario: Scenario) -> bool:
    up = scenario.greater_is_better
    return up if up is not None else not (scenario.metric_for_best_model or "loss").endswith("loss")


class Actor:
    """A probe or scripted callback: reports its call, then plays its part."""

    def __init__(self, part: Scripted) -> None:
        self.part, self.kept = part, 0
        self._acted = [0] * len(part.acts)

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> Control | str | None:
        real = control if isinstance(control, Control) else None
        call = Call(self.part.name, real.ordinal if real else None, real.flags if real else "", "")
        stage.saw(call)
        self.kept += event is Event.STEP_END
        back: Control | str | None = None
        try:
            for number, act in enumerate(self.part.acts):
                due = act.event is event and act.step in (None, stage.state.global_step)
                if due and not 0 < act.times <= self._acted[number]:
                    self._acted[number] += 1
                    back = self._play(stage, act, control)
        finally:
            shown = back if isinstance(back, Control) else real
            call.exit = shown.flags if shown else ""
        if back is not None:
            call.returned = stage.number(back) if isinstance(back, Control) else "str"
        return back

    def _play(self, stage: Stage, act: Act, control: Control | str) -> Control | str | None:
        copied = Control(flags=control.flags) if isinstance(control, Control) else control
        given = {"none": None, "same": control, "new": copied, "junk": "x"}
        back: Control | str | None = given[act.gives]
        changed = copied if act.gives == "new" else control
        if isinstance(changed, Control):
            changed.change(act.raises, act.lowers)
        elif act.raises or act.lowers:
            raise JunkError
        if act.does:
            stage.act(act)
        return back

"""A toy trainer that follows the protocol and needs nothing installed, with its adapter.

It stands in for a trainer where the suite itself is tested: it builds in no time, and a test plants
a fault by overriding one method.
"""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from loopspec import Capability, Driver, Event, Flag, Scenario, Subject
from loopspec.machine.players import divides, interval
from loopspec.recorder import Recorder
from loopspec.values import history

ACTIONS = ((Flag.LOG, "logging"), (Flag.EVALUATE, "eval"), (Flag.SAVE, "save"))
NAMES = "model processing_class optimizer lr_scheduler train_dataloader eval_dataloader"
KEYWORDS = dict.fromkeys(NAMES.split())


class ToyTrainer:
    """The loop without a model: its k-th training pass has loss k, as the tiny model's."""

    def __init__(self, args: Scenario, callbacks: list[Any]) -> None:
        self.args, self.callbacks = args, [self, *callbacks]
        self.scores, self.passes = list(args.metrics), 0
        self.control = SimpleNamespace(**{flag.field: False for flag in Flag})
        self.begin_anew()
        self.fire(Event.INIT_END)

    def begin_anew(self) -> None:
        self.logged = 0
        self.losses: list[int] = []
        steps = self.args.max_steps
        if steps <= 0:
            steps = math.ceil(self.args.num_train_epochs * self.args.train_batches)
        self.state = SimpleNamespace(
            global_step=0,
            epoch=0.0,
            max_steps=steps,
            log_history=[],
            best_metric=None,
            best_global_step=None,
        )

    def fire(self, event: Event, lowers: str = "", **keywords: Any) -> None:
        for letter in lowers:
            setattr(self.control, Flag(letter).field, False)
        for callback in self.callbacks:
            if (method := getattr(callback, event, None)) is not None:
                self.call(method, **KEYWORDS, **keywords)

    def call(self, method: Any, **keywords: Any) -> None:
        self.control = method(self.args, self.state, self.control, **keywords) or self.control

    def on_step_end(self, args: Scenario, state: Any, control: Any, **keywords: Any) -> None:
        """The default flow."""
        last = state.global_step >= state.max_steps
        for flag, what in ACTIONS:
            every = interval(getattr(args, f"{what}_steps"), state.max_steps)
            due = divides(every, state.global_step) or (last and what != "logging")
            if what == "eval":
                due = due and args.eval_delay <= state.global_step
            if getattr(args, f"{what}_strategy") == "steps" and due:
                setattr(control, flag.field, True)
        if args.logging_first_step and state.global_step == 1:
            control.should_log = True
        if last:
            control.should_training_stop = True

    def on_epoch_end(self, args: Scenario, state: Any, control: Any, **keywords: Any) -> None:
        for flag, what in ACTIONS:
            due = what != "eval" or args.eval_delay <= state.epoch
            if getattr(args, f"{what}_strategy") == "epoch" and due:
                setattr(control, flag.field, True)

    def train(self) -> None:
        args = self.args
        self.begin_anew()
        self.fire(Event.TRAIN_BEGIN, "T")
        for epoch in range(math.ceil(self.state.max_steps / args.train_batches)):
            self.fire(Event.EPOCH_BEGIN, "E")
            for batch in range(args.train_batches):
                self.epoch_is_now = epoch + (batch + 1) / args.train_batches
                self.step()
                if self.control.should_training_stop or self.control.should_epoch_stop:
                    break
            self.fire(Event.EPOCH_END)
            self.serve()
            if self.control.should_training_stop:
                break
        self.log({"train_loss": sum(self.losses) / max(1, len(self.losses))})
        self.fire(Event.TRAIN_END)

    def step(self) -> None:
        self.fire(Event.STEP_BEGIN, "SVL")
        self.passes += 1
        self.losses.append(self.passes)
        self.state.global_step += 1
        self.state.epoch = self.epoch_is_now
        self.fire(Event.STEP_END)
        self.serve()

    def serve(self) -> None:
        if self.control.should_log and self.state.global_step > self.logged:
            losses = self.losses[self.logged :]
            self.logged = self.state.global_step
            self.log({"loss": sum(losses) / len(losses), "learning_rate": 0.1})
        if self.control.should_evaluate:
            self.evaluate()
        if self.control.should_save:
            self.fire(Event.SAVE, "S")

    def log(self, logs: dict[str, Any]) -> None:
        logs["epoch"] = self.state.epoch
        self.state.log_history.append({**logs, "step": self.state.global_step})
        self.fire(Event.LOG, "L", logs=logs)

    def evaluate(self) -> None:
        if not self.args.eval_batches:
            raise ValueError("there is no evaluation set")
        for name in self.args.eval_sets or ("",):
            prefix = f"eval_{name}" if name else "eval"
            metrics: dict[str, Any] = {f"{prefix}_loss": 0.5}
            if self.scores and self.scores[0] is not None:
                metrics[f"{prefix}_score"] = float(self.scores[0])
            self.scores = self.scores[1:] or self.scores
            for _ in range(self.args.eval_batches):
                self.fire(Event.PREDICTION_STEP)
            self.log(metrics)
            self.fire(Event.EVALUATE, "V", metrics=metrics)


class ToyDriver(Driver):
    def __init__(self, trainer: ToyTrainer) -> None:
        self.trainer = trainer

    def train(self) -> None:
        self.trainer.train()

    def evaluate(self) -> None:
        self.trainer.evaluate()

    def log(self, logs: dict[str, float]) -> None:
        self.trainer.log(logs)

    def held(self) -> dict[str, Any]:
        state = self.trainer.state
        flags = "".join(flag for flag in Flag if getattr(self.trainer.control, flag.field))
        return {"step": state.global_step, "flags": flags, "history": history(state.log_history)}


class ToySubject(Subject):
    """The adapter. A test that plants a fault gives its own trainer."""

    name = "toy"
    trainer: type[ToyTrainer] = ToyTrainer
    capabilities = frozenset(
        {
            Capability.EPOCHS,
            Capability.LOGGING,
            Capability.EVALUATION,
            Capability.SAVING,
            Capability.TRAINING_STOP,
            Capability.EPOCH_STOP,
            Capability.REQUESTS,
        }
    )

    def build(self, scenario: Scenario, recorder: Recorder, folder: Path) -> Driver:
        return ToyDriver(self.trainer(scenario, recorder.registered("instance")))


def planted(folder: Path, fault: str, name: str = "bad") -> Path:
    """Write a file with a toy trainer in which `fault`, the body of a class, is planted."""
    path = folder / f"{name}.py"
    body = "\n".join(f"    {line}" for line in fault.strip("\n").split("\n"))
    path.write_text(
        f"import os, signal, sys, time\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        f"from toys import Event, Flag, ToySubject, ToyTrainer\n\n"
        f"class _Bad(ToyTrainer):\n{body}\n\n"
        f"class Bad(ToySubject):\n    name = {name!r}\n    trainer = _Bad\n"
    )
    return path


HANGS = """
def step(self):
    super().step()
    if self.control.should_epoch_stop:
        self.spin()

def spin(self):
    while True:
        time.sleep(0.01)
"""
"""Hangs in each scenario in which somebody stops an epoch at a step."""

KILLED = """
def step(self):
    super().step()
    if self.control.should_epoch_stop:
        os.kill(os.getpid(), signal.SIGKILL)
"""

CRASHES = """
def step(self):
    super().step()
    if self.control.should_epoch_stop:
        raise RuntimeError("no way to stop an epoch")
"""

KEEPS_EPOCH_STOP = """
def fire(self, event, lowers="", **keywords):
    super().fire(event, lowers.replace("E", ""), **keywords)
"""
"""Breaks CTRL-3: the flag is not cleared when an epoch begins."""

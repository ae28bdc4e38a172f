"""The simulated display: what a person would see of a simulated run."""

from __future__ import annotations

from typing import Any

from loopspec.machine.players import Control, Stage
from loopspec.machine.profile import Profile
from loopspec.scenario import Scenario
from loopspec.values import values
from loopspec.vocabulary import Event


class Display:
    """The callback that shows progress: a printer, or bars with the logs above them."""

    hides: tuple[str, ...] = ("total_flos",)

    def __init__(self, scenario: Scenario, profile: Profile) -> None:
        self._takes, self._closes = profile.takes_total_flos, not profile.leaves_bars_open
        self.word, self._longest = scenario.display, scenario.max_str_len
        self._training: list[int] | None = None
        self._steps = 0
        self._evaluation: list[int] | None = None
        self.start()

    def start(self) -> None:
        """The user's next call begins, with an empty screen."""
        self._printed: list[dict[str, Any]] = []
        self._bars: list[list[Any]] = []
        self._drawn = False

    def broken_off(self) -> None:
        """An exception has ended the call."""
        if self._closes:
            self._training = self._evaluation = None

    def seen(self) -> dict[str, Any]:
        closed = not self._drawn or (self._training is None and self._evaluation is None)
        return {"printed": self._printed, "bars": self._bars, "closed": closed}

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        if event is Event.LOG and self.word == "printer" and self._takes:
            stage.logs.pop("total_flos", None)
        if not self._shows(stage):
            return
        if self.word == "printer":
            if event is Event.LOG:
                self._print(stage.logs)
        else:
            self._draw(stage, event)

    def _shows(self, stage: Stage) -> bool:
        return stage.state.first_process

    def _draw(self, stage: Stage, event: Event) -> None:
        step = stage.state.global_step
        running = self._training is not None and event in (Event.STEP_END, Event.LOG)
        self._drawn = self._drawn or running or event in (Event.TRAIN_BEGIN, Event.PREDICTION_STEP)
        if event is Event.TRAIN_BEGIN:
            self._steps = stage.state.max_steps
            self._training = self._open(self._steps)
            if not stage.state.max_steps:
                self._bars.pop()  # a bar of no steps shows no count
        elif event is Event.STEP_END and self._training is not None:
            if step <= self._steps:  # behind its end a bar shows no count
                self._training.append(step)
        elif event is Event.TRAIN_END:
            self._training = None
        elif event is Event.PREDICTION_STEP:
            if self._evaluation is None:
                self._evaluation = self._open(stage.scenario.eval_batches)
            if len(self._evaluation) <= stage.scenario.eval_batches:
                self._evaluation.append(len(self._evaluation))
        elif event in (Event.EVALUATE, Event.PREDICT):
            self._evaluation = None
        elif event is Event.LOG and self._training is not None:
            self._print(stage.logs, self._longest or 100)

    def _open(self, total: int) -> list[int]:
        counts = [0]
        self._bars.append([total, counts])
        return counts

    def _print(self, logs: dict[str, Any], longest: int | None = None) -> None:
        plain = values(logs) or {}
        self._printed.append(
            {
                name: None if plain[name] is None else self._readable(value, longest)
                for name, value in logs.items()
                if name not in self.hides
            }
        )

    def _readable(self, value: Any, longest: int | None) -> Any:
        if isinstance(value, float):
            return f"{value:.4g}"
        if longest is not None and isinstance(value, str) and len(value) > longest:
            return (
                f"[String too long to display, length: {len(value)} > {longest}. "
                "Consider increasing `max_str_len` if needed.]"
            )
        return value

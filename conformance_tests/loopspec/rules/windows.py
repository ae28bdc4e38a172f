"""The stretch of a run in which what is due gets served: after a step, and after an epoch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from loopspec.scenario import Scenario
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event

SERVED = (Event.LOG, Event.PREDICTION_STEP, Event.EVALUATE, Event.SAVE)


class Window(NamedTuple):
    """What followed an `on_step_end` or `on_epoch_end`, up to the next event of another kind.

    `logged` says whether this step had been logged before the window opened, `best` whether an
    evaluation decides about saving by itself (`save_strategy="best"`). `job` has the arguments of
    the trainer.
    """

    opening: Record
    served: list[Record]
    closing: Record | None
    logged: bool
    job: Scenario

    @property
    def best(self) -> bool:
        return self.job.save_strategy == "best"

    @property
    def log(self) -> Record | None:
        """The training log of this window: one that comes first, and not of an evaluation."""
        first = self.served[0] if self.served else None
        return first if first is not None and _of_training(first) else None

    @property
    def training_logs(self) -> int:
        """How many training logs it begins with."""
        return sum(1 for _ in itertools.takewhile(_of_training, self.served))

    @property
    def before_evaluation(self) -> Record:
        """The last record before an evaluation would begin."""
        return self.log or self.opening

    @property
    def before_save(self) -> Record:
        """The last record before a checkpoint would be written."""
        return next((r for r in reversed(self.served) if r.event is not Event.SAVE), self.opening)

    @property
    def last(self) -> Record:
        return self.served[-1] if self.served else self.opening

    def count(self, event: Event) -> int:
        return sum(record.event is event for record in self.served)


def _of_training(record: Record) -> bool:
    evaluated = any(key.startswith("eval_") for key in record.logs or ())
    return record.event is Event.LOG and not evaluated


def windows(trace: Trace) -> list[Window]:
    """All windows of a trace in order, less one that an exception cut; made once a trace."""
    made: list[Window] | None = trace.__dict__.get("_windows")
    if made is None:
        made = trace.__dict__["_windows"] = [w for run in trace.runs for w in _in_run(trace, run)]
    return made


def _in_run(trace: Trace, run: list[Record]) -> Iterator[Window]:
    logged = run[0].step  # of the steps before this run there is nothing to log
    job = trace.job_of(run[0].call)
    raised = {record.i for record, _ in trace.failures}
    for n, opening in enumerate(run):
        if opening.event not in (Event.STEP_END, Event.EPOCH_END):
            continue
        end = n + 1
        cut = opening.call in trace.broken_off
        while end < len(run) and run[end].event in SERVED and not _sums_up(run, end, cut):
            end += 1
        if end == len(run) and cut:
            continue
        if any(record.i in raised for record in run[n:end]):
            continue
        window = Window(
            opening,
            run[n + 1 : end],
            run[end] if end < len(run) else None,
            logged == opening.step,
            job,
        )
        if window.log:
            logged = opening.step
        yield window


def _sums_up(run: list[Record], n: int, cut: bool) -> bool:
    """Whether this log is the last of a run, the one with `train_loss`."""
    if run[n].event is not Event.LOG:
        return False
    logs = run[n].logs or {}
    at_end = run[n + 1].event is Event.TRAIN_END if n + 1 < len(run) else not cut
    return "train_loss" in logs or (at_end and "loss" not in logs)

"""The outline of a run: its epochs and their steps, as the events mark them.

It takes whatever order the events came in. What has no beginning or no end has None there; to say
whether that is a fault is for the rules.
"""

from __future__ import annotations

import math

import msgspec

from loopspec.scenario import Scenario
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event


class Step(msgspec.Struct, gc=False):
    """From an `on_step_begin` to its `on_step_end`; `inside` is all that fired between them.

    `number` counts the steps that ended before it in its epoch.
    """

    begin: Record | None
    number: int
    inside: list[Record] = []
    end: Record | None = None

    @property
    def substeps(self) -> int:
        return sum([record.event is SUBSTEP for record in self.inside])

    @property
    def first(self) -> Record:
        """The first record that there is of it."""
        return next(r for r in (self.begin, *self.inside, self.end) if r is not None)


class Epoch(msgspec.Struct, gc=False):
    """From an `on_epoch_begin` to its `on_epoch_end`. `last` is the record before the latter.

    `partial` says that a resumed run came into it at a batch which the trace does not tell.
    """

    begin: Record | None
    number: int
    last: Record
    steps: list[Step] = []
    end: Record | None = None
    partial: bool = False

    @property
    def cut(self) -> bool:
        """Whether a stop flag stood before it ended; one that came with an evaluation may have been
        set behind the last who watches, by early stopping whose state was restored (CKPT-20)."""
        behind = (
            self.end is not None and self.last.event is Event.EVALUATE and "T" in self.end.entry
        )
        return behind or "T" in self.last.exit or "E" in self.last.exit


class Run(msgspec.Struct, gc=False):
    """One `train()`. `finished`: the call came back, so the run had every chance to close; `job`
    has the arguments of the trainer. `before` is how many epochs were made before these, None where
    the trace does not tell."""

    records: list[Record]
    epochs: list[Epoch]
    resumed: bool
    finished: bool
    job: Scenario
    before: int | None

    @property
    def updates_per_epoch(self) -> int:
        return math.ceil(self.job.train_batches / self.job.gradient_accumulation_steps)

    @property
    def planned_updates(self) -> int:
        """How many updates a fresh run makes that nothing stops."""
        s = self.job
        if s.max_steps > 0:
            return s.max_steps
        return math.ceil(s.num_train_epochs * self.updates_per_epoch)


def outline(trace: Trace) -> list[Run]:
    """The runs of a trace, in order; made once for each trace."""
    made: list[Run] | None = trace.__dict__.get("_outline")
    if made is None:
        back = {returned.call for returned in trace.returns} - trace.broken_off
        made = trace.__dict__["_outline"] = [_run(trace, run, back) for run in trace.runs]
    return made


def _run(trace: Trace, records: list[Record], back: set[int]) -> Run:
    call = records[0].call
    resumed = trace.scenario.calls[call - 1] != "train"
    epochs = _epochs(records)
    piece = resumed and trace.piece > 0
    if resumed and epochs:
        begin = epochs[0].begin
        # A piece of a longer trace mostly begins where an epoch does.
        epochs[0].partial = not (piece and begin and begin.epoch == int(begin.epoch or 0))
    before = trace.epochs_before if piece else None if resumed else 0
    return Run(records, epochs, resumed, call in back, trace.job_of(call), before)


# Reading a member of an enum costs more than a comparison does, and there are many of these.
BEGIN, END, SUBSTEP, PRE, OPTIMIZER = (
    Event.STEP_BEGIN,
    Event.STEP_END,
    Event.SUBSTEP_END,
    Event.PRE_OPTIMIZER_STEP,
    Event.OPTIMIZER_STEP,
)
_STEP = frozenset((BEGIN, END, SUBSTEP, PRE, OPTIMIZER))
_EPOCH_BEGIN, _EPOCH_END = Event.EPOCH_BEGIN, Event.EPOCH_END


def _epochs(records: list[Record]) -> list[Epoch]:
    epochs: list[Epoch] = []
    epoch: Epoch | None = None
    step: Step | None = None
    for record in records:
        event = record.event
        if event is _EPOCH_BEGIN:
            epoch, step = Epoch(record, len(epochs), record), None
            epochs.append(epoch)
        elif event is _EPOCH_END:
            if epoch is None:
                epochs.append(epoch := Epoch(None, len(epochs), record))
            epoch.end, epoch, step = record, None, None
        elif event in _STEP:
            if epoch is None:
                epochs.append(epoch := Epoch(None, len(epochs), record))
            step = _onward(epoch, step, record)
        elif step is not None:
            step.inside.append(record)
        if epoch is not None:
            epoch.last = record
    return epochs


def _onward(epoch: Epoch, step: Step | None, record: Record) -> Step | None:
    """Put a record of a step where it belongs; the step that is open then, if any."""
    event = record.event
    if event is BEGIN or step is None:
        before = epoch.steps[-1] if epoch.steps else None
        number = before.number + (before.end is not None) if before else 0
        epoch.steps.append(step := Step(record if event is BEGIN else None, number))
    if event is END:
        step.end = record
        return None
    if event is not BEGIN:
        step.inside.append(record)
    return step

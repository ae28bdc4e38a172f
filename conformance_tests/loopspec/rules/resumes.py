"""The resumed runs of a trace, each with the save that wrote its checkpoint."""

from __future__ import annotations

import msgspec

from loopspec.rules.outline import Run, outline
from loopspec.scenario import Scenario
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event


class Resume(msgspec.Struct, gc=False):
    """One resumed run. `save` is the `on_save` of its checkpoint, the last one of this step before
    it; `job` the scenario with the arguments that this trainer has; `before` the last record of the
    same trainer before it."""

    run: Run
    step: int
    save: Record
    before: Record | None
    job: Scenario

    @property
    def begin(self) -> Record:
        return self.run.records[0]

    @property
    def finished(self) -> bool:
        """Whether the checkpoint is of a run that had nothing left to do."""
        return self.step >= self.target

    @property
    def target(self) -> int:
        """The global step at which the run is to end."""
        s = self.job
        if s.max_steps > 0:
            return s.max_steps
        return -int(-s.num_train_epochs * self.per_epoch // 1)

    @property
    def per_epoch(self) -> int:
        return -(-self.job.train_batches // self.job.gradient_accumulation_steps)

    @property
    def done(self) -> int:
        """Micro-batches of the epoch of the next step that were learned from before."""
        return self.step % self.per_epoch * self.job.gradient_accumulation_steps


def resumes(trace: Trace) -> list[Resume]:
    """The resumed runs of which the trace tells who wrote the checkpoint; made once a trace."""
    made: list[Resume] | None = trace.__dict__.get("_resumes")
    if made is None:
        found = (_resume(trace, run) for run in outline(trace) if run.resumed)
        made = trace.__dict__["_resumes"] = [resume for resume in found if resume]
    return made


def _resume(trace: Trace, run: Run) -> Resume | None:
    first = run.records[0]
    step = int(trace.scenario.calls[first.call - 1].partition("@")[2])
    earlier = [record for record in trace.top if record.i < first.i]
    saves = [r for r in earlier if r.event is Event.SAVE and r.step == step]
    if not saves:
        return None
    of = trace.trainer_of
    mine = [record for record in earlier if of[record.call] == of[first.call]]
    return Resume(run, step, saves[-1], mine[-1] if mine else None, run.job)


def stopped_early(trace: Trace) -> bool:
    """Whether a callback may cut epochs short, so that a step does not tell the place in the data,
    or may end the run elsewhere than it was planned."""
    s = trace.scenario
    stops = "E" in s.raised or "T" in s.raised or s.early_stopping is not None
    overrules = any(
        act.gives in ("new", "junk") or "T" in act.lowers or act.does == "tune" for act in s.acts
    )
    return stops or overrules or s.without_flow

"""Checks of the chapter on events: construction, runs and epochs."""

from __future__ import annotations

import math

from loopspec.adapted import absent_events
from loopspec.machine.follow import follow
from loopspec.rules.checking import Finding, Findings, check, saw
from loopspec.rules.outline import Run, outline
from loopspec.rules.resumes import stopped_early
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Capability, Event

# Construction and training ------------------------------------------------------------------------


@check("EVT-1")
def construction_ends_once(trace: Trace) -> Findings:
    for records in trace.trainers:
        if records:
            yield from _constructed(records, trace.trainer_of[records[0].call])


def _constructed(records: list[Record], call: int) -> Findings:
    first = records[0]
    good = first.event is Event.INIT_END and first.call == call
    place = "" if first.call == call else f" of call {first.call}"
    yield saw(first, good, "on_init_end first, when construction ends", f"{first.event}{place}")
    for record in records[1:]:
        if record.event is Event.INIT_END:
            yield saw(record, False, "on_init_end only once", "another")
        elif record.call == call and not record.depth:
            yield saw(record, False, "nothing after on_init_end in construction", record.event)


@check("EVT-2")
def training_opens(trace: Trace) -> Findings:
    opened = set()
    for run in trace.runs:
        opened.add(run[0].call)
        good = run[0].event is Event.TRAIN_BEGIN
        yield saw(run[0], good, "on_train_begin as the first event of train()", run[0].event)
        yield from _alone(trace, Event.TRAIN_BEGIN, run[0])
    for returned in trace.returns:
        if returned.name.startswith(("train", "resume")) and returned.call not in opened:
            yield Finding(False, len(trace.records) - 1, "on_train_begin", "no event of train()")


@check("EVT-3")
def training_closes(trace: Trace) -> Findings:
    for run in outline(trace):
        if run.finished:
            last = run.records[-1]
            good = last.event is Event.TRAIN_END
            yield saw(last, good, "on_train_end as the last event of train()", last.event)
            yield from _alone(trace, Event.TRAIN_END, last)


def _alone(trace: Trace, event: Event, the_one: Record) -> Findings:
    """Against every other record of this event in the same call."""
    for record in trace.of(event):
        if record.call == the_one.call and record is not the_one and not record.depth:
            yield saw(record, False, f"{event} only once, at its place", "it here too")


@check("EVT-4")
def training_starts_anew(trace: Trace) -> Findings:
    for run in outline(trace):
        first = run.records[0]
        if first.event is Event.TRAIN_BEGIN and first.state is not None and not run.resumed:
            kept = [
                f"{name} {value}"
                for name, value, fresh in (
                    ("global_step", first.step, 0),
                    ("epoch", first.epoch, 0),
                    ("entries in log_history:", first.history, 0),
                    ("best_metric", first.best, None),
                )
                if value not in (fresh, None)
            ]
            yield saw(first, not kept, "a fresh state", ", ".join(kept))


@check("EVT-5")
def exceptions_leave_at_once(trace: Trace) -> Findings:
    for raised, who in trace.failures:
        expected = f"the exception of {who} to leave train() at once"
        # What was fired inside of this event came before the exception, or of a later callback.
        later = (r for r in trace.records if r.call == raised.call and r.i > raised.i)
        after = next((r for r in later if r.depth <= raised.depth), None)
        if after is not None:
            yield saw(after, False, expected, f"{after.event} after it")
        else:
            last = raised.calls[-1].who
            yield saw(raised, last == who, expected, f"{last} called after it")


@check("EVT-43")
def exceptions_reach_the_caller(trace: Trace) -> Findings:
    does = {act.does for act in trace.scenario.acts}
    names = [name for kind, name in _RAISES.items() if kind in does]
    back = {returned.call: returned.raised for returned in trace.returns}
    for raised, _ in trace.failures:
        if raised.call in back:
            got = back[raised.call]
            words = f"{' or '.join(names)} at the caller"
            yield saw(raised, got in names, words, got or "nothing: train() came back")
        elif trace.outcome.kind in ("scripted", "raised"):
            good = trace.outcome.kind == "scripted"
            yield saw(raised, good, "the exception itself at the caller", trace.outcome.error)


_RAISES = {"fail": "ScriptedError", "interrupt": "ScriptedInterrupt"}


@check("EVT-44")
def training_after_an_exception(trace: Trace) -> Findings:
    if trace.scenario.may_raise and "EVT-44" not in trace.scenario.shows:
        return  # it may have another reason
    runs = {run.records[0].call: run for run in outline(trace)}
    raised = {record.call for record, _ in trace.failures}
    for call in sorted(raised & trace.broken_off):
        words, got = (
            "train() to run after one that was broken off",
            trace.outcome.error or "an exception",
        )
        if again := runs.get(call + 1):
            good = again.finished or call + 1 in raised
            yield saw(again.records[0], good, words, got)
        elif trace.outcome.kind == "raised" and trace.returns and trace.returns[-1].call == call:
            yield Finding(False, len(trace.records) - 1, words, got)


# Epochs -------------------------------------------------------------------------------------------


@check("EVT-6")
def epochs_pair(trace: Trace) -> Findings:
    for run in outline(trace):
        for epoch in run.epochs:
            if epoch.begin is None:
                first = epoch.steps[0].first if epoch.steps else epoch.last
                yield saw(first, False, "on_epoch_begin before it", "no epoch begun")
            elif epoch.end is not None:
                yield saw(epoch.begin, True, "")
            elif run.finished or epoch is not run.epochs[-1]:
                yield saw(epoch.begin, False, "on_epoch_end for this epoch", "none")


@check("EVT-7")
def epochs_are_whole(trace: Trace) -> Findings:
    for run in outline(trace):
        due = run.job.train_batches
        for epoch in run.epochs:
            if epoch.end is None or epoch.begin is None or epoch.partial or epoch.cut:
                continue
            if not run.finished and epoch is run.epochs[-1]:
                continue  # an exception cut it
            count = sum(step.substeps + (step.end is not None) for step in epoch.steps)
            good = count == due or _at_end(run, epoch.end)
            yield saw(epoch.end, good, f"{due} micro-batches in an epoch that nothing cut", count)


def _at_end(run: Run, record: Record) -> bool:
    """Whether a trainer that has no stop flag was at the end of its run anyway."""
    return record.step is not None and record.step >= run.planned_updates and not run.resumed


def _makes_all_updates(run: Run) -> Findings:
    """A fresh run makes the planned number of updates, in as many epochs as that takes."""
    due = run.planned_updates
    epochs = math.ceil(due / run.updates_per_epoch)
    last = run.records[-1]
    made = len(run.epochs) + (run.before or 0)
    if run.finished and run.before is not None and last.step is not None:
        yield saw(last, last.step == due, f"the run to end at step {due}", last.step)
        yield saw(last, made == epochs, f"{epochs} epochs", made)
        begun = run.records[0]
        if begun.event is Event.TRAIN_BEGIN and begun.max_steps is not None:
            yield saw(begun, begun.max_steps == due, f"state.max_steps {due}", begun.max_steps)


@check("EVT-8")
def all_epochs_are_made(trace: Trace) -> Findings:
    for run in outline(trace) if not stopped_early(trace) else ():
        if run.job.max_steps <= 0 < run.job.num_train_epochs:
            yield from _makes_all_updates(run)


@check("EVT-9")
def max_steps_ends_the_run(trace: Trace) -> Findings:
    for run in outline(trace) if not stopped_early(trace) else ():
        if run.job.max_steps > 0:
            yield from _makes_all_updates(run)


@check("EVT-10")
def no_epochs_no_epoch(trace: Trace) -> Findings:
    for run in outline(trace):
        none = run.job.max_steps <= 0 and run.job.num_train_epochs == 0
        if none and run.finished and not run.resumed:
            yield saw(run.records[0], not run.epochs, "no epoch", f"{len(run.epochs)}")


# The whole ----------------------------------------------------------------------------------------


@check("EVT-40")
def the_table_allows_it(trace: Trace) -> Findings:
    for records in filter(None, trace.trainers):
        violation = follow(
            records,
            trace.broken_off,
            absent=absent_events(trace.by, {record.event for record in records}),
            requests=Capability.REQUESTS in trace.by.capabilities,
        )
        if violation is None:
            yield Finding(True, records[0].i)
        else:
            expected = " or ".join(violation.expected) or "nothing more"
            yield Finding(False, violation.at, expected, violation.got)

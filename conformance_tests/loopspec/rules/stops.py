"""Checks of the chapter on control flags: what the two stops do."""

from __future__ import annotations

import itertools

from loopspec.rules.checking import Findings, check, saw, variant
from loopspec.rules.windows import windows
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, Flag

T, E, S, V, L = Flag


@check("CTRL-23")
def training_stop_stops(trace: Trace) -> Findings:
    for window in windows(trace):
        if T in window.last.exit and window.closing is not None:
            after_step = window.opening.event is Event.STEP_END
            good = (
                window.closing.event is Event.EPOCH_END
                if after_step
                else window.closing.event is not Event.EPOCH_BEGIN
            )
            due = "on_epoch_end next" if after_step else "no further epoch"
            yield saw(window.last, good, f"{due}, as {T.field} is set", str(window.closing.event))


@check("CTRL-24")
def epoch_stop_ends_one_epoch(trace: Trace) -> Findings:
    for window in windows(trace):
        if E not in window.last.exit or T in window.last.exit or window.closing is None:
            continue
        if window.opening.event is Event.STEP_END:
            good = window.closing.event is Event.EPOCH_END
            yield saw(
                window.last,
                good,
                f"on_epoch_end next, as {E.field} is set",
                str(window.closing.event),
            )
        elif _epochs_left(trace, window.opening):
            good = window.closing.event is Event.EPOCH_BEGIN
            yield saw(
                window.last,
                good,
                f"the next epoch: {E.field} ends only one",
                str(window.closing.event),
            )


def _epochs_left(trace: Trace, at: Record) -> bool:
    """Whether the scenario plans another epoch, where that can be told from it."""
    job = trace.job_of(at.call)
    if job.max_steps > 0 or trace.scenario.calls[at.call - 1] != "train":
        return False
    begun = sum(r.call == at.call and r.i < at.i for r in trace.of(Event.EPOCH_BEGIN))
    return begun < job.num_train_epochs


@check("CTRL-25")
def stop_before_the_first_batch(trace: Trace) -> Findings:
    for run in trace.runs:
        for n, record in enumerate(run):
            asked = (
                record.event in (Event.TRAIN_BEGIN, Event.EPOCH_BEGIN)
                and T in record.exit
                and T not in record.entry
            )
            if asked:
                standing = itertools.takewhile(lambda r: T in r.exit, run[n:])
                batches = sum(r.event in (Event.SUBSTEP_END, Event.STEP_END) for r in standing)
                if batches > 1:
                    yield saw(record, False, "at most one micro-batch more", f"{batches}")
                else:
                    yield variant(record, "one-micro-batch" if batches else "none")


@check("CTRL-26")
def stop_inside_a_group(trace: Trace) -> Findings:
    for record, after in _stops_inside_groups(trace):
        step = next((r for r in after if r.event in (Event.STEP_END, Event.EPOCH_END)), None)
        later = next((r for r in after if r.event in (Event.STEP_BEGIN, Event.EPOCH_END)), None)
        if later is not None and later.event is Event.STEP_BEGIN:
            yield saw(
                record, False, "the epoch to end with this step at the latest", "another step"
            )
        elif step is not None:
            yield variant(
                record, "finishes-step" if step.event is Event.STEP_END else "leaves-step"
            )


def _stops_inside_groups(trace: Trace) -> list[tuple[Record, list[Record]]]:
    """Each `on_substep_end` at which a stop was asked for, with the rest of its run."""
    return [
        (record, run[n + 1 :])
        for run in trace.runs
        for n, record in enumerate(run)
        if record.event is Event.SUBSTEP_END and set("TE") & (set(record.exit) - set(record.entry))
    ]


@check("CTRL-27")
def abandoned_gradients_do_not_leak(trace: Trace) -> Findings:
    for _, after in _stops_inside_groups(trace):
        begins = next((r for r in after if r.event in (Event.STEP_BEGIN, Event.STEP_END)), None)
        if begins is not None and begins.event is Event.STEP_BEGIN and "gradient" in begins.seen:
            yield saw(
                begins,
                not begins.seen["gradient"],
                "no gradient when the next step begins",
                "the gradient of the abandoned micro-batches",
            )

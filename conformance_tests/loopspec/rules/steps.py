"""Checks of the chapter on events: what happens in a step."""

from __future__ import annotations

from collections.abc import Iterator

from loopspec.rules.checking import Findings, check, saw, variant
from loopspec.rules.outline import END, OPTIMIZER, PRE, SUBSTEP, Epoch, Run, Step, outline
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event


def _steps(trace: Trace) -> Iterator[tuple[Run, Epoch, Step]]:
    for run in outline(trace):
        for epoch in run.epochs:
            for step in epoch.steps:
                yield run, epoch, step


def _updates(trace: Trace) -> Iterator[tuple[Step, Record]]:
    """Each step that ended, with its end."""
    for _, _, step in _steps(trace):
        if step.end is not None:
            yield step, step.end


# Beginnings and ends ------------------------------------------------------------------------------


@check("EVT-11")
def steps_pair(trace: Trace) -> Findings:
    for run, epoch, step in _steps(trace):
        if run.resumed and step is run.epochs[0].steps[0]:
            continue  # where it goes on is for CKPT-6
        if step.end is not None:
            yield saw(step.end, step.begin is not None, "an on_step_begin of its own", "none")
        elif step.begin is not None and not _may_stay_open(run, epoch, step):
            yield saw(step.begin, False, "on_step_end for this step", "none")


def _may_stay_open(run: Run, epoch: Epoch, step: Step) -> bool:
    """Whether a step that did not end is for other rules, or for none, to judge."""
    if step is not epoch.steps[-1]:
        return _begun_in_mid_group(step)
    left = epoch.cut or (epoch is run.epochs[-1] and not run.finished)
    return left or _is_rest(run, step) or (epoch.partial and _rest(run) > 0)


def _begun_in_mid_group(step: Step) -> bool:
    """Whether it was left because the next `on_step_begin` came after a micro-batch of it."""
    return bool(step.inside) and step.inside[-1].event is SUBSTEP


def _is_rest(run: Run, step: Step) -> bool:
    """Whether it is the short group at the end of an epoch that accumulation does not divide."""
    full = run.job.train_batches // run.job.gradient_accumulation_steps
    return _rest(run) > 0 and step.number == full


def _rest_comes_after(run: Run, step: Step) -> bool:
    """Whether it is the last full group of such an epoch."""
    full = run.job.train_batches // run.job.gradient_accumulation_steps
    return _rest(run) > 0 and step.number == full - 1


def _rest(run: Run) -> int:
    """The micro-batches of an epoch that are left behind its full groups."""
    return run.job.train_batches % run.job.gradient_accumulation_steps


@check("EVT-12")
def update_order(trace: Trace) -> Findings:
    for step, end in _updates(trace):
        events = [record.event for record in step.inside]
        good = events[-2:] == [PRE, OPTIMIZER] and events.count(PRE) + events.count(OPTIMIZER) == 2
        if good:
            yield saw(end, True, "")
        else:
            got = ", ".join(event for event in events if event is not SUBSTEP) or "neither"
            yield saw(end, False, f"{PRE}, {OPTIMIZER}, once each, right before it", got)


@check("EVT-13")
def groups(trace: Trace) -> Findings:
    for run, epoch, step in _steps(trace):
        size = run.job.gradient_accumulation_steps
        full, rest = divmod(run.job.train_batches, size)
        if step.end is None:
            if _begun_in_mid_group(step) and step is not epoch.steps[-1]:
                yield saw(step.inside[-1], False, "no on_step_begin within a group", "one")
        elif not epoch.partial and (size > 1 or step.substeps):
            group = size if step.number < full else rest
            due = f"{group - 1} on_substep_end in a group of {group}"
            yield saw(step.end, not group or step.substeps == group - 1, due, step.substeps)


@check("EVT-14")
def rest_of_an_epoch(trace: Trace) -> Findings:
    for run, epoch, step in _steps(trace):
        if epoch.partial:
            continue
        last = step is epoch.steps[-1] and epoch.end is not None and not epoch.cut
        if _is_rest(run, step):
            if step.end is not None:
                yield variant(step.end, "short-step")
            elif last:
                yield variant(step.first, "no-step")
        elif last and step.end is not None and _rest_comes_after(run, step):
            yield variant(epoch.end or step.end, "no-step")


# What moves when ----------------------------------------------------------------------------------


@check("EVT-15")
def steps_are_counted(trace: Trace) -> Findings:
    call, before = 0, None
    for record in trace.top:
        step = record.step
        if step is None or before is None or record.call != call:
            call, before = record.call, step
            continue
        if record.event is END:
            yield saw(record, step == before + 1, "global_step one more than before", step)
        elif step != before and record.event is not Event.TRAIN_BEGIN:
            yield saw(record, False, f"global_step still {before}", step)
        before = step


@check("EVT-16")
def epochs_are_measured(trace: Trace) -> Findings:
    for run, epoch, step in _steps(trace):
        size, batches = run.job.gradient_accumulation_steps, run.job.train_batches
        if run.before is None or epoch.partial or step.end is None or step.end.epoch is None:
            continue
        due = run.before + epoch.number + min(batches, (step.number + 1) * size) / batches
        good = abs(step.end.epoch - due) < 1e-4
        yield saw(step.end, good, f"epoch {due:.4g}", f"{step.end.epoch:.4g}")
        if step is epoch.steps[-1] and epoch.end is not None and epoch.end.epoch is not None:
            good = epoch.end.epoch == step.end.epoch
            yield saw(epoch.end, good, "epoch as at the last step", f"{epoch.end.epoch:.4g}")
    for _, _, step in _steps(trace):
        before = step.begin.epoch if step.begin is not None else None
        for record in step.inside:
            if None not in (before, record.epoch) and record.epoch != before:
                yield saw(record, False, "epoch as at the last step", f"{record.epoch:.4g}")


@check("EVT-17")
def weights_move_in_the_update(trace: Trace) -> Findings:
    for step, end in _updates(trace):
        looked = [r for r in (*step.inside, end) if r.seen.get("moved") is not None]
        odd = [r for r in looked if r.seen["moved"] is not (r.event is OPTIMIZER)]
        for record in odd:
            words = ("weights unmoved", "weights moved")[:: 1 if record.seen["moved"] else -1]
            yield saw(record, False, f"{words[0]} since the event before", words[1])
        if looked and not odd:
            yield saw(end, True, "")


_GRADIENT = {PRE: True, OPTIMIZER: True, END: False}


@check("EVT-18")
def gradients_live_through_the_update(trace: Trace) -> Findings:
    for step, end in _updates(trace):
        looked = [r for r in (*step.inside[-2:], end) if r.event in _GRADIENT]
        looked = [r for r in looked if r.seen.get("gradient") is not None]
        odd = [r for r in looked if r.seen["gradient"] is not _GRADIENT[r.event]]
        for record in odd:
            words = ("no gradients", "gradients")[:: 1 if record.seen["gradient"] else -1]
            yield saw(record, False, *words)
        if looked and not odd:
            yield saw(end, True, "")


@check("EVT-19")
def mode_of_the_model(trace: Trace) -> Findings:
    for record in trace.of(Event.PREDICTION_STEP, Event.EVALUATE, Event.PREDICT):
        if "training" in record.seen:
            mode = record.seen["training"]
            yield saw(record, not mode, _mode(False), _mode(mode))
    evaluated = {record.call for record in trace.of(Event.PREDICTION_STEP) if record.depth}
    for record in trace.of(SUBSTEP, END):
        # An evaluation that a callback made in the middle of a step leaves its own mode behind.
        if "training" in record.seen and record.call not in evaluated:
            mode = record.seen["training"]
            yield saw(record, mode, _mode(True), _mode(mode))


def _mode(training: bool) -> str:
    return "the model in training mode" if training else "the model in evaluation mode"

"""Checks of the chapter on checkpoints: what a resumed run begins with, and where it goes on."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from loopspec.rules.checking import Finding, Findings, check, saw, unless, variant
from loopspec.rules.resumes import Resume, resumes, stopped_early
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, Flag

T, _, S, _, _ = Flag


# What the state holds when a resumed run begins ---------------------------------------------------


def _restored(rule: str, *fields: tuple[str, str]) -> None:
    """These fields of the state are at `on_train_begin` what they were at the save."""

    @check(rule)
    def held(trace: Trace) -> Findings:
        for resume in resumes(trace):
            save, begin = resume.save, resume.begin
            if begin.event is not Event.TRAIN_BEGIN or begin.state is None:
                continue
            for field, words in fields:
                due, got = getattr(save, field), getattr(begin, field)
                if due is not None:
                    good = got == due
                    yield saw(begin, good, f"{words} {_number(due)}, as saved", _number(got))


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)


_restored("CKPT-1", ("step", "global_step"), ("epoch", "epoch"))
_restored("CKPT-3", ("best", "best_metric"), ("best_step", "best_global_step"))


@check("CKPT-4")
def weights_are_loaded(trace: Trace) -> Findings:
    for resume in resumes(trace):
        before, begin = resume.before, resume.begin
        if before is None or trace.job_of(before.call).load_best_model_at_end:
            continue
        # A new model has the weights of step 0, a trained one those of its last step.
        at = 0 if before.event is Event.INIT_END else before.step
        if at != resume.step and begin.seen.get("moved") is not None:
            moved = begin.seen["moved"]
            yield saw(begin, moved, "the weights of the checkpoint", "those of before")


@check("CKPT-5")
def flags_when_resuming(trace: Trace) -> Findings:
    for resume in resumes(trace):
        restores = resume.job.restore_callback_states_from_checkpoint
        if restores and resume.begin.event is Event.TRAIN_BEGIN and resume.begin.calls[0].control:
            yield variant(resume.begin, "as-saved" if S in resume.begin.entry else "none")


@check("CKPT-2")
def logs_are_kept(trace: Trace) -> Findings:
    for resume in resumes(trace):
        save, begin = resume.save, resume.begin
        if begin.history is None or save.history is None:
            continue
        good = begin.history == save.history
        words = f"the {save.history} entries in log_history that were saved"
        yield saw(begin, good, words, begin.history)
        held = {line.call: line.history for line in trace.returns}
        before, after = held.get(save.call), held.get(begin.call)
        if good and before is not None and after is not None:
            kept = after[: save.history] == before[: save.history]
            last = resume.run.records[-1]
            yield saw(last, kept, f"{words} at the end too", "others")


# Where it goes on ---------------------------------------------------------------------------------


def _first_epoch(resume: Resume) -> tuple[Record | None, int, int]:
    """The end of the first epoch, None if it was cut; its micro-batches and its finished steps."""
    epoch = resume.run.epochs[0] if resume.run.epochs else None
    if epoch is None or epoch.begin is None or epoch.end is None or epoch.cut:
        return None, 0, 0
    batches = sum(step.substeps + (step.end is not None) for step in epoch.steps)
    return epoch.end, batches, sum(step.end is not None for step in epoch.steps)


@check("CKPT-6")
def batches_are_skipped(trace: Trace) -> Findings:
    for resume in resumes(trace) if not stopped_early(trace) else ():
        end, batches, _ = _first_epoch(resume)
        if end is not None and not resume.job.ignore_data_skip:
            due = resume.job.train_batches - resume.done
            yield saw(end, batches == due, f"the {due} micro-batches left of its epoch", batches)


@check("CKPT-7")
def groups_go_on(trace: Trace) -> Findings:
    for resume in resumes(trace) if not stopped_early(trace) else ():
        end, _, steps = _first_epoch(resume)
        if end is not None and not resume.job.ignore_data_skip and _accumulates(resume):
            due = resume.per_epoch - resume.step % resume.per_epoch
            yield saw(end, steps == due, f"the {due} steps left of its epoch", steps)


def _accumulates(resume: Resume) -> bool:
    return resume.job.gradient_accumulation_steps > 1


@check("CKPT-8")
def epochs_are_counted_on(trace: Trace) -> Findings:
    for resume in resumes(trace) if not stopped_early(trace) else ():
        job = resume.job
        for record in resume.run.records:
            if record.event is not Event.STEP_END or job.ignore_data_skip or resume.finished:
                continue
            if record.step is not None and record.epoch is not None:
                epochs, steps = divmod(record.step - 1, resume.per_epoch)
                batches = min(job.train_batches, (steps + 1) * job.gradient_accumulation_steps)
                due = epochs + batches / job.train_batches
                good = abs(record.epoch - due) < 1e-4
                yield saw(record, good, f"epoch {due:.4g}", f"{record.epoch:.4g}")


@check("CKPT-9")
def no_batch_is_skipped(trace: Trace) -> Findings:
    for resume in resumes(trace) if not stopped_early(trace) else ():
        end, batches, _ = _first_epoch(resume)
        if end is not None and resume.job.ignore_data_skip and resume.done:
            due = resume.job.train_batches
            yield saw(end, batches == due, f"all {due} micro-batches of its epoch", batches)


# Where it ends ------------------------------------------------------------------------------------


def _ends_at_target(resume: Resume) -> Findings:
    last = resume.run.records[-1]
    if resume.run.finished and last.step is not None:
        good = last.step == resume.target
        yield saw(last, good, f"the run to end at step {resume.target}", last.step)


def _longer(trace: Trace, resume: Resume) -> bool:
    old, new = trace.scenario, resume.job
    lengths = ("max_steps", "num_train_epochs")
    return any(getattr(old, name) != getattr(new, name) for name in lengths)


@check("CKPT-10")
def the_end_is_counted_from_the_start(trace: Trace) -> Findings:
    for resume in resumes(trace) if not stopped_early(trace) else ():
        if not resume.finished and not _longer(trace, resume):
            yield from _ends_at_target(resume)


@check("CKPT-12")
def nothing_is_left_to_do(trace: Trace) -> Findings:
    for resume in resumes(trace):
        if resume.finished and resume.begin.step is not None:
            steps = [r for r in resume.run.records if r.event is Event.STEP_END]
            words = "no step, as the run was finished"
            yield from unless(
                [resume.begin], (saw(r, False, words, f"step {r.step}") for r in steps[:1])
            )


@check("CKPT-11")
def the_new_length_holds(trace: Trace) -> Findings:
    for resume in resumes(trace) if not stopped_early(trace) else ():
        if not resume.finished and _longer(trace, resume):
            yield from _ends_at_target(resume)


@check("CKPT-26")
def a_stop_is_not_stored(trace: Trace) -> Findings:
    # An epoch stop may have ended the last epoch, and so the run.
    raised = trace.scenario.raised
    for resume in resumes(trace) if T in raised and Flag.EPOCH_STOP not in raised else ():
        if T in resume.save.exit and not resume.finished and resume.begin.step == resume.step:
            back = _comes_back(resume)
            steps = any(record.event is Event.STEP_BEGIN for record in resume.run.records)
            words = "a step, as the run was stopped and not finished"
            if back is not None:
                yield saw(back, False, f"{T.field} left behind in the checkpoint", "set")
            elif steps or resume.run.finished:
                yield saw(resume.run.records[-1], steps, words, "none")


def _comes_back(resume: Resume) -> Record | None:
    """The record before the first end of a step at which the stop stood, though nobody set it."""
    for before, record in pairwise(resume.run.records):
        if record.event is Event.STEP_END:
            return None
        if T in record.entry and T not in before.exit:
            return record
    return None


@check("CKPT-14")
def whose_intervals(trace: Trace) -> Findings:
    old, new = trace.scenario, trace.scenario.anew
    if old.logging_steps == new.logging_steps or old.logging_strategy != "steps":
        return
    if min(old.logging_steps, new.logging_steps) < 1:
        return  # of which length it is a share is a choice too
    for resume in resumes(trace):
        records = resume.run.records
        ended = [r for r in records if r.event is Event.STEP_END and r.step is not None]
        came = {r.step for r in records if r.event is Event.LOG and _training(r)}
        logged = [r.step for r in ended if r.step in came]
        kept, fresh = (
            [r.step for r in ended if (r.step or 0) % job.logging_steps == 0] for job in (old, new)
        )
        if kept != fresh and logged in (kept, fresh):
            yield variant(ended[-1], "checkpoint" if logged == kept else "arguments")
        elif kept != fresh:
            yield saw(ended[-1], False, f"logs at steps {kept}, or at {fresh}", str(logged))


def _training(record: Record) -> bool:
    return "loss" in (record.logs or {})


@check("CKPT-13")
def what_is_not_there_is_refused(trace: Trace) -> Findings:
    # A piece of a longer trace was resumed by nobody.
    written = set() if trace.piece else {(r.call, r.step) for r in trace.of(Event.SAVE)}
    for number, call in enumerate(trace.scenario.calls, 1):
        name, _, step = call.partition("@")
        if name != "resume" or not trace.records or not written:
            continue
        if any(at == int(step) for made, at in written if made < number):
            continue
        fired = [record for record in trace.records if record.call == number]
        words = "an exception, and no event, as there is no such checkpoint"
        if fired:
            yield saw(fired[0], False, words, str(fired[0].event))
        elif trace.outcome.kind == "raised":
            yield Finding(True, len(trace.records) - 1)
        else:
            yield Finding(False, len(trace.records) - 1, words, "train() came back")


# What is kept -------------------------------------------------------------------------------------


def _kept(trace: Trace) -> list[tuple[Record, list[int]]]:
    """Each save with the steps of the checkpoints that were there, where a limit was given."""
    if not trace.scenario.save_total_limit:
        return []
    saves = trace.of(Event.SAVE)
    return [(r, r.seen["checkpoints"]) for r in saves if "checkpoints" in r.seen]


@check("CKPT-23")
def old_checkpoints_go(trace: Trace) -> Findings:
    limit = trace.scenario.save_total_limit or 0
    for record, steps in _kept(trace):
        job = trace.job_of(record.call)
        # The newest and the best may be two, whether or not the best is loaded in the end.
        has_best = job.metric_for_best_model is not None or job.load_best_model_at_end
        most = max(limit, 2) if has_best else limit
        yield saw(record, len(steps) <= most, f"{most} checkpoints at most", len(steps))


@check("CKPT-24")
def the_newest_and_the_best_stay(trace: Trace) -> Findings:
    saved: set[int] = set()
    for record, steps in _kept(trace):
        if record.step is None:
            continue
        saved.add(record.step)
        best = record.best_step if trace.job_of(record.call).load_best_model_at_end else None
        for step, words in ((record.step, "newest"), (best, "best")):
            if step in saved:
                found = ", ".join(map(str, steps))
                yield saw(record, step in steps, f"the {words} checkpoint, of step {step}", found)

"""Checks of the chapter on events: what is logged, and what it says."""

from __future__ import annotations

from typing import NamedTuple

from loopspec.rules.checking import Finding, Findings, check, saw, variant
from loopspec.rules.outline import END, SUBSTEP, outline
from loopspec.rules.windows import windows
from loopspec.trace import Record, Trace, Value
from loopspec.vocabulary import Event


@check("STATE-1")
def logs_are_given(trace: Trace) -> Findings:
    for record in trace.of(Event.LOG):
        if not record.logs:
            yield saw(record, False, "the keyword argument logs, with values", "none")
            continue
        said, epoch = record.logs.get("epoch"), record.epoch
        if epoch is None:
            yield saw(record, True, "")
        else:  # old versions of transformers round it to two digits
            good = isinstance(said, int | float) and abs(said - epoch) <= 0.00501
            yield saw(record, good, f"logs with epoch {epoch:.4g}", said)


@check("STATE-2")
def history_holds_it(trace: Trace) -> Findings:
    due: dict[int | None, int | None] = {}
    told = {r.call for r in trace.returns if r.name == "evaluate" and r.history is not None}
    for record in trace.of(Event.INIT_END, Event.TRAIN_BEGIN, Event.LOG):
        before = due.get(record.state)
        # What became of the entries from before an evaluate() is for STATE-9.
        if record.event is not Event.LOG or record.call in told:
            due[record.state] = record.history
        elif record.history is not None and before is not None:
            due[record.state] = wanted = before + (not _fired_again(trace, record))
            words = f"{wanted} entries in log_history"
            yield saw(record, record.history >= wanted, words, f"{record.history}")
    for returned in trace.returns:
        if returned.history is not None:
            yield from _in_history(trace, returned.call, returned.history)


def _fired_again(trace: Trace, record: Record) -> bool:
    """Whether the event of one log fires a second time, which is for other rules."""
    before = trace.records[record.i - 1]
    return before.event is Event.LOG and (before.step, before.logs, before.history) == (
        record.step,
        record.logs,
        record.history,
    )


def _in_history(trace: Trace, call: int, history: list[dict[str, Value]]) -> Findings:
    """Whether the log_history that a call left holds what its logs said."""
    logs = [r for r in trace.of(Event.LOG) if r.call == call and r.logs and r.history]
    for record in logs:
        if record.state != logs[-1].state:
            continue
        number = record.history or 0
        entry = history[number - 1] if number <= len(history) else {}
        wanted = {**(record.logs or {}), "step": record.step}
        lost = [name for name, value in wanted.items() if entry.get(name, "") != value]
        words = "the same values in log_history after the call"
        yield saw(record, not lost, words, "others for " + ", ".join(lost))


class _Mean(NamedTuple):
    """At a log: the mean loss of an update since the last training log, and in the whole run.

    None where nothing is to be said: no update was made, or a group was abandoned, whose loss a
    trainer may count or drop. The first log of a resumed run may count what was before the
    checkpoint too, back to the log before; that is `from_before` then.
    """

    at: Record
    since_last: float | None
    of_run: float | None
    from_before: float | None


def _means(trace: Trace) -> list[_Mean]:
    """What the logs of each run should say; the k-th training micro-batch has loss k. Made once for
    each trace."""
    made: list[_Mean] | None = trace.__dict__.get("_means")
    if made is None:
        made = trace.__dict__["_means"] = _make_means(trace)
    return made


def _make_means(trace: Trace) -> list[_Mean]:
    found: list[_Mean] = []
    passes, trainer = trace.batches_before, 0
    unknown = False
    losses: dict[int, float] = {}  # of the update that made this step
    logged_at = {0}
    known: dict[int, int] = {}  # the last log before the checkpoint of this step was written
    stored: dict[int, dict[int, float]] = {}  # the losses before it
    for run in outline(trace):
        if trace.trainer_of[run.records[0].call] != trainer:
            passes, trainer = 0, trace.trainer_of[run.records[0].call]
            unknown = False
        total = kept = group = 0.0
        steps = size = logged = 0
        lost = lost_in_run = lost_for_good = unknown
        begun = (run.records[0].step or 0) if run.resumed else 0
        losses = stored.get(begun, losses)
        losses = {step: loss for step, loss in losses.items() if step <= begun}
        logged_at = {step for step in logged_at if step <= begun}
        last = known.get(begun, max(logged_at)) if run.resumed else max(logged_at)
        before = [losses.get(step) for step in range(last + 1, begun + 1)]
        if None in before or trace.piece:
            lost = True
        unknown = unknown or run.records[0].call in trace.broken_off  # a pass may have no event
        for record in run.records:
            event = record.event
            if event not in _COUNTED:
                continue
            if event is SUBSTEP or event is END:
                passes, size = passes + 1, size + 1
                group += passes
                if event is END:
                    total, steps = total + group / size, steps + 1
                    losses[begun + steps] = group / size
                    group, size = 0.0, 0
            elif event is Event.SAVE:
                known[begun + steps], stored[begun + steps] = max(logged_at), dict(losses)
            elif event is Event.EPOCH_END:
                lost, lost_in_run = lost or size > 0, lost_in_run or size > 0
                group, size = 0.0, 0
            else:
                count = steps - logged
                mean = None if lost or not count else (total - kept) / count
                all_in_all = None if lost_in_run or not steps or run.resumed else total / steps
                earlier = [loss for loss in before if loss is not None]
                both = (
                    None if mean is None else (sum(earlier) + mean * count) / (len(earlier) + count)
                )
                found.append(_Mean(record, mean, all_in_all, both))
                if "loss" in (record.logs or {}):
                    kept, logged, lost, before = total, steps, lost_for_good, []
                    logged_at.add(begun + steps)
    return found


_COUNTED = frozenset((SUBSTEP, END, Event.SAVE, Event.EPOCH_END, Event.LOG))


@check("STATE-3")
def training_logs(trace: Trace) -> Findings:
    for window in windows(trace):
        # A last log that comes twice is for STATE-4.
        if window.log is not None and window.log.logs and "train_loss" not in window.log.logs:
            missing = {"loss", "learning_rate"} - set(window.log.logs)
            words = "loss and learning_rate in a training log"
            yield saw(window.log, not missing, words, f"no {' and no '.join(sorted(missing))}")
    for at, mean, _, both in _means(trace):
        if mean is not None and both is not None and "loss" in (at.logs or {}):
            yield _value(at, "loss", mean, both)


@check("CKPT-32")
def losses_before_the_checkpoint(trace: Trace) -> Findings:
    for at, mean, _, both in _means(trace):
        value = (at.logs or {}).get("loss")
        if mean is None or both is None or abs(mean - both) < 1e-3:
            continue
        if isinstance(value, int | float):
            near = [name for name, due in (("all", both), ("own", mean)) if abs(value - due) < 1e-3]
            yield from (variant(at, name) for name in near)


@check("STATE-17")
def rate_of_the_update(trace: Trace) -> Findings:
    for run in outline(trace) if trace.scenario.lr_scheduler_type == "linear" else ():
        logged = [r for r in run.records if {"loss", "learning_rate"} <= (r.logs or {}).keys()]
        if not logged or logged[0].step != 1 or run.resumed:
            continue
        first, *others = ((r, (r.logs or {})["learning_rate"]) for r in logged)
        for record, rate in others:
            # Linear down to 0: by how much it has fallen since the first update.
            left = 1 - ((record.step or 0) - 1) / (record.max_steps or 1)
            if isinstance(rate, int | float) and isinstance(first[1], int | float):
                due = first[1] * left
                words = f"learning_rate {due:.4g}, of this step's update, after {first[1]:.4g}"
                yield saw(record, abs(rate - due) < 1e-3, words, rate)


@check("STATE-4")
def last_log(trace: Trace) -> Findings:
    for run in outline(trace):
        if not run.finished or run.records[-1].event is not Event.TRAIN_END:
            continue
        sums = [r for r in run.records if r.event is Event.LOG and "train_loss" in (r.logs or {})]
        before = run.records[-2:][0]
        words = "one log with train_loss, right before on_train_end"
        good = len(sums) == 1 and sums[0] is before
        yield saw(before, good, words, f"{len(sums)} such logs, {before.event} right before")
    for at, _, mean, _ in _means(trace):
        if mean is not None and "train_loss" in (at.logs or {}):
            yield _value(at, "train_loss", mean)


def _value(record: Record, name: str, due: float, or_else: float | None = None) -> Finding:
    value = (record.logs or {})[name]
    dues = [due] if or_else is None else [due, or_else]
    good = isinstance(value, int | float) and any(_is_near(value, each) for each in dues)
    return saw(record, good, f"{name} {due:.4f}", value)


def _is_near(value: float, due: float) -> bool:
    """Losses are of single precision: the millionth step's has no more digits than these."""
    return abs(value - due) < max(1e-3, 1e-6 * abs(due))

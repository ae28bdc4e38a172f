"""Checks of the chapter on several processes, over the traces of all of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from loopspec.rules.checking import Finding, Findings, across, saw
from loopspec.scenario import Scenario
from loopspec.trace import Record, Trace, Value
from loopspec.vocabulary import Event, Flag


@across("PROC-2")
def one_process_is_the_main_one(trace: Trace) -> Findings:
    for name in ("is_world_process_zero", "is_local_process_zero"):
        each = (zip(one.records, one.fields, strict=True) for one in trace.ranks)
        moments = zip(*each, strict=False)
        told = [(at[0][0], [fields.get(name) for _, fields in at]) for at in moments]
        told = [(record, values) for record, values in told if None not in values]
        wrong = next(((r, v) for r, v in told if v.count(True) != 1), None)
        words = f"state.{name} True in one process"
        if wrong:
            has = " and ".join(str(n) for n, value in enumerate(wrong[1]) if value)
            yield saw(wrong[0], False, words, f"True in {has or 'none'} of {len(trace.ranks)}")
        elif told:
            yield saw(told[0][0], True, words)


@across("PROC-3")
def every_process_fires_every_event(trace: Trace) -> Findings:
    main = _fired(trace)
    for other in trace.ranks[1:]:
        differs = next(
            (
                pair
                for pair in itertools.zip_longest(main, _fired(other))
                if _moment(pair[0]) != _moment(pair[1])
            ),
            None,
        )
        if differs is None:
            if main:
                yield saw(main[-1], True, "the same events")
            continue
        due, came = differs
        at = came.i if came else len(other.records) - 1
        words = f"{_moment(due)}, as in process 0"
        yield Finding(False, at, words, _moment(came), rank=other.rank)


_SERVED = {Flag.SAVE: Event.SAVE, Flag.EVALUATE: Event.EVALUATE, Flag.LOG: Event.LOG}


@across("PROC-4")
def a_flag_of_one_process_acts_in_all(trace: Trace) -> Findings:
    for one in trace.ranks:
        for deed in one.deeds:
            if deed.act.rank is None or deed.record.event is not Event.STEP_END:
                continue
            for flag in map(Flag, deed.act.raises):
                for each in trace.ranks:
                    yield _acts(each, deed.record.step, flag, one.rank)


def _acts(trace: Trace, step: int | None, flag: Flag, whose: int) -> Finding:
    """Whether a flag that a callback of process `whose` set at the end of a step acts in this
    process: what it asks for comes at that step, or no further step of the epoch or run."""
    ends = next((r for r in trace.of(Event.STEP_END) if r.step == step), trace.records[-1])
    after = [record for record in trace.top if record.i > ends.i]
    words = f"{flag.field} of process {whose} to act"
    if flag in _SERVED:
        came = any(r.event is _SERVED[flag] and r.step == step for r in after)
        return saw(ends, came, words, f"no {_SERVED[flag]} at this step", rank=trace.rank)
    over = Event.TRAIN_END if flag is Flag.TRAINING_STOP else Event.EPOCH_END
    before = itertools.takewhile(lambda record: record.event is not over, after)
    more = next((r for r in before if r.event is Event.STEP_BEGIN), None)
    return saw(more or ends, more is None, words, "another step", rank=trace.rank)


@across("PROC-5")
def a_checkpoint_is_complete_before_anybody_hears_of_it(trace: Trace) -> Findings:
    if trace.scenario.apart:
        return
    for one in trace.ranks:
        for record in one.of(Event.SAVE):
            if "checkpoints" in record.seen:
                there = record.seen["checkpoints"]
                words = f"checkpoint {record.step} complete"
                got = f"complete only {there}" if there else "none complete"
                yield saw(record, record.step in there, words, got, rank=one.rank)


@across("PROC-6")
def all_have_the_same_numbers(trace: Trace) -> Findings:
    for event in (Event.LOG, Event.EVALUATE, Event.PREDICT):
        for same in zip(
            *([r for r in one.of(event) if not r.depth] for one in trace.ranks), strict=False
        ):
            yield from _alike(same, [record.logs or record.metrics or {} for record in same])
            yield from _means(trace.scenario, same)
    for same in zip(*(one.returns for one in trace.ranks), strict=False):
        held = [returned.history for returned in same]
        last = trace.records[-1]
        yield saw(last, held.count(held[0]) == len(held), "the same log_history in all", "others")


def _alike(same: Sequence[Record], values: Sequence[Mapping[str, Value]]) -> Findings:
    """Whether one event of all processes gave the same values."""
    names = dict.fromkeys(name for found in values for name in found)
    for name in names:
        each = [found.get(name, "nothing") for found in values]
        if each.count(each[0]) < len(each):
            told = ", ".join(f"{value} in process {rank}" for rank, value in enumerate(each))
            yield saw(same[0], False, f"the same {name} in every process", told)
            return
    yield saw(same[0], True, "the same values")


def _means(job: Scenario, same: Sequence[Record]) -> Findings:
    """Whether what an event of all processes gave is of all of them, where it is known what each
    one had by itself."""
    record, own = same[0], [each.seen["own"] for each in same if "own" in each.seen]
    given = record.metrics or record.logs or {}
    each_step = job.logging_steps == 1 and job.gradient_accumulation_steps == 1
    name = "eval_loss" if record.event is Event.EVALUATE else "loss" if each_step else ""
    if name in given and len(own) == len(same):
        mean = sum(own) / len(own)
        near = abs(float(given[name] or 0) - mean) < _ROUNDED
        yield saw(record, near, f"{name} the mean over processes, {mean:g}", given[name])
    counted = given.get("eval_counted")
    if record.event is Event.EVALUATE and counted is not None:
        due = job.eval_batches * job.world
        yield saw(record, counted == due, f"metrics from {due} predictions", f"from {counted}")


_ROUNDED = 1e-3
"""Some trainers round what they log."""


@across("PROC-7")
def only_the_main_process_writes_and_shows(trace: Trace) -> Findings:
    for one in trace.ranks:
        main = bool(one.fields and one.fields[-1].get("is_world_process_zero"))
        for record in one.of(Event.SAVE):
            if "files" in record.seen:
                files = record.seen["files"]
                words = "a checkpoint written" if main else "no checkpoint written"
                yield saw(record, bool(files) is main, words, files, rank=one.rank)
        for returned in one.returns:
            shown = returned.seen.get("bars", []) + returned.seen.get("printed", [])
            if "bars" in returned.seen and one.records:
                words = "progress shown" if main else "nothing shown"
                got = f"{len(shown)} bars and lines" if shown else "nothing"
                yield saw(one.records[-1], bool(shown) is main, words, got, rank=one.rank)


def _fired(trace: Trace) -> list[Record]:
    """What the trainer fired by itself, but for uploads, which are the main process's alone."""
    return [record for record in trace.top if record.event is not Event.PUSH_BEGIN]


def _moment(record: Record | None) -> str:
    return f"{record.event} (step {record.step})" if record else "no more events"

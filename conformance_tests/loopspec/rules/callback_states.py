"""Checks of the chapter on checkpoints: what callbacks take with them.

A stateful probe counts the steps that it saw end. Each record says where these counts stood.
"""

from __future__ import annotations

from collections.abc import Iterator

from loopspec.machine.players import refuses
from loopspec.rules.checking import Finding, Findings, check, saw, variant
from loopspec.rules.patience import sets_stop
from loopspec.rules.resumes import Resume, resumes
from loopspec.scenario import LAST
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, Flag


def _counts(record: Record | None) -> dict[str, int]:
    kept: dict[str, int] = record.seen.get("kept", {}) if record else {}
    return kept


def _doubles(trace: Trace, resume: Resume) -> set[str]:
    """The callbacks that share a class, and those that were registered twice at the save."""
    called = [call.who for call in resume.save.calls]
    return trace.scenario.twins | {name for name in called if called.count(name) > 1}


def _each(trace: Trace, restores: bool) -> Iterator[tuple[Resume, str, int, int, int]]:
    """For each stateful callback that a resumed run has: its name, and what it had counted at the
    save, in the trainer before, and at `on_train_begin`."""
    for resume in resumes(trace):
        wanted = resume.job.restore_callback_states_from_checkpoint
        begin, save = resume.begin, resume.save
        if wanted is not restores or begin.event is not Event.TRAIN_BEGIN:
            continue
        now, saved, before = _counts(begin), _counts(save), _counts(resume.before)
        present = _names(begin) & _names(save)
        for name in sorted(now.keys() & present):
            yield resume, name, saved[name], before[name], now[name]


@check("CKPT-15")
def states_come_back(trace: Trace) -> Findings:
    for resume, name, saved, before, now in _each(trace, restores=True):
        if name not in _doubles(trace, resume):
            good = now == saved or now != before
            yield saw(resume.begin, good, f"what {name} had counted when saved, {saved}", now)


@check("CKPT-16")
def states_are_those_of_the_save(trace: Trace) -> Findings:
    for resume, name, saved, before, now in _each(trace, restores=True):
        if name not in _doubles(trace, resume) and (now == saved or now != before):
            words = f"what {name} had counted at the save, {saved}"
            yield saw(resume.begin, now == saved, words, now)


@check("CKPT-25")
def states_of_doubles(trace: Trace) -> Findings:
    for resume, name, saved, _, now in _each(trace, restores=True):
        if name in _doubles(trace, resume):
            words = f"what {name}, one of two of its class, had counted at the save, {saved}"
            yield saw(resume.begin, now == saved, words, now)


@check("CKPT-17")
def states_come_back_only_if_asked(trace: Trace) -> Findings:
    for resume, name, _, before, now in _each(trace, restores=False):
        yield saw(resume.begin, now == before, f"{name} as it was made, at {before}", now)


@check("CKPT-20")
def place_of_who_came_back(trace: Trace) -> Findings:
    for resume, name, *_ in _each(trace, restores=True):
        names = [call.who for call in resume.begin.calls]
        if LAST in names:
            last = names.index(name) > names.index(LAST)
            yield variant(resume.begin, "last" if last else "in-place")


@check("CKPT-18")
def who_is_gone_is_not_missed(trace: Trace) -> Findings:
    for resume, names in _differing(trace, "save", "begin"):
        at = resume.run.records[-1]
        yield saw(at, resume.run.finished, f"a run without {names}", trace.outcome.error or "none")
    # A trainer that gives up before on_train_begin has no run.
    for number, call in enumerate(trace.scenario.calls, 1):
        before = trace.scenario.calls[: number - 1]
        removed = [c.partition(":")[2] for c in before if c.startswith("remove:")]
        begun = any(r.call == number for r in trace.records) or number != trace.unfinished
        stateful = {part.name for part in trace.scenario.parts if part.stateful}
        if call.startswith("resume") and not begun and stateful & set(removed):
            words = f"a run without {', '.join(removed)}"
            yield Finding(False, len(trace.records) - 1, words, trace.outcome.error or "no event")


@check("CKPT-19")
def who_is_new_can_be_saved(trace: Trace) -> Findings:
    for resume, names in _differing(trace, "begin", "save"):
        good = resume.run.finished or trace.outcome.kind != "raised"
        at = resume.run.records[-1]
        words = f"saves go on, with {names} for the first time"
        yield saw(at, good, words, trace.outcome.error or "an exception")


def _differing(trace: Trace, having: str, lacking: str) -> Iterator[tuple[Resume, str]]:
    """Resumed runs with the stateful callbacks that one of its two records has and the other has
    not: the save, and the beginning of the run."""
    stateful = {part.name for part in trace.scenario.parts if part.stateful}
    # Where a script may make a trainer raise, each of its acts may have been the reason.
    meddled = {deed.record.call for deed in trace.deeds} if trace.scenario.may_raise else set()
    for resume in resumes(trace):
        call = resume.begin.call
        if call in meddled or refuses(trace.job_of(call)):
            continue
        records = {"save": resume.save, "begin": resume.begin}
        names = (_names(records[having]) - _names(records[lacking])) & stateful
        if names:
            yield resume, ", ".join(sorted(names))


def _names(record: Record) -> set[str]:
    return {call.who for call in record.calls}


# Early stopping -----------------------------------------------------------------------------------


def _stop(resume: Resume) -> tuple[int, Record | None]:
    """How many evaluations a resumed run had up to its stop, and the one that set it, if any."""
    evaluated = [r for r in resume.run.records if r.event is Event.EVALUATE]
    for number, record in enumerate(evaluated, 1):
        stops = sets_stop(resume.run.records, record)
        if stops is None:
            return number - 1, None  # it stood before
        if stops:
            return number, record
    return len(evaluated), None


def _missed(trace: Trace, resume: Resume) -> int:
    """The evaluations without improvement up to the save, of a flat metric: all but the first in
    training."""
    before = {
        r.step
        for r in trace.of(Event.EVALUATE)
        if r.i < resume.begin.i and r.step is not None and 0 < r.step <= resume.step
    }
    return max(0, len(before) - 1)


def _flat(trace: Trace) -> bool:
    """Whether no evaluation but the first one improves, so that all others count."""
    return trace.scenario.early_stopping is not None and len(set(trace.scenario.metrics)) == 1


@check("CKPT-21")
def patience_goes_on(trace: Trace) -> Findings:
    wanted = trace.scenario.early_stopping
    for resume in resumes(trace) if wanted and _flat(trace) else ():
        if resume.job.restore_callback_states_from_checkpoint and wanted:
            due = wanted.patience - _missed(trace, resume)
            due += resume.save.best is None  # the first evaluation of all is none that counts
            count, at = _stop(resume)
            if due < 1 or (at is None and count < due):
                continue  # it stopped before, or there was no room for it
            words = f"{Flag.TRAINING_STOP.field} set at evaluation {due} of the resumed run"
            got = f"at evaluation {count}" if at else "not set"
            yield saw(at or resume.run.records[-1], at is not None and count == due, words, got)


@check("CKPT-22")
def patience_without_a_state(trace: Trace) -> Findings:
    wanted = trace.scenario.early_stopping
    for resume in resumes(trace) if wanted and _flat(trace) else ():
        if not resume.job.restore_callback_states_from_checkpoint and wanted:
            count, at = _stop(resume)
            if at is not None:
                yield variant(at, "anew" if count >= wanted.patience else "goes-on")

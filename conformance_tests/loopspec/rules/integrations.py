"""Checks of the chapter on integrations: which trackers a trainer has, and what they were told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from loopspec.machine.board import KNOWN, tracked
from loopspec.rules.checking import Finding, Findings, check, saw, variant
from loopspec.trace import Record, Return, Trace
from loopspec.vocabulary import Event


class _Look(NamedTuple):
    """What was found after a call: the last record before it, and the trackers' names.

    `asked` is the `report_to` that the trainer was built with, `lacks` what TensorBoard lacked.
    """

    asked: Any
    lacks: str
    returned: Return
    at: Record
    names: list[str]


def _looks(trace: Trace) -> Iterator[_Look]:
    for returned in trace.returns:
        before = [record for record in trace.records if record.call <= returned.call]
        if before and "trackers" in returned.seen:
            renewed = trace.trainer_of[returned.call] > 0
            job = trace.scenario.anew if renewed else trace.scenario
            yield _Look(job.report_to, job.lacks, returned, before[-1], returned.seen["trackers"])


@check("INT-1")
def reports_by_default(trace: Trace) -> Findings:
    for look in _looks(trace):
        if look.asked == "default":
            yield variant(look.at, "all" if look.names else "none")


@check("INT-2")
def none_is_nothing(trace: Trace) -> Findings:
    for look in _looks(trace):
        if not look.asked or look.asked == "none":
            yield saw(look.at, not look.names, "no tracker", ", ".join(look.names))


@check("INT-3")
def just_the_named(trace: Trace) -> Findings:
    for look in _looks(trace):
        # Names that nothing has are for INT-5, and packages that are missing for INT-9.
        listed = look.asked and not isinstance(look.asked, str) and look.lacks != "package"
        if listed and set(look.asked) <= set(KNOWN):
            words = f"a tracker for {', '.join(look.asked)} and no other"
            good = set(look.names) == set(look.asked)
            yield saw(look.at, good, words, ", ".join(look.names) or "none")


@check("INT-4")
def all_that_are_accessible(trace: Trace) -> Findings:
    for look in _looks(trace):
        if look.asked == "all" and look.lacks != "package":
            good, got = "tensorboard" in look.names, ", ".join(look.names) or "no tracker"
            yield saw(look.at, good, "a tracker for tensorboard, which is installed", got)


@check("INT-5")
def unknown_names_are_errors(trace: Trace) -> Findings:
    asked = trace.scenario.resumed_with.get("report_to", ())
    for name in () if isinstance(asked, str) else asked:
        if name in KNOWN or not trace.records:
            continue
        outcome, at = trace.outcome, len(trace.records) - 1
        expected = f"a ValueError about {name} when the trainer is built"
        built = any(trace.trainer_of[record.call] for record in trace.records)
        if outcome.kind != "raised" or built:
            yield Finding(False, at, expected, "a trainer")
        else:
            told = outcome.error.startswith("ValueError") and name in outcome.error
            yield Finding(told, at, expected, outcome.error)


@check("INT-6")
def numbers_arrive(trace: Trace) -> Findings:
    # Who says in the midst of training that this is not the main process leaves open what arrives.
    looks = [] if trace.scenario.asks("demote") else list(_looks(trace))
    reporting = {trace.trainer_of[o.returned.call] for o in looks if "tensorboard" in o.names}
    for look in looks:
        # Several of one name are for INT-11.
        if look.names.count("tensorboard") != 1 or look.lacks:
            continue
        left: list[list[Any]] = list(look.returned.seen.get("tracked", []))
        logs = [
            r
            for r in trace.of(Event.LOG)
            if r.call <= look.returned.call and r.logs and trace.trainer_of[r.call] in reporting
        ]
        for record in logs:
            lost = []
            for one in tracked(record.logs or {}, record.step):
                if one in left:
                    left.remove(one)
                else:
                    lost.append(f"{one[0]} {one[2]}")
            words = "what is logged in the event files, at this step"
            yield saw(record, not lost, words, "no " + ", ".join(lost))
        for tag, step, value in left if logs else []:
            words = "nothing in the event files but what was logged, and that once"
            yield saw(logs[-1], False, words, f"{tag} {value} at step {step}")


@check("INT-7")
def parameters_arrive(trace: Trace) -> Findings:
    for look in _looks(trace):
        if "tensorboard" in look.names and look.returned.name == "train" and not look.lacks:
            told = bool(look.returned.seen.get("parameters"))
            yield saw(look.at, told, "the arguments in the event files", "none")


@check("INT-8")
def trackers_observe(trace: Trace) -> Findings:
    trackers = {trace.trainer_of[look.returned.call]: look.names for look in _looks(trace)}
    if len(trackers) != 2 or [bool(names) for names in trackers.values()] != [True, False]:
        return
    watched, unwatched = trace.trainers[0], trace.trainers[-1]
    for one, other in zip(watched, unwatched, strict=False):
        words = f"as without the tracker: {_told(other)}"
        yield saw(one, _shape(one) == _shape(other), words, _told(one))
    if len(watched) != len(unwatched):
        words = f"as many events as without the tracker, {len(unwatched)}"
        yield saw(watched[-1], False, words, str(len(watched)))


def _shape(record: Record) -> tuple[Any, ...]:
    flags = [(call.who, call.entry, call.exit) for call in record.calls]
    where = record.event, record.step, record.epoch, record.max_steps, record.history
    return *where, record.best, flags, record.logs, record.metrics


def _told(record: Record) -> str:
    flags = f"[{record.entry}]" if record.calls and record.entry else ""
    logs = f" {record.logs}" if record.logs else ""
    return f"{record.event.code}@{record.step}{flags}{logs}"


@check("INT-9")
def missing_packages_are_errors(trace: Trace) -> Findings:
    anew = trace.scenario.anew
    if anew.lacks == "package" and not isinstance(anew.report_to, str) and trace.records:
        outcome, at = trace.outcome, len(trace.records) - 1
        expected = "an error that names tensorboard, when the trainer is built"
        built = any(trace.trainer_of[returned.call] for returned in trace.returns)
        if outcome.kind != "raised" or built:
            yield Finding(False, at, expected, "a trainer")
        else:
            told = "tensorboard" in outcome.error.lower()
            yield Finding(told, at, expected, outcome.error)


@check("INT-10")
def missing_packages_are_left_out_of_all(trace: Trace) -> Findings:
    for look in _looks(trace):
        if look.asked == "all" and look.lacks == "package":
            got = ", ".join(look.names) or "no tracker"
            yield saw(look.at, "tensorboard" not in look.names, "no tracker for tensorboard", got)


@check("INT-11")
def a_name_twice_is_one(trace: Trace) -> Findings:
    for look in _looks(trace):
        for name in look.asked if not isinstance(look.asked, str) else ():
            if look.asked.count(name) > 1:
                many = look.names.count(name)
                yield saw(look.at, many < 2, f"one tracker for {name}", f"{many} of them")
                break


@check("INT-12")
def null_is_what(trace: Trace) -> Findings:
    if trace.scenario.anew.report_to == "null" and trace.records:
        if trace.outcome.kind == "raised":
            yield variant(trace.records[-1], "error")
        for look in _looks(trace):
            if look.asked == "null":
                yield variant(look.at, "all" if look.names else "none")


@check("INT-13")
def a_failing_tracker_takes_nothing_down(trace: Trace) -> Findings:
    if trace.scenario.anew.lacks == "room" and trace.records:
        raised = trace.outcome.kind == "raised"
        words = "training goes on to its end"
        yield saw(trace.records[-1], not raised, words, trace.outcome.error or "an exception")

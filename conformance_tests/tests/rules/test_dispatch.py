"""Each rule of the chapter on dispatch: which broken trace it reports, with what words, and alone.

A trace is predicted, and then changed as a trainer with one bug would have made it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from loopspec.corpus import CORPUS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.spec import rules
from loopspec.trace import Call, Outcome, Provenance, Record, Trace
from loopspec.vocabulary import Capability, Edition, Event, Verdict

BY = Provenance("a broken trainer", "1", tuple(Capability), "1")
CHAPTER = [rule for rule in rules().values() if rule.id.startswith("DISP-")]

Records = list[Record]
Edit = Callable[[Records], None]


# Edits of a trace. A record is named as in the text form of a trace: "SE@2", and "SE@2#2" for the
# second one of that name.


def find(records: Records, name: str) -> Record:
    code, _, number = name.partition("#")
    return [r for r in records if f"{r.event.code}@{r.step}" == code][int(number or 1) - 1]


def put(name: str, **fields: Any) -> Edit:
    def edit(records: Records) -> None:
        for field, value in fields.items():
            setattr(find(records, name), field, value)

    return edit


def keyword(name: str, **changed: bool | None) -> Edit:
    """Other keyword arguments; None takes one out."""

    def edit(records: Records) -> None:
        record = find(records, name)
        given = {**record.keywords, **changed}
        record.keywords = {key: value for key, value in given.items() if value is not None}

    return edit


def calls(name: str, *who: str) -> Edit:
    """These were called, in this order."""

    def edit(records: Records) -> None:
        record = find(records, name)
        known = {call.who: call for call in record.calls}
        plain = Call("", 0, record.entry, record.entry)
        record.calls = [known.get(one) or msgspec.structs.replace(plain, who=one) for one in who]

    return edit


def control(name: str, given: int | None, *who: str) -> Edit:
    """These callbacks, or all of them, got another control object, or none."""

    def edit(records: Records) -> None:
        for call in find(records, name).calls:
            if not who or call.who in who:
                call.control = given

    return edit


def control_from(name: str, given: int) -> Edit:
    """From this event on every event begins with another control object."""

    def edit(records: Records) -> None:
        for record in records[records.index(find(records, name)) :]:
            now: int | None = given
            for call in record.calls:
                if call.returned == call.control:
                    call.returned = now
                call.control = now
                now = call.returned if isinstance(call.returned, int) else now

    return edit


def flags(name: str, who: str, entry: str, leaves: str) -> Edit:
    """This callback found and left these flags, and those after it found and left the latter."""

    def edit(records: Records) -> None:
        calls = find(records, name).calls
        at = [call.who for call in calls].index(who)
        calls[at].entry, calls[at].exit = entry, leaves
        for call in calls[at + 1 :]:
            call.entry = call.exit = leaves

    return edit


def torn(name: str, *second: str) -> Edit:
    """A callback is called twice, so that the recorder makes two records of the event."""

    def edit(records: Records) -> None:
        record = find(records, name)
        twice = msgspec.structs.replace(record)
        twice.calls = [call for call in record.calls if call.who in second]
        kept = [call.who for call in record.calls].index(second[0])
        record.calls = record.calls[: kept + 1]
        records.insert(records.index(record) + 1, twice)

    return edit


def drop(events: tuple[Event, ...], depth: int) -> Edit:
    def edit(records: Records) -> None:
        records[:] = [r for r in records if r.depth != depth or r.event not in events]

    return edit


def state_lives_on(records: Records) -> None:
    """The second train() goes on with the state object of the first."""
    first = next(r for r in records if r.event is Event.TRAIN_BEGIN)
    for record in records:
        if record.i > first.i:
            record.state = first.state


def also(*edits: Edit) -> Edit:
    def edit(records: Records) -> None:
        for one in edits:
            one(records)

    return edit


def everywhere(one: int, other: int, *who: str) -> Edit:
    """These were called in these two of the user's calls, and so from the first of them on."""

    def edit(records: Records) -> None:
        for record in records:
            if one <= record.call <= other:
                known = record.calls[0]
                record.calls = [msgspec.structs.replace(known, who=name) for name in who]

    return edit


def looked(name: str, what: str, found: object) -> Edit:
    """Something else was noted at this event."""

    def edit(records: Records) -> None:
        record = find(records, name)
        record.seen = {**record.seen, what: found}

    return edit


def until(step: int) -> Edit:
    """Training ends with this step."""

    def edit(records: Records) -> None:
        records[:] = [r for r in records if (r.step or 0) <= step]
        while records[-1].event is not Event.STEP_END:
            records.pop()

    return edit


def nothing(records: Records) -> None:
    pass


def broken(job: str, edit: Edit, outcome: Outcome | None = None) -> Trace:
    trace = predict(CORPUS[job])
    edit(trace.records)
    for n, record in enumerate(trace.records):
        record.i = n
    return Trace(CORPUS[job], BY, [*trace.records, *trace.returns], outcome or trace.outcome)


class Case(NamedTuple):
    rule: str
    job: str
    edit: Edit
    expected: str
    got: str


MANY, EVERY, PLACE, SWAP = "many-callbacks", "every-call", "flags-set-in-place", "control-returned"
SAME, CLASS, USER = (
    "control-returned-as-it-was",
    "class-and-instance",
    "added-and-removed-by-the-user",
)
TWINS, BY_CLASS, ADDED = "two-of-one-class", "taken-out-by-class", "logs-added-to"
TWICE, FEW = "registered-twice", "a-callback-with-few-methods"
THREE = "args, state, control, in this order, positionally"

# A table: each case on a line or two.
# fmt: off
CASES = (
    Case("DISP-1", MANY, calls("SE@1", "first", "ant", "zebra", "monkey", "last"),
         "first, zebra, ant, monkey, last", "first, ant, zebra, monkey, last"),
    Case("DISP-1", MANY, calls("SE@1", "last", "monkey", "ant", "zebra", "first"),
         "first, zebra, ant, monkey, last", "last, monkey, ant, zebra, first"),
    Case("DISP-2", MANY, calls("SE@1", "first", "ant", "monkey", "last"),
         "every callback called", "not zebra"),
    Case("DISP-2", MANY, calls("SE@1", "first"),
         "every callback called", "not zebra, ant, monkey, last"),
    Case("DISP-3", MANY, torn("SE@1", "ant", "monkey", "last"),
         "each called once", "ant called again"),
    Case("DISP-3", MANY, torn("SE@1", "last"), "each called once", "last called again"),
    Case("DISP-4", MANY, put("SE@1", positional=0), THREE, "0 positional"),
    Case("DISP-4", MANY, put("SE@1", args=None), THREE, "3 positional, no args"),
    Case("DISP-4", MANY, put("SE@1", state=None, positional=1), THREE, "1 positional, no state"),
    Case("DISP-4", MANY, control("SE@1", None), THREE, "3 positional, no control"),
    Case("DISP-4", MANY, control("IE@0", None), THREE, "3 positional, no control"),
    Case("DISP-5", MANY, keyword("SE@1", lr_scheduler=None),
         "all six keyword arguments", "no lr_scheduler"),
    Case("DISP-5", MANY, keyword("SE@1", optimizer=None, lr_scheduler=None),
         "all six keyword arguments", "no lr_scheduler, optimizer"),
    Case("DISP-6", MANY, keyword("SE@1", optimizer=False, model=False),
         "model, optimizer in training", "None"),
    Case("DISP-7", EVERY, keyword("ps@0#2", eval_dataloader=False),
         "the loader of the last evaluation as eval_dataloader", "None"),
    Case("DISP-7", EVERY, keyword("TE@3", eval_dataloader=False),
         "the loader of the last evaluation as eval_dataloader", "None"),
    Case("DISP-8", MANY, keyword("LG@2", logs=None), "logs in on_log", "none"),
    Case("DISP-8", MANY, keyword("SE@2", logs=True), "no logs in on_step_end", "logs given"),
    Case("DISP-9", MANY, keyword("EV@3", metrics=None), "metrics in on_evaluate", "none"),
    Case("DISP-9", MANY, keyword("SV@3", metrics=True), "no metrics in on_save", "metrics given"),
    Case("DISP-10", MANY, put("SE@1", args=1), "the same args as at the first event", "another"),
    Case("DISP-11", MANY, put("SE@1", state=7), "the same state as at on_train_begin", "another"),
    Case("DISP-12", EVERY, state_lives_on, "a new state", "that of before"),
    Case("DISP-13", MANY, control("SE@1", 1, "ant", "monkey", "last"),
         "ant to get the same control as zebra", "another"),
    Case("DISP-13", MANY, control("SE@1", None, "ant", "monkey", "last"),
         "ant to get the same control as zebra", "none"),
    # That the next event has none either is no further fault.
    Case("DISP-13", MANY, also(control("SE@1", None, "ant", "monkey", "last"),
                               control("SB@1", None)),
         "ant to get the same control as zebra", "none"),
    Case("DISP-14", PLACE, flags("SV@2", "cancels", "", ""),
         "cancels to find should_save as asks left it", "as it was before"),
    Case("DISP-15", SWAP, control("SB@1", 0, "after", "last"),
         "after to get the control that swaps returned", "another"),
    Case("DISP-15", SWAP, control_from("PO@1", 0),
         "the control that swaps returned in on_step_begin", "another"),
    Case("DISP-16", SAME, control("SB@1", 1, "after", "last"),
         "after to get the same control as returns", "another"),
    Case("DISP-16", SAME, control_from("PO@1", 1),
         "the same control as in on_step_begin, where returns returned it", "another"),
    Case("DISP-42", EVERY, control_from("PR@0", 1),
         "the same control as in on_prediction_step", "another"),
    Case("DISP-18", MANY, flags("SE@2", "first", "", ""),
         "should_log, which is due here, set before the first callback", "set after the last one"),
    Case("DISP-18", MANY, flags("EE@3", "first", "", ""),
         "should_evaluate, which is due here, set before the first callback",
         "set after the last one"),
    Case("DISP-19", CLASS, calls("SB@2", "first", "given", "last"),
         "an instance of made called", "none"),
    Case("DISP-19", CLASS, flags("SE@3", "made", "", "L"),
         "one instance of made, which knows that it has acted", "a new one"),
    Case("DISP-20", USER, calls("SE@1", "first", "early", "last"),
         "late, which was added, called", "not called"),
    Case("DISP-20", USER, calls("SE@1#3", "first", "last"),
         "spare, which was added, called", "not called"),
    Case("DISP-20", USER, calls("IE@0", "first", "early", "last", "late"),
         "late called from its registration on", "called before"),
    Case("DISP-21", USER, calls("SE@1#2", "first", "early", "last", "late", "spare"),
         "early not called, as it was removed", "called"),
    Case("DISP-22", "removes-itself", calls("SE@2", "first", "shy", "last"),
         "all others called in this event too", "not after"),
    Case("DISP-22", "removes-another", calls("EB@3", "first", "victim", "rude"),
         "all others called in this event too", "not after, last"),
    Case("DISP-24", "evaluates-inside", drop(tuple(Event), 1),
         "on_log, on_evaluate inside this event", "nothing"),
    Case("DISP-24", "logs-inside", calls("SE@1", "first", "talks"),
         "the other callbacks called after it", "not after, last"),
    Case("DISP-27", TWINS, calls("SE@2", "first", "one", "last"),
         "both callbacks of one class called", "not two"),
    Case("DISP-27", TWINS, calls("SE@2", "first", "two", "last"),
         "both callbacks of one class called", "not one"),
    Case("DISP-28", BY_CLASS, everywhere(3, 4, "first", "heir", "kept", "last"),
         "heir taken out, the first that is an instance of the class", "twin"),
    Case("DISP-28", "an-heir-comes-first", everywhere(2, 2, "first", "last"),
         "heir taken out, the first that is an instance of the class", "heir, twin"),
    Case("DISP-29", BY_CLASS, nothing, "pop_callback to give back plain", "None"),
    Case("DISP-30", "nothing-to-take-out", nothing, "None, as there is no such callback", "first"),
    Case("DISP-32", "no-default-flow", flags("SE@2", "first", "S", "S"),
         "nothing due by itself", "should_save set"),
    Case("DISP-32", "no-default-flow", until(4), "the last epoch to be whole, up to step 6",
         "an end at step 4"),
    Case("DISP-33", MANY, keyword("SE@3", extra=True),
         "the keywords of the first on_step_end", "extra besides"),
    Case("DISP-34", ADDED, looked("LG@1", "more", {"last": ["extra"]}),
         "after to find in logs what adds put there", "no extra"),
    Case("DISP-34", ADDED, looked("EV@3", "more", {"after": ["mine"]}),
         "last to find in metrics what adds put there", "no mine"),
    Case("DISP-35", ADDED, nothing, "log_history without extra, which a callback put into logs",
         "extra in log_history"),
    Case("DISP-38", "a-method-replaced", looked("SE@4", "replaced", []),
         "the new method of early called", "the old one"),
    Case("DISP-40", "what-the-trainer-holds", nothing, "the trainer's own model, args and state",
         "another model"),
    Case("DISP-41", "raises-after-asking", flags("ps@2", "first", "", ""),
         "should_save, which asks set before it raised", "cleared"),
)
# fmt: on
RETURNED: dict[str, tuple[int, dict[str, Any]]] = {
    "DISP-29": (1, {"seen": {"popped": None}}),
    "DISP-30": (1, {"seen": {"popped": "first"}}),
    "DISP-35": (1, {"history": [{"loss": 1.0, "extra": 1.0}]}),
    "DISP-40": (3, {"seen": {"model": False, "args": True, "state": True}}),
}
"""The call, and what it gives back in place of the right thing."""
ELSEWHERE = {"DISP-31", "DISP-36", "DISP-37", "DISP-39", "DISP-17", "DISP-23", "DISP-25", "DISP-26"}
"""They allow whatever they name."""


@pytest.mark.parametrize("case", CASES, ids=[f"{c.rule}-{n}" for n, c in enumerate(CASES)])
def test_a_broken_trace_is_reported_by_its_rule_alone(case: Case) -> None:
    trace = broken(case.job, case.edit)
    if case.rule in RETURNED:
        call, fields = RETURNED[case.rule]
        for field, value in fields.items():
            setattr(trace.returns[call - 1], field, value)
    results = judge([trace], rules=CHAPTER).results
    failed = {result.rule.id: result for result in results if result.verdict is Verdict.FAIL}
    assert list(failed) == [case.rule]
    evidence = failed[case.rule].evidence
    assert evidence is not None
    assert (evidence.expected, evidence.got) == (case.expected, case.got)


def test_every_rule_is_broken_by_some_case() -> None:
    assert {rule.id for rule in CHAPTER} == {case.rule for case in CASES} | ELSEWHERE


def test_what_is_taken_out_although_nothing_fits_is_told() -> None:
    trace = broken("nothing-to-take-out", everywhere(4, 4, "first"))
    (failure,) = judge([trace], rules=CHAPTER).failures
    assert (failure.rule.id, failure.evidence and failure.evidence.got) == (
        "DISP-30",
        "last taken out",
    )


def test_the_end_by_an_exception_leaves_nobody_out() -> None:
    trace = predict(CORPUS["callback-raises"])
    assert [call.who for call in trace.records[-1].calls] == ["first", "script"]
    results = judge([Trace(trace.scenario, BY, trace.records, trace.outcome)], rules=CHAPTER)
    assert results.failures == []


# What trainers may do -----------------------------------------------------------------------------


def passes(name: str, *controls: int | None) -> Edit:
    """What the callbacks behind the one that returned something else were given."""

    def edit(records: Records) -> None:
        record = find(records, name)
        behind = [
            Call(who, given, "", "")
            for who, given in zip(("after", "last"), controls, strict=False)
        ]
        record.calls = [*record.calls, *behind]

    return edit


BOTH = (Verdict.PASS, Verdict.PASS)
# fmt: off
VARIANTS: tuple[tuple[str, str, Edit, str, tuple[Verdict, Verdict]], ...] = (
    ("DISP-5", MANY, nothing, "six", (Verdict.PASS, Verdict.FAIL)),
    ("DISP-5", MANY, keyword("TE@6", tokenizer=True), "tokenizer-too", BOTH),
    ("DISP-9", EVERY, nothing, "predictions-too", (Verdict.PASS, Verdict.FAIL)),
    ("DISP-9", EVERY, keyword("PR@0", metrics=None), "evaluations", (Verdict.FAIL, Verdict.PASS)),
    ("DISP-17", "something-else-returned", nothing, "refused", BOTH),
    ("DISP-17", "something-else-returned", passes("SE@2", None, None), "passed-on", BOTH),
    ("DISP-17", "something-else-returned", passes("SE@2", 0, 0), "ignored", BOTH),
    ("DISP-23", "added-by-another", nothing, "next-event", BOTH),
    ("DISP-23", "added-by-another", calls("SE@2", "first", "host", "last", "guest"), "this-event",
     BOTH),
    ("DISP-25", "evaluates-inside", nothing, "once", BOTH),
    ("DISP-31", "a-stranger-removed", nothing, "raises", BOTH),
    ("DISP-36", ADDED, nothing, "one-dict", BOTH),
    ("DISP-36", ADDED, put("EV@3", metrics={"eval_loss": 0.5}), "a-copy", BOTH),
    ("DISP-37", FEW, nothing, "passed-over", BOTH),
    ("DISP-39", TWICE, nothing, "each-time", BOTH),
    ("DISP-39", TWICE, calls("TB@0", "first", "twice", "last"), "once", BOTH),
    ("DISP-26", "logs-inside", nothing, "dropped", BOTH),
)
# fmt: on


@pytest.mark.parametrize(
    ("rule", "job", "edit", "variant", "expected"),
    VARIANTS,
    ids=[f"{rule} {variant}" for rule, _, _, variant, _ in VARIANTS],
)
def test_a_variant_is_named_and_held_to_its_editions(
    rule: str, job: str, edit: Edit, variant: str, expected: tuple[Verdict, Verdict]
) -> None:
    for edition, verdict in zip((Edition.TRANSFORMERS_5, Edition.PAGE), expected, strict=True):
        trace = broken(job, edit)
        (result,) = judge([trace], rules=[rules()[rule]], edition=edition).results
        assert list(result.variants) == [variant]
        assert result.verdict is verdict


def again(name: str, events: tuple[Event, ...]) -> Edit:
    """What was due at this step comes after all, behind what the callback made of it."""

    def edit(records: Records) -> None:
        at = records.index(find(records, name))
        inside = [r for r in records[at:] if r.depth and r.step == records[at].step]
        later = [msgspec.structs.replace(r, depth=0) for r in inside if r.event in events]
        for record in later:
            if record.event is Event.LOG and len(later) == 1:
                record.logs = {"loss": 1.0}
        records[at + 1 + len(inside) : at + 1 + len(inside)] = later

    return edit


@pytest.mark.parametrize(
    ("rule", "job", "events", "variant"),
    [
        (
            "DISP-25",
            "evaluates-inside",
            (Event.PREDICTION_STEP, Event.LOG, Event.EVALUATE),
            "twice",
        ),
        ("DISP-26", "logs-inside", (Event.LOG,), "kept"),
    ],
)
def test_what_was_due_may_come_after_all(
    rule: str, job: str, events: tuple[Event, ...], variant: str
) -> None:
    (result,) = judge([broken(job, again("SE@2", events))], rules=[rules()[rule]]).results
    assert result.variants == {variant: 1}


@pytest.mark.parametrize(
    ("rule", "job", "variant"), [("DISP-37", FEW, "refused"), ("DISP-39", TWICE, "refused")]
)
def test_a_trainer_may_refuse_what_is_odd(rule: str, job: str, variant: str) -> None:
    trace = predict(CORPUS[job])
    first = trace.records[0]
    first.calls = first.calls[:1]
    cut = Trace(CORPUS[job], BY, [first], Outcome("raised", "an error", during="building"))
    (result,) = judge([cut], rules=[rules()[rule]]).results
    assert result.variants == {variant: 1}

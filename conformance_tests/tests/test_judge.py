"""Verdicts, on predicted traces and on traces with one thing changed."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from loopspec.judge import judge
from loopspec.known import Known
from loopspec.machine.predict import predict
from loopspec.report.model import Report, RuleResult
from loopspec.rules import CHECKS, Finding
from loopspec.scenario import Act, Scenario, Scripted
from loopspec.spec import Rule, rules
from loopspec.trace import Outcome, Provenance, Record, Trace
from loopspec.vocabulary import Capability, Edition, Event, Verdict

STOPS = Scenario(
    name="stops",
    shows=("CTRL-3",),
    num_train_epochs=3,
    callbacks=(Scripted("a", (Act(Event.STEP_END, 1, raises="ES"),)),),
)
ALL = tuple(sorted(Capability))


def made(scenario: Scenario = STOPS, capabilities: tuple[Capability, ...] = ALL) -> Trace:
    trace = predict(scenario)
    by = Provenance("made", "1", capabilities, "1")
    return Trace(scenario, by, [*trace.records, *trace.returns], trace.outcome)


def broken(trace: Trace, change: Callable[[Record], Record]) -> Trace:
    records = [change(record) for record in trace.records]
    return Trace(trace.scenario, trace.by, [*records, *trace.returns], trace.outcome)


def keeps_epoch_stop(record: Record) -> Record:
    """The second epoch begins with should_epoch_stop still set."""
    if record.event is not Event.EPOCH_BEGIN or record.step != 1:
        return record
    calls = [msgspec.structs.replace(call, entry="E") for call in record.calls]
    return msgspec.structs.replace(record, calls=calls)


def only(*names: str) -> list[Rule]:
    return [rules()[name] for name in names]


def verdict(report: Report, rule: str) -> Verdict:
    return next(r.verdict for r in report.results if r.rule.id == rule)


def test_a_good_trace_passes_and_counts_what_it_showed() -> None:
    report = judge([made()], rules=only("CTRL-3", "CTRL-11"))
    assert report.ok
    assert [(r.verdict, r.observations) for r in report.results] == [
        (Verdict.PASS, 1),
        (Verdict.NOT_EXERCISED, 0),
    ]


def test_a_failure_says_where_what_was_due_and_what_came() -> None:
    report = judge([broken(made(), keeps_epoch_stop)], rules=only("CTRL-3"))
    (result,) = report.failures
    assert not report.ok
    assert (result.rule.id, result.verdict, result.against) == ("CTRL-3", Verdict.FAIL, 1)
    assert result.message == (
        "at on_epoch_begin (step 1, record 9) of scenario stops: "
        "expected should_epoch_stop cleared before the callbacks, got still set"
    )


def test_the_shortest_trace_is_the_evidence() -> None:
    longer = msgspec.structs.replace(STOPS, name="longer", num_train_epochs=5)
    traces = [broken(made(longer), keeps_epoch_stop), broken(made(), keeps_epoch_stop)]
    for order in (traces, traces[::-1]):
        (result,) = judge(order, rules=only("CTRL-3")).failures
        assert result.evidence is not None
        assert result.evidence.trace.scenario.name == "stops"
        assert result.against == 2


def test_a_rule_that_needs_more_is_not_applicable() -> None:
    few = (Capability.EPOCHS,)
    report = judge([made(capabilities=few)], rules=only("CTRL-3"))
    assert verdict(report, "CTRL-3") is Verdict.NOT_APPLICABLE
    assert not report.ok, "nothing was judged, which is never green"


def test_a_rule_that_nothing_showed_is_not_exercised_and_a_gap_of_a_whole_run() -> None:
    plain = made(Scenario(name="plain"))
    wanted = only("CTRL-1", "CTRL-3", "CTRL-2")
    part, whole = (judge([plain], rules=wanted, whole=whole) for whole in (False, True))
    assert verdict(part, "CTRL-3") is Verdict.NOT_EXERCISED
    assert (part.ok, whole.ok) == (True, False)
    assert [result.rule.id for result in whole.gaps] == ["CTRL-1", "CTRL-3"]


def test_a_declared_deviation_is_known_and_stale_once_it_holds() -> None:
    known = {"CTRL-3": "we know"}
    bad = judge([broken(made(), keeps_epoch_stop)], rules=only("CTRL-3"), known=known)
    good = judge([made()], rules=only("CTRL-3"), known=known, whole=True)
    assert (verdict(bad, "CTRL-3"), bad.ok) == (Verdict.KNOWN, True)
    assert (verdict(good, "CTRL-3"), good.ok) == (Verdict.STALE, False)
    assert "remove the entry" in good.failures[0].message


@pytest.mark.parametrize("kind", ["raised", "hung", "died"])
def test_a_crash_is_an_error_of_the_rules_that_the_scenario_is_for(kind: str) -> None:
    trace = made()
    trace.outcome = Outcome(kind, "ValueError: no")  # type: ignore[arg-type]  # one of the kinds
    report = judge([trace, made(Scenario(name="plain"))], rules=only("CTRL-2", "CTRL-3"))
    assert verdict(report, "CTRL-3") is Verdict.ERROR
    assert verdict(report, "CTRL-2") is Verdict.PASS
    words = {"raised": "it raised", "hung": "it hung:", "died": "its process died:"}
    assert report.failures[0].message == (
        f"at on_train_end (step 7, record {len(trace.records) - 1}) of scenario stops: "
        f"expected the scenario to be played to its end, got {words[kind]} ValueError: no"
    )


def test_a_crash_says_where_and_during_what() -> None:
    trace = made()
    trace.outcome = Outcome("raised", "ValueError: no", "a.b, line 3", "train")
    (result,) = judge([trace], rules=only("CTRL-3")).failures
    assert result.message.endswith("it raised ValueError: no in a.b, line 3, during train")


def named(name: str, outcome: Outcome) -> Trace:
    trace = made(msgspec.structs.replace(STOPS, name=name))
    trace.outcome = outcome
    return trace


@pytest.mark.parametrize("names", ["bca", "abc"])
def test_crashes_are_told_in_the_order_of_their_names(names: str) -> None:
    traces = [named(name, Outcome("died", name)) for name in names]
    report = judge(traces, rules=only("CTRL-3"))
    assert [crash.trace.scenario.name for crash in report.crashes] == ["a", "b", "c"]
    assert report.traces == 3
    (result,) = report.failures
    assert result.evidence is not None
    assert result.evidence.trace.scenario.name == "a"


def unreadable(name: str = "stops") -> Trace:
    """A trace in which no callback was called."""
    trace = made(msgspec.structs.replace(STOPS, name=name))
    return broken(trace, lambda record: msgspec.structs.replace(record, calls=[]))


@pytest.mark.parametrize("names", [("stops",), ("stops", "tstop"), ("tstop", "stops")])
def test_a_trace_that_a_check_cannot_read_is_an_error_of_its_rule(names: tuple[str, ...]) -> None:
    (result,) = judge(map(unreadable, names), rules=only("CTRL-3")).results
    assert result.verdict is Verdict.ERROR
    assert result.evidence is not None
    assert result.evidence.trace.scenario.name == "stops"
    assert result.message == (
        "before any event of scenario stops: expected a trace that the check can read, "
        "got one that it cannot work with (IndexError: list index out of range)"
    )


def test_what_a_check_finds_elsewhere_weighs_more_than_what_it_cannot_read() -> None:
    traces = [unreadable("tstop"), broken(made(), keeps_epoch_stop)]
    assert verdict(judge(traces, rules=only("CTRL-3")), "CTRL-3") is Verdict.FAIL


def test_a_subject_that_can_do_just_what_a_rule_needs_is_judged() -> None:
    enough = tuple(rules()["CTRL-3"].needs)
    assert verdict(judge([made(capabilities=enough)], rules=only("CTRL-3")), "CTRL-3") == "pass"


def test_a_declared_deviation_of_other_versions_is_none() -> None:
    traces = [broken(made(), keeps_epoch_stop)]
    for versions, expected in ((">=1", Verdict.KNOWN), (">=2", Verdict.FAIL)):
        known = {"CTRL-3": Known("CTRL-3", "we know", when=f"made{versions}")}
        report = judge(traces, rules=only("CTRL-3"), known=known)
        assert verdict(report, "CTRL-3") is expected


def test_what_came_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for got, told in (("a word", "a word"), (2, "2"), (["x"], "['x']")):
        monkeypatch.setitem(
            CHECKS, "CTRL-3", lambda _, got=got: iter([Finding(False, 0, "3", got)])
        )
        (result,) = judge([made()], rules=only("CTRL-3")).failures
        assert result.evidence is not None
        assert (result.evidence.expected, result.evidence.got) == ("3", told)


def test_each_observation_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [Finding(True, 0), Finding(False, 2, "x"), Finding(False, 1, "y")]
    monkeypatch.setitem(CHECKS, "CTRL-3", lambda _: iter(findings))
    (result,) = judge([made(), made()], rules=only("CTRL-3")).results
    assert (result.observations, result.against) == (6, 4)
    assert result.evidence is not None
    assert (result.evidence.at, result.evidence.expected) == (2, "x")


def test_an_exception_that_the_scenario_allows_is_no_crash() -> None:
    trace = made(msgspec.structs.replace(STOPS, may_raise=True))
    trace.outcome = Outcome("raised", "TypeError: not a control")
    assert verdict(judge([trace], rules=only("CTRL-3")), "CTRL-3") is Verdict.PASS


def test_a_rule_that_builds_on_a_broken_one_is_blocked() -> None:
    base, on = rules()["CTRL-3"], rules()["CTRL-24"]
    assert base.id in on.builds_on
    trace = broken(made(), keeps_epoch_stop)
    records = [r for r in trace.records if not (r.event is Event.EPOCH_END and r.step == 1)]
    both = Trace(trace.scenario, trace.by, [*records, *trace.returns], trace.outcome)
    report = judge([both], rules=[on, base])
    assert [(r.rule.id, r.verdict) for r in report.results] == [
        ("CTRL-3", Verdict.FAIL),
        ("CTRL-24", Verdict.BLOCKED),
    ]
    assert "CTRL-3" in report.results[1].message


def next_step(record: Record) -> Record:
    """on_save finds should_save still set, as the documentation page has it."""
    if record.event is not Event.SAVE:
        return record
    calls = [msgspec.structs.replace(call, entry="ES", exit="ES") for call in record.calls]
    return msgspec.structs.replace(record, calls=calls)


@pytest.mark.parametrize(
    ("edition", "expected"),
    [(Edition.TRANSFORMERS_5, Verdict.FAIL), (Edition.PAGE, Verdict.PASS)],
)
def test_a_variant_conforms_by_its_edition(edition: Edition, expected: Verdict) -> None:
    traces = [broken(made(), next_step) for _ in range(2)]
    report = judge(traces, rules=only("CTRL-8"), edition=edition)
    (result,) = report.results
    assert result.verdict is expected
    assert result.variants == {"next-step": 2}
    if expected is Verdict.FAIL:
        assert "expected own-event (transformers-5), got next-step" in result.message


def test_failures_come_in_the_order_in_which_they_happened() -> None:
    def lets_flags_stand(record: Record) -> Record:
        if record.event is not Event.STEP_BEGIN:
            return keeps_epoch_stop(record)
        calls = [msgspec.structs.replace(call, entry="S", exit="S") for call in record.calls]
        return msgspec.structs.replace(record, calls=calls)

    scenario = Scenario(
        name="both",
        num_train_epochs=3,
        callbacks=(
            Scripted("a", (Act(Event.STEP_END, 1, raises="E"), Act(Event.EPOCH_BEGIN, raises="S"))),
        ),
    )
    report = judge([broken(made(scenario), lets_flags_stand)], rules=only("CTRL-3", "CTRL-5"))
    assert [result.rule.id for result in report.failures] == ["CTRL-5", "CTRL-3"]


def test_the_order_of_traces_and_rules_changes_no_verdict() -> None:
    traces = [made(), broken(made(), keeps_epoch_stop), made(Scenario(name="plain"))]

    def by_rule(report: Report) -> dict[str, tuple[RuleResult, ...]]:
        return {r.rule.id: (r.verdict, r.observations, r.against) for r in report.results}  # type: ignore[misc]  # compared as they are

    forward = by_rule(judge(traces))
    assert by_rule(judge(traces[::-1], rules=list(rules().values())[::-1])) == forward


def test_a_declared_deviation_blocks_what_builds_on_it_too() -> None:
    on, base = rules()["CTRL-24"], rules()["CTRL-3"]
    trace = broken(made(), keeps_epoch_stop)
    records = [r for r in trace.records if not (r.event is Event.EPOCH_END and r.step == 1)]
    both = Trace(trace.scenario, trace.by, [*records, *trace.returns], trace.outcome)
    report = judge([both], rules=[on, base], known={"CTRL-3": "we know"})
    assert {r.rule.id: r.verdict for r in report.results} == {
        "CTRL-3": Verdict.KNOWN,
        "CTRL-24": Verdict.BLOCKED,
    }
    assert report.ok


def test_what_is_lacking_is_named() -> None:
    (result,) = judge([made(capabilities=(Capability.EPOCHS,))], rules=only("CTRL-3")).results
    assert result.message == "epoch-stop: not declared by the subject"


def test_a_rule_that_cannot_be_judged_is_left_out() -> None:
    untestable = msgspec.structs.replace(rules()["CTRL-3"], untestable="nobody can see it")
    results = judge([made()], rules=[untestable, rules()["CTRL-24"]]).results
    assert [result.rule.id for result in results] == ["CTRL-24"]

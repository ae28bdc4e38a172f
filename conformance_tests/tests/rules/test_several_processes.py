"""The rules about several processes, each broken in one of two traces.

The traces are those that the machine predicts for one process, given to two: what the real trainers
and those with a bug do together is played by the kill matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.report.model import Report
from loopspec.scenario import Act, Scenario, Scripted
from loopspec.trace import Outcome, Provenance, Record, Return, Trace
from loopspec.vocabulary import Capability, Event, Verdict

BY = Provenance("two trainers", "1", tuple(Capability), "1")
ASKS = Act(Event.STEP_END, 1, raises="TSVL", rank=1)
JOB = Scenario(
    name="two",
    world=2,
    shows=("PROC-4",),
    num_train_epochs=1,
    logging_strategy="steps",
    logging_steps=1,
    eval_strategy="epoch",
    save_strategy="epoch",
    callbacks=(Scripted("asks", (ASKS,)),),
)
Edit = Callable[[Record], Record]


def process(rank: int, edit: Edit, drops: Callable[[Record], bool]) -> Trace:
    """What one of two processes that agree on everything gives, with a fault in it."""
    alone = msgspec.structs.replace(ASKS, rank=None)
    one = msgspec.structs.replace(JOB, world=1, callbacks=(Scripted("asks", (alone,)),))
    trace = predict(one)
    kept = [edit(_as_rank(record, rank)) for record in trace.records if not drops(record)]
    records = [msgspec.structs.replace(record, i=i) for i, record in enumerate(kept)]
    bars = {"bars": [[3, [0, 3]]] if rank == 0 else [], "printed": []}
    returns = [msgspec.structs.replace(line, seen=bars) for line in trace.returns]
    return Trace(JOB, BY, [*records, *returns], trace.outcome, rank=rank)


def _as_rank(record: Record, rank: int) -> Record:
    """The record as a process of two has it: with a loss of its own, and the mean of both."""
    zero = {"is_world_process_zero": rank == 0, "is_local_process_zero": rank == 0}
    own = {"own": 0.5 + rank if record.event is Event.EVALUATE else (record.step or 0) + rank}
    values = {
        name: found and {key: _mean(key, value) for key, value in found.items()}
        for name, found in (("logs", record.logs), ("metrics", record.metrics))
    }
    fields = record.fields | zero if record.i == 0 else record.fields
    seen = {"checkpoints": [record.step], "files": ["optimizer.pt"] * (rank == 0)}
    seen = own | (seen if record.event is Event.SAVE else {})
    return msgspec.structs.replace(record, fields=fields, seen=seen, **values)


def _mean(name: str, value: Any) -> Any:
    return value + 0.5 if name in ("loss", "eval_loss") else value


def same(record: Record) -> Record:
    return record


def never(record: Record) -> bool:
    return False


def judged(
    edit: Edit = same, drops: Callable[[Record], bool] = never, outcome: Outcome | None = None
) -> Report:
    """The report on two processes, of which the second one has a fault."""
    first, second = process(0, same, never), process(1, edit, drops)
    return judge([first.together([second], outcome or Outcome("completed"))])


def verdicts(report: Report) -> dict[str, Verdict]:
    return {r.rule.id: r.verdict for r in report.results if r.rule.id.startswith("PROC")}


def test_two_processes_that_agree_keep_every_rule_about_several() -> None:
    found = verdicts(judged())
    assert found.pop("PROC-1") is found.pop("PROC-8") is Verdict.NOT_EXERCISED
    assert set(found.values()) == {Verdict.PASS}


def test_no_other_rule_judges_a_trace_of_several() -> None:
    others = [r for r in judged().results if r.verdict is not Verdict.NOT_EXERCISED]
    assert {r.rule.id for r in others} == {f"PROC-{n}" for n in range(2, 8)}


def at(event: Event, **fields: Any) -> Edit:
    """Changes what the records of an event have; of a dict the entries that are named."""

    def edit(record: Record) -> Record:
        if record.event is not event:
            return record
        new = {
            name: {**(getattr(record, name) or {}), **value} if isinstance(value, dict) else value
            for name, value in fields.items()
        }
        return msgspec.structs.replace(record, **new)

    return edit


CASES: dict[str, tuple[str, Edit, Callable[[Record], bool], str]] = {
    "each is the main one": (
        "PROC-2",
        at(Event.INIT_END, fields={"is_world_process_zero": True}),
        never,
        "at on_init_end (step 0, record 0) of scenario two in process 0: expected "
        "state.is_world_process_zero True in one process, got True in 0 and 1 of 2",
    ),
    "none is the first of its machine from training on": (
        "PROC-2",
        at(Event.TRAIN_BEGIN, fields={"is_local_process_zero": True}),
        never,
        "at on_train_begin (step 0, record 1) of scenario two in process 0: expected "
        "state.is_local_process_zero True in one process, got True in 0 and 1 of 2",
    ),
    "one is not told of a save": (
        "PROC-3",
        same,
        lambda record: record.event is Event.SAVE and record.step == 1,
        "at on_epoch_end (step 1, record 12) of scenario two in process 1: expected on_save "
        "(step 1), as in process 0, got on_epoch_end (step 1)",
    ),
    "one ends before the other": (
        "PROC-3",
        same,
        lambda record: record.event is Event.TRAIN_END,
        "in process 1: expected on_train_end (step 1), as in process 0, got no more events",
    ),
    "the checkpoint is not there yet": (
        "PROC-5",
        at(Event.SAVE, seen={"checkpoints": []}),
        never,
        "in process 1: expected checkpoint 1 complete, got none complete",
    ),
    "another one is there": (
        "PROC-5",
        at(Event.SAVE, seen={"checkpoints": [7]}),
        never,
        "expected checkpoint 1 complete, got complete only [7]",
    ),
    "a metric of its own": (
        "PROC-6",
        at(Event.EVALUATE, metrics={"eval_score": 3.0}),
        never,
        "expected the same eval_score in every process, got nothing in process 0, 3.0 in process 1",
    ),
    "the other's loss is not in it": (
        "PROC-6",
        at(Event.EVALUATE, seen={"own": 8.5}),
        never,
        "expected eval_loss the mean over processes, 4.5, got 1.0",
    ),
    "metrics from a part": (
        "PROC-6",
        at(Event.EVALUATE, metrics={"eval_counted": 2.0}),
        never,
        "expected the same eval_counted in every process, got nothing in process 0, 2.0",
    ),
    "one more writes": (
        "PROC-7",
        at(Event.SAVE, seen={"files": ["model.safetensors"]}),
        never,
        "in process 1: expected no checkpoint written, got ['model.safetensors']",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_of_one_process_breaks_the_rule_about_it(case: str) -> None:
    rule, edit, drops, message = CASES[case]
    report = judged(edit, drops)
    assert {r.rule.id for r in report.failures} == {rule}
    assert message in report.failures[0].message


@pytest.mark.parametrize(
    ("flag", "event"), [("L", Event.LOG), ("V", Event.EVALUATE), ("S", Event.SAVE)]
)
def test_a_flag_that_acts_in_one_process_alone_is_told(flag: str, event: Event) -> None:
    first = process(0, same, lambda record: record.event is event and record.step == 1)
    report = judge([first.together([process(1, same, never)], Outcome("completed"))])
    found = {r.rule.id: r for r in report.results}
    assert found["PROC-3"].verdict is Verdict.FAIL
    assert found["PROC-4"].verdict is Verdict.BLOCKED
    evidence = found["PROC-4"].evidence
    assert evidence is not None
    assert evidence.trace.rank == 0
    assert evidence.got == f"no {event} at this step"


def test_a_run_that_hangs_breaks_the_rule_that_its_scenario_shows() -> None:
    hung = Outcome("hung", "no event for 6 s: process 0 was after on_step_begin (step 1)")
    report = judged(outcome=hung)
    assert [r.rule.id for r in report.failures] == ["PROC-4"]
    assert report.failures[0].verdict is Verdict.ERROR
    assert "it hung: no event for 6 s: process 0 was after" in report.failures[0].message


def test_the_evidence_names_the_process_in_every_form_of_a_report() -> None:
    from loopspec.report.bug import bug_report
    from loopspec.report.json import json_evidence
    from loopspec.report.terminal import result_text

    failure = judged(*CASES["one more writes"][1:3]).failures[0]
    assert failure.evidence is not None
    evidence = json_evidence(failure.evidence)
    assert evidence.process == 1
    assert "\n  process: 1\n" in result_text(failure)
    assert "**Process.** 1\n" in bug_report(failure.rule, "fail", evidence)


def test_what_two_processes_return_is_compared() -> None:
    first, second = process(0, same, never), process(1, same, never)
    changed = [Return(line.call, line.name, history=[{"loss": 9.0}]) for line in second.returns]
    other = Trace(JOB, BY, [*second.records, *changed], second.ended, rank=1)
    report = judge([first.together([other], Outcome("completed"))])
    assert [r.rule.id for r in report.failures] == ["PROC-6"]
    assert "expected the same log_history in all" in report.failures[0].message

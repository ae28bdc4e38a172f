from pathlib import Path
from typing import Any

import pytest

from loopspec.machine.compare import difference
from loopspec.machine.predict import predict
from loopspec.scenario import Act, Scenario, Scripted
from loopspec.trace import Outcome, Trace
from loopspec.trace_file import TraceError, line_to_json, read_trace, write_trace
from loopspec.vocabulary import Event

NESTED = Scenario(
    name="nested",
    num_train_epochs=1,
    callbacks=(Scripted("a", (Act(Event.STEP_END, 2, does="evaluate", raises="S"),)),),
    calls=("train", "train"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "nested.jsonl"
    write_trace(predict(NESTED), path)
    return path


def test_a_trace_survives_its_file(path: Path) -> None:
    again = read_trace(path)
    assert difference(predict(NESTED), again) is None
    assert again.scenario == NESTED
    assert not path.with_suffix(".tmp").exists()


def test_the_same_trace_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "again.jsonl"
    write_trace(read_trace(path), other)
    assert other.read_bytes() == path.read_bytes()


def test_views(path: Path) -> None:
    trace = read_trace(path)
    assert [record.i for record in trace.records] == list(range(len(trace.records)))
    assert [r.event for r in trace.records if r.depth] == [
        Event.PREDICTION_STEP,
        Event.PREDICTION_STEP,
        Event.LOG,
        Event.EVALUATE,
    ]
    assert len(trace.runs) == 2
    assert all(run[0].event is Event.TRAIN_BEGIN for run in trace.runs)


def test_fields_of_the_state_add_up(path: Path) -> None:
    trace = read_trace(path)
    first, second, *_ = trace.records
    assert first.fields["num_train_epochs"] == 0
    assert first.fields["train_batch_size"] is None
    assert second.fields == {"num_train_epochs": 1, "train_batch_size": 1}
    assert len(trace.fields) == len(trace.records)
    assert trace.fields[1] == trace.fields[-1] == first.fields | second.fields
    assert all(not record.depth for record in trace.top)
    assert trace.text(Event.STEP_END, Event.SAVE) == "SE@1 SE@2 SV@2 SE@3[T] SE@1 SE@2 SE@3[T]"
    assert trace.of(Event.SAVE, Event.INIT_END)[0].event is Event.INIT_END


def test_returns_hold_what_the_trainer_held(path: Path) -> None:
    first, second = read_trace(path).returns
    assert (first.name, first.call, first.step, first.flags) == ("train", 1, 3, "T")
    assert second.history is not None
    assert "train_loss" in second.history[-1]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda lines: lines[:-1], "ends without its outcome line"),
        (lambda lines: [*lines[:-1], lines[-1][:20]], "cut short or damaged"),
        (lambda lines: [], "empty"),
        (lambda lines: lines[1:], "the first line has no"),
        (lambda lines: [b"hello\n", *lines], "the first line is no JSON"),
        (lambda lines: [lines[0].replace(b'"version":1', b'"version":7'), *lines[1:]], "version 7"),
        (lambda lines: [*lines[:4], lines[5], *lines[6:]], "missing or doubled"),
        (lambda lines: [*lines[:4], lines[4], *lines[4:]], "doubled (numbers break at 4)"),
        (lambda lines: [*lines[:4], lines[-1], *lines[4:]], "Outcome in the middle"),
        (
            lambda lines: [
                *lines[:4],
                lines[4].replace(b'"step":0', b'"step":"zero"'),
                *lines[5:],
            ],
            "Expected `int | null`, got `str` - at `$.step`",
        ),
        (
            lambda lines: [*lines[:4], lines[4].replace(b"on_step_begin", b"on_lunch"), *lines[5:]],
            "on_lunch",
        ),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(path: Path, damage, message: str) -> None:  # type: ignore[no-untyped-def]  # the table says what it takes
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(damage(lines)))
    with pytest.raises(TraceError) as refused:
        read_trace(path)
    assert message in str(refused.value)
    assert "nested.jsonl" in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="cannot be read"):
        read_trace(tmp_path / "none.jsonl")


def test_a_line_holds_no_path_and_no_time() -> None:
    text = b"".join(map(line_to_json, predict(NESTED).records)).decode()
    assert '"train_runtime":null' in text
    assert "/tmp" not in text


TOGETHER = Scenario(name="two", world=2, num_train_epochs=1)
IN_TURN = Scenario(name="two", calls=("train", "process", "resume"), num_train_epochs=1)


def of_two(job: Scenario = TOGETHER) -> Trace:
    made = [predict(TOGETHER) for _ in range(2)]
    first, second = (
        Trace(job, one.by, [*one.records, *one.returns], one.outcome, rank=rank)
        for rank, one in enumerate(made)
    )
    return first.together([second], Outcome("hung", "both wait"))


@pytest.mark.parametrize("job", [TOGETHER, IN_TURN])
def test_a_trace_of_several_processes_survives_its_file(job: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    write_trace(of_two(job), path)
    again = read_trace(path)
    assert [one.rank for one in again.ranks] == [0, 1]
    assert again.outcome == Outcome("hung", "both wait")
    for one, other in zip(again.ranks, of_two().ranks, strict=True):
        assert (one.records, one.returns, one.ended) == (other.records, other.returns, other.ended)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda lines: lines[: len(lines) // 2 - 1], "cut short"),
        (lambda lines: [x for x in lines if b'"rank":0' not in x], "this should be process 0"),
        (lambda lines: [lines[0], *lines[-len(lines) // 2 :]], "this should be process 0"),
        (lambda lines: [*lines[: len(lines) // 2], lines[-1]], "has 1 processes, the scenario 2"),
    ],
    ids=["half", "without-a-head", "from-the-middle", "one-alone"],
)
def test_a_damaged_trace_of_several_processes_is_told_of(
    damage: Any, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "two.jsonl"
    write_trace(of_two(), path)
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))
    with pytest.raises(TraceError, match=told):
        read_trace(path)

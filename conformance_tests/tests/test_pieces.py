from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopspec.corpus import CORPUS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.machine.profile import PROFILES
from loopspec.mutants import ZOO, MutantSubject
from loopspec.pieces import can_be_cut, look_through, pieces, read_pieces
from loopspec.recording import record
from loopspec.scenario import Act, EarlyStopping, Scenario, Scripted
from loopspec.trace import Header, Provenance, Record, Trace
from loopspec.trace_file import TRACE_VERSION, TraceError, line_to_json, read_trace, write_trace
from loopspec.vocabulary import Capability, Event, Verdict

CUT = [scenario for scenario in CORPUS.values() if can_be_cut(scenario)]
BROKEN = (Verdict.FAIL, Verdict.ERROR, Verdict.BLOCKED)
BY = Provenance("machine", "1", tuple(Capability), "1")
#: What is said of the whole of a run, and cannot be told of its pieces.
OF_THE_WHOLE = {"STATE-4", "EVT-39", "STATE-3", "EVT-7"}


def broken(traces: Iterator[Trace] | list[Trace]) -> set[str]:
    return {result.rule.id for result in judge(traces).results if result.verdict in BROKEN}


def long(epochs: int, batches: int = 200) -> Trace:
    scenario = Scenario(
        name="long",
        num_train_epochs=epochs,
        train_batches=batches,
        gradient_accumulation_steps=2,
        logging_strategy="steps",
        logging_steps=30,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
    )
    trace = predict(scenario)
    trace.by = BY
    return trace


@pytest.fixture
def long_file(tmp_path: Path) -> Callable[[int], Path]:
    def make(epochs: int) -> Path:
        path = tmp_path / f"long-{epochs}.jsonl"
        write_trace(long(epochs), path)
        return path

    return make


@pytest.mark.parametrize("limit", [1, 12], ids=["a step", "an epoch or two"])
@pytest.mark.parametrize("profile", PROFILES)
def test_wherever_a_good_trace_is_cut_nothing_is_reported(profile: str, limit: int) -> None:
    count = 0
    for scenario in CUT:
        trace = predict(scenario, PROFILES[profile])
        trace.by = BY
        made = list(pieces(trace, limit))
        count += len(made)
        assert broken(made) <= broken([trace]), scenario.name
    assert count > len(CUT)


@pytest.mark.parametrize("name", sorted(n for n, mutant in ZOO.items() if not mutant.trainer)[::15])
def test_what_a_mutant_does_wrong_is_reported_of_its_pieces(name: str) -> None:
    subject = MutantSubject(ZOO[name])
    for scenario in CUT[::3]:
        trace = record(subject, scenario)
        whole, cut = broken([trace]), broken(list(pieces(trace, 12)))
        assert whole - cut <= OF_THE_WHOLE, scenario.name
        assert cut <= whole, scenario.name


def test_each_pair_of_neighbours_is_in_one_of_the_pieces() -> None:
    def pairs(trace: Trace) -> set[tuple[tuple[Event, int | None], tuple[Event, int | None]]]:
        seen = [(r.event, r.step) for r in trace.records]
        return set(itertools.pairwise(seen))

    trace = long(5)
    made = list(pieces(trace, 300))
    assert len(made) > 3
    assert set.union(*map(pairs, made)) >= pairs(trace)
    assert [piece.scenario.name for piece in made[:2]] == ["long", "long, from record 512"]
    assert trace.records[512].event is Event.EPOCH_BEGIN


@pytest.mark.parametrize(
    ("changes", "cut"),
    [
        ({}, True),
        ({"callbacks": (Scripted("a", (Act(Event.STEP_END, 2, raises="L"),)),)}, True),
        ({"callbacks": (Scripted("a", (Act(Event.STEP_END, times=0, raises="L"),)),)}, True),
        ({"callbacks": (Scripted("a", (Act(Event.STEP_END, raises="L"),)),)}, False),
        ({"callbacks": (Scripted("a", (Act(Event.STEP_END, 2, does="remove"),)),)}, False),
        ({"callbacks": (Scripted("a", given="added"),)}, False),
        ({"callbacks": (Scripted("a", stateful=True),)}, False),
        ({"early_stopping": EarlyStopping()}, False),
        ({"display": "progress"}, False),
        ({"report_to": "all"}, False),
        ({"eval_on_start": True}, False),
        ({"calls": ("evaluate", "train")}, False),
        ({"calls": ("train", "new", "resume@2")}, False),
        ({"calls": ("train", "train")}, True),
        ({"world": 2}, False),
    ],
)
def test_what_has_to_be_remembered_is_not_cut(changes: dict[str, object], cut: bool) -> None:
    scenario = Scenario(name="a", **changes)  # type: ignore[arg-type]
    assert can_be_cut(scenario) is cut
    assert (len(list(pieces(predict(scenario), 1))) > 1) is cut


def test_a_file_that_is_small_or_cannot_be_cut_is_read_at_once(
    tmp_path: Path, long_file: Callable[[int], Path]
) -> None:
    path = long_file(1)
    (trace,) = read_pieces(path)
    assert trace.records == read_trace(path).records
    assert trace.piece == 0
    uncut = predict(Scenario(name="a", display="printer"))
    write_trace(uncut, tmp_path / "a.jsonl")
    (trace,) = read_pieces(tmp_path / "a.jsonl", whole=0, limit=1)
    assert trace.records == uncut.records


def test_the_pieces_of_a_file_are_those_of_its_trace(long_file: Callable[[int], Path]) -> None:
    path = long_file(3)
    found = list(read_pieces(path, whole=0, limit=300))
    wanted = list(pieces(read_trace(path), 300))
    assert len(found) == len(wanted) > 2
    for one, other in zip(found, wanted, strict=True):
        assert (one.scenario, one.records, one.returns, one.outcome) == (
            other.scenario,
            other.records,
            other.returns,
            other.outcome,
        )
    report = judge(found)
    assert report.ok
    assert report.traces == 1


def test_what_fires_inside_of_an_event_is_put_behind_it(tmp_path: Path) -> None:
    logs = Act(Event.STEP_END, times=0, does="log", whom="mine")
    trace = predict(Scenario(name="a", callbacks=(Scripted("logs", (logs,)),)))
    lines = [Header(TRACE_VERSION, trace.scenario, trace.by), *_as_written(trace), trace.outcome]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(map(line_to_json, lines)))  # type: ignore[arg-type]
    found = list(read_pieces(path, whole=0, limit=1))
    inside = [(a, b) for piece in found for a, b in itertools.pairwise(piece.records) if b.depth]
    assert len(inside) >= 6
    assert {a.event for a, _ in inside} == {Event.STEP_END}
    assert {b.event for _, b in inside} == {Event.LOG}


def _as_written(trace: Trace) -> list[object]:
    """As a recorder writes them: an event when its last callback returned."""
    lines: list[object] = []
    outer: list[Record] = []
    for one in trace.records:
        if not one.depth:
            lines += outer
            outer = [one]
        else:
            lines.append(one)
    return [*lines, *outer, *trace.returns]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda lines: lines[:-1], "long-3.jsonl: the trace ends without its outcome line"),
        (lambda lines: [*lines, lines[5]], "in the middle of a trace"),
        (lambda lines: [*lines[:9], lines[0], *lines[9:]], ":10: a Header in the middle"),
        (lambda lines: lines[:50] + lines[51:], "missing or doubled (numbers break at 49)"),
        (lambda lines: lines[:50] + lines[49:], "missing or doubled (numbers break at 49)"),
        (lambda lines: [*lines[:9], b"{\n", *lines[9:]], ":10: not JSON"),
    ],
    ids=["cut short", "goes on", "two headers", "one missing", "one doubled", "no line"],
)
def test_a_long_trace_that_is_damaged_is_told_of(
    long_file: Callable[[int], Path], damage: Callable[[list[bytes]], list[bytes]], told: str
) -> None:
    path = long_file(3)
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))
    for read in (
        lambda: list(read_pieces(path, whole=0, limit=300)),
        lambda: look_through(path, 0),
    ):
        with pytest.raises(TraceError) as caught:
            read()
        assert told in str(caught.value)


@pytest.mark.parametrize("whole", [0, 1 << 30])
def test_what_a_file_says_of_itself(long_file: Callable[[int], Path], whole: int) -> None:
    trace, found = long(3), look_through(long_file(3), whole)
    assert (found.scenario, found.by, found.outcome) == (trace.scenario, trace.by, trace.outcome)
    assert not found.records


def test_memory_does_not_grow_with_the_trace(long_file: Callable[[int], Path]) -> None:
    def peak(epochs: int) -> int:
        path = long_file(epochs)
        tracemalloc.start()
        try:
            assert judge(read_pieces(path, whole=0, limit=300)).ok
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(2)  # what is made once and kept
    assert peak(12) < 1.2 * peak(3)

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

import loopspec_reference
from loopspec.benchmarking import BenchResult, bench_json, compare, measure, read_bench
from loopspec.benchmarking.difference import difference, for_each_callback, overhead
from loopspec.benchmarking.plot import plot
from loopspec.benchmarking.result import BARE
from loopspec.faults import Fault, SubjectFault
from loopspec.subjects.builtin import trainer_subject


class Reads(loopspec_reference.Trainer):
    """Reads its loss, keeps it, and calls a little."""

    def training_step(self, *arguments: Any, **keywords: Any) -> Any:
        loss = super().training_step(*arguments, **keywords)
        self.seen: list[list[float]] = getattr(self, "seen", [])
        self.seen.append([loss.item()])
        return loss


@pytest.fixture(scope="module")
def result() -> BenchResult:
    subjects = {
        name: trainer_subject(trainer)
        for name, trainer in {"reads": Reads, "plain": loopspec_reference.Trainer}.items()
    }
    return measure(subjects, numbers=(0, 3, 10), rounds=2, steps=20)


def test_the_one_that_does_more_costs_more_and_where(result: BenchResult) -> None:
    found = difference(result, "plain", "reads")
    assert (found.dearer, found.cheaper) == ("reads", "plain")
    assert found.places[0][0] == f"{__name__}:Reads.training_step"
    assert found.bytecodes == sum(number for _, number in found.places) > 0
    assert str(found).startswith("reads costs more than plain: ")
    assert str(difference(result, "plain", "plain")) == "plain and plain cost the same"


def test_operations_that_wait_are_seen(result: BenchResult) -> None:
    assert result.of("reads").none.waiting == {"_local_scalar_dense": 1.0}
    assert result.of("plain").none.waiting == result.bare.none.waiting == {}


def test_what_is_left_behind_is_seen(result: BenchResult) -> None:
    assert result.of("reads").none.surviving >= 1
    assert result.of("plain").none.surviving == 0


def test_a_callback_adds_the_same_however_many_there_are(result: BenchResult) -> None:
    three, ten = (step.counts.bytecodes for step in result.of("plain").steps[1:])
    each = for_each_callback(result.of("plain"))
    assert three + 7 * each == ten
    assert overhead(result, result.of("plain").none) > 0


def test_it_is_kept_and_read_and_drawn_the_same(result: BenchResult, tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_bytes(bench_json(result))
    again = read_bench(path)
    assert again == result
    assert plot(again, "svg") == plot(result, "svg")
    assert plot(result, "png").startswith(b"\x89PNG")
    assert b">reads<" in plot(result, "svg")


def test_a_count_that_has_grown_is_told(result: BenchResult) -> None:
    assert compare(result, result) == []
    before, now = (
        msgspec.structs.replace(
            result, subjects=[msgspec.structs.replace(result.of(name), name="x"), result.bare]
        )
        for name in ("plain", "reads")
    )
    dearer, cheaper = compare(before, now), compare(now, before)
    assert len(dearer) == len(cheaper) > 0
    assert all(change.worse for change in dearer)
    assert not any(change.worse for change in cheaper)
    assert "with 0 callbacks: 1 waiting operations a step, 1 more than 0" in map(str, dearer)


def test_what_cannot_be_compared_is_said(result: BenchResult) -> None:
    with pytest.raises(Fault, match="not about reads"):
        compare(msgspec.structs.replace(result, subjects=[result.bare]), result)
    with pytest.raises(Fault, match="their counts differ"):
        compare(msgspec.structs.replace(result, python="3.2.1"), result)


@pytest.mark.parametrize(
    ("text", "told"), [("{}", "not written by"), ('{"version": 7', "not written by")]
)
def test_another_file_is_told(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(Fault, match=told):
        read_bench(path)
    with pytest.raises(Fault, match="cannot be read"):
        read_bench(tmp_path / "none.json")


def test_an_older_version_is_told(result: BenchResult, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(bench_json(msgspec.structs.replace(result, version=0)))
    with pytest.raises(Fault, match="has version 0"):
        read_bench(path)


def test_a_trainer_that_raises_is_told_in_one_line() -> None:
    class Breaks(loopspec_reference.Trainer):
        def training_step(self, *arguments: Any, **keywords: Any) -> Any:
            raise OSError("no\nroom")

    with pytest.raises(SubjectFault, match=r"it cannot be measured, .* OSError: no room"):
        measure({"breaks": trainer_subject(Breaks)}, numbers=(0,), rounds=0)


def test_slower_steps_take_longer() -> None:
    class Sleeps(loopspec_reference.Trainer):
        def training_step(self, *arguments: Any, **keywords: Any) -> Any:
            time.sleep(0.01)
            return super().training_step(*arguments, **keywords)

    found = measure({"sleeps": trainer_subject(Sleeps)}, numbers=(0,), rounds=3, steps=10)
    slow, bare = (found.of(name).none.time for name in ("sleeps", BARE))
    assert slow is not None
    assert bare is not None
    assert slow.median > bare.median + 5e6

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gate
import pytest

needs_valgrind = pytest.mark.skipif(shutil.which("valgrind") is None, reason="no valgrind here")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the reference, to plant something in."""
    shutil.copytree(
        gate.ROOT / "reference_impl" / "loopspec_reference", tmp_path / "loopspec_reference"
    )
    return tmp_path


def plant(source: Path, old: str, new: str) -> None:
    path = source / "loopspec_reference" / "handler.py"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def judged(source: Path, capsys: pytest.CaptureFixture[str], only: str) -> tuple[int, str]:
    status = gate.main(["--source", str(source), "--only", only])
    return status, capsys.readouterr().out


FIRE = "        return dispatch(args, state, control, self._kwargs)\n"


def test_one_more_call_in_an_event_is_caught(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(source, FIRE, f"        _more()\n{FIRE}")
    plant(source, "class _Shared", "def _more() -> None:\n    pass\n\n\nclass _Shared")
    status, told = judged(source, capsys, "dispatch")
    assert status == 1
    assert "grown: dispatch, 10 callbacks, no-op: calls 14, 13 in the baseline" in told
    assert told.endswith("or say why with --update REASON\n")


@needs_valgrind
def test_five_per_cent_more_instructions_are_caught_where_nothing_else_grows(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Python looks up faster in what is exactly a dict.
    plant(source, "class _Shared", "class _Slower(dict):\n    pass\n\n\nclass _Shared")
    plant(source, "Dispatch] = {}", "Dispatch] = _Slower()")
    status, told = judged(source, capsys, "dispatch")
    assert status == 1
    grown = [line for line in told.splitlines() if line.startswith("grown")]
    assert all("instructions" in line for line in grown)
    before, now = 0.2497, float(grown[0].partition("bound methods ")[2].partition(",")[0])
    assert 1.02 < now / before < 1.12


def test_a_step_that_reads_its_loss_is_caught(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = source / "loopspec_reference" / "steps.py"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace(
            "        return loss.detach()\n", "        loss.item()\n        return loss.detach()\n"
        )
    )
    status, told = judged(source, capsys, "step")
    assert status == 1
    assert "grown: step, 0 callbacks, 1 batches: waiting operations 1, 0 in the baseline" in told


@contextmanager
def busy_neighbours() -> Iterator[None]:
    spinning = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(2)]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.terminate()
            process.join()


def _spin() -> None:
    while True:
        pass


@needs_valgrind
def test_noise_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with busy_neighbours():
        status, told = judged(gate.ROOT / "reference_impl", capsys, "dispatch")
    assert (status, told) == (0, "gate: 60 counts, none has grown\n")


def test_what_has_fallen_is_told_and_no_failure() -> None:
    before = {"x": {"calls": 3.0, gate.INSTRUCTIONS: 1.0}}
    now = {"x": {"calls": 2.0, gate.INSTRUCTIONS: 1.019}, "y": {"calls": 1.0}}
    assert list(gate.changes(before, now)) == [
        (False, "x: calls 2, 3 in the baseline"),
        (True, "y: calls 1, of which there is no baseline"),
    ]


def test_another_torch_is_not_judged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "version", lambda package: "0.1+cpu")
    assert gate.main([]) == 2
    assert "this is 0.1; nothing is judged" in capsys.readouterr().out


def test_another_python_needs_a_baseline_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "MINOR", "3.2")
    assert gate.main([]) == 2
    assert "there is no baseline for Python 3.2" in capsys.readouterr().out

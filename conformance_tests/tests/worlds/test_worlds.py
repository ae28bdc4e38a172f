"""Scenarios that several processes play: what becomes of a world, whatever its processes do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loopspec import record_all
from loopspec.corpus import CORPUS
from loopspec.faults import Fault
from loopspec.playing import provenance
from loopspec.recording import record
from loopspec.targets import load_file
from loopspec.trace import Trace
from loopspec.vocabulary import Capability
from loopspec.worlds import Worlds

toys = load_file(Path(__file__).parents[1] / "toys.py")
ALONE, STOP, SAVE = "epoch-stop-of-one-process", "stop-of-one-process", "save-of-one-process"

SPINS = """
def step(self):
    super().step()
    while self.control.should_epoch_stop:
        pass
"""

TELLS = """
def __init__(self, *given):
    super().__init__(*given)
    with open({log!r}, "a") as log:
        print(os.getpid(), *map(os.environ.get, ("RANK", "WORLD_SIZE")), file=log)
"""


def together(folder: Path, fault: str = "pass") -> Path:
    """A toy of which each process trains for itself, with a fault where somebody ends an epoch: a
    callback of the second process does."""
    path = toys.planted(folder, fault)
    path.write_text(
        f"{path.read_text()}    capabilities = ToySubject.capabilities | {{'processes'}}\n"
    )
    return path


def played(target: Path, *scenarios: str, **options: object) -> dict[str, Trace]:
    traces = record_all(str(target), scenarios=scenarios, **options)
    return {trace.scenario.name: trace for trace in traces}


def test_each_process_has_a_trace_of_its_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    trace = played(together(tmp_path, TELLS.format(log=str(log))), ALONE)[ALONE]
    assert trace.outcome.kind == "completed"
    assert [one.rank for one in trace.ranks] == [0, 1]
    assert [one.codes().count("SE") for one in trace.ranks] == [6, 4]
    assert [len(one.deeds) for one in trace.ranks] == [0, 1]
    told = [line.split()[1:] for line in log.read_text().splitlines()]
    assert sorted(told) == [["0", "2"], ["1", "2"], ["None", "None"]]


def test_a_hang_is_ended_and_told_with_the_place_of_every_process(tmp_path: Path) -> None:
    began = time.monotonic()
    trace = played(together(tmp_path, toys.HANGS), ALONE, timeout=20)[ALONE]
    assert trace.outcome.kind == "hung"
    told, first, second = trace.outcome.error.replace("; ", ": ").split(": ")
    assert told == "no event and no work in any process for 2 s"
    assert first == "process 0 was at its end"
    assert second.startswith("process 1 was after on_step_end (step 1) in bad.spin <- bad.step <- ")
    assert trace.ranks[1].codes() == "IE TB EB SB SE"
    assert time.monotonic() - began < 600


def test_one_that_works_and_never_ends_is_given_its_time_and_no_more(tmp_path: Path) -> None:
    trace = played(together(tmp_path, SPINS), ALONE, timeout=8)[ALONE]
    assert trace.outcome.kind == "hung"
    assert trace.outcome.error.startswith("no end within 8 s: process 0 was at its end; process 1")


def test_the_others_go_on_after_a_process_that_died(tmp_path: Path) -> None:
    traces = played(together(tmp_path, toys.KILLED), ALONE, STOP, SAVE)
    assert traces[ALONE].outcome.kind == "died"
    assert traces[ALONE].outcome.error == "process 1: killed by SIGKILL"
    assert traces[ALONE].ranks[1].codes() == "IE TB EB SB SE"
    assert traces[STOP].outcome.kind == traces[SAVE].outcome.kind == "completed"


def test_what_one_process_raises_is_told_as_its_own(tmp_path: Path) -> None:
    outcome = played(together(tmp_path, toys.CRASHES), ALONE)[ALONE].outcome
    assert outcome.kind == "raised"
    assert outcome.error == "process 1: RuntimeError: no way to stop an epoch"
    assert outcome.where.startswith("bad.step")


def test_no_process_is_left(tmp_path: Path) -> None:
    log = tmp_path / "log"
    fault = TELLS.format(log=str(log)) + toys.HANGS
    played(together(tmp_path, fault), ALONE, timeout=20)
    pids = [int(line.split()[0]) for line in log.read_text().splitlines()]
    assert len(pids) >= 2
    left = [pid for pid in pids if pid != os.getpid() and Path(f"/proc/{pid}").exists()]
    assert left == []


def test_two_suites_at_a_time_do_not_meet(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "loopspec", "record", str(together(tmp_path))]
    command += ["--scenario", ALONE, "--scenario", SAVE, "-j", "4"]
    running = [
        subprocess.Popen([*command, "-o", str(tmp_path / name)], stdout=subprocess.DEVNULL)
        for name in ("one", "other")
    ]
    assert [process.wait(600) for process in running] == [0, 0]
    for name in (ALONE, SAVE):
        one, other = (tmp_path / folder / f"{name}.jsonl" for folder in ("one", "other"))
        assert one.read_bytes() == other.read_bytes()
        assert b'"kind":"completed"' in one.read_bytes()


def test_a_subject_that_cannot_be_sent_leaves_them_out_and_says_why(tmp_path: Path) -> None:
    subject = toys.ToySubject()
    subject.capabilities = toys.ToySubject.capabilities | {Capability.PROCESSES}
    subject.hook = lambda: None
    with Worlds(subject, 1, 20, tmp_path) as worlds:
        (trace,) = worlds.play([CORPUS[ALONE]], provenance(subject))
    assert trace.left_out
    assert trace.outcome.error.startswith("toy: the subject cannot be sent to a worker process: ")
    assert "processes=0" not in trace.outcome.error


def test_a_scenario_of_several_processes_is_not_played_by_one() -> None:
    with pytest.raises(Fault, match=r"epoch-stop-of-one-process is for 2 processes: check\(\)"):
        record(toys.ToySubject(), CORPUS[ALONE])

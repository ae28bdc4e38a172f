"""Scenarios in which one process comes after another: what becomes of them, however they end."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopspec import record_all
from loopspec.corpus import CORPUS
from loopspec.targets import load_file
from loopspec.trace import Trace
from loopspec.trace_file import read_trace, write_trace

toys = load_file(Path(__file__).parents[1] / "toys.py")
SCENARIO = "killed-in-on-save"

RESUMES = """
from toys import ToyDriver


class Resumes(ToyDriver):
    def resume_newest(self):
        self.trainer.resumes = True
        self.train()

    def resume(self, step):
        raise NotImplementedError

    def damage(self, part, *, gone):
        raise NotImplementedError

    def when_asked(self, part, do):
        raise NotImplementedError


class Dies(Bad):
    capabilities = ToySubject.capabilities | {"crashes", "resume", "accumulation"}

    def build(self, scenario, recorder, folder):
        return Resumes(super().build(scenario, recorder, folder).trainer)


del Bad
"""


def played(folder: Path, fault: str = "pass", timeout: float = 30) -> Trace:
    """What a toy that begins anew where it should resume does, with a fault."""
    path = toys.planted(folder, fault)
    path.write_text(path.read_text() + RESUMES)
    (trace,) = (
        trace
        for trace in record_all(str(path), scenarios=[SCENARIO], timeout=timeout)
        if trace.scenario.name == SCENARIO
    )
    return trace


def test_each_process_has_a_trace_of_its_own_and_the_first_one_is_killed(tmp_path: Path) -> None:
    trace = played(tmp_path)
    dead, living = trace.ranks
    assert (dead.ended.kind, living.ended.kind, trace.outcome.kind) == (
        "killed",
        "completed",
        "completed",
    )
    assert (dead.records[-1].event.code, dead.records[-1].step) == ("SV", 2)
    assert [call.who for call in dead.records[-1].calls] == ["first", "kills"]
    assert dead.returns == []
    calls = CORPUS[SCENARIO].calls
    assert [record.call for record in living.records if record.event.code in ("IE", "TB")] == [
        calls.index("process") + 1,
        calls.index("resume") + 1,
        calls.index("elsewhere") + 1,
        len(calls),
    ]
    path = tmp_path / "trace.jsonl"
    write_trace(trace, path)
    assert read_trace(path).ranks[0].ended == dead.ended


RAISES = """
def step(self):
    raise RuntimeError("no step")
"""
DIES = """
def step(self):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
"""


@pytest.mark.parametrize(
    ("fault", "told"),
    [(RAISES, "process 0: RuntimeError: no step"), (DIES, "process 0: killed by SIGTERM")],
)
def test_a_first_process_that_ends_otherwise_is_told_of(
    fault: str, told: str, tmp_path: Path
) -> None:
    trace = played(tmp_path, fault)
    assert (trace.outcome.kind, trace.outcome.error) == ("died", told)
    assert not trace.complete
    assert trace.ranks[1].records == []


REFUSES = """
resumes = False

def train(self):
    if self.resumes:
        raise ValueError("no checkpoint")
    super().train()
"""


def test_what_the_last_process_raises_belongs_to_the_scenario(tmp_path: Path) -> None:
    trace = played(tmp_path, REFUSES)
    assert (trace.outcome.kind, trace.outcome.error) == ("raised", "ValueError: no checkpoint")
    assert trace.outcome.during == "resume"
    assert trace.complete


HANGS = """
resumes = False

def step(self):
    super().step()
    while self.resumes:
        time.sleep(0.01)
"""


def test_a_hang_of_the_second_process_is_ended_and_told(tmp_path: Path) -> None:
    trace = played(tmp_path, HANGS, timeout=20)
    assert trace.ranks[0].ended.kind == "killed"
    assert trace.outcome.kind == "hung"
    assert trace.outcome.where.startswith("bad.step")
    assert trace.ranks[1].codes() == "IE TB EB SB SE"

"""What a trace and a verdict depend on: the scenario and the trainer, and nothing else."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from loopspec import record_all
from loopspec.corpus import ALONE, CORPUS
from loopspec.fuzzing.hunting import drawn
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.mutants import ZOO, MutantSubject
from loopspec.recording import record
from loopspec.report.json import report_json
from loopspec.report.model import Report
from loopspec.scenario_file import read_scenario, scenario_to_json
from loopspec.spec import rules
from loopspec.targets import resolve

# A subject sets one thread for its tiny jobs: here, another number after it was built.
THREADED = """
import os
import torch
from loopspec.subjects.builtin import {trainer}

def subject():
    made = {trainer}()
    build = made.build

    def threaded(*given):
        driver = build(*given)
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        return driver

    made.build = threaded
    return made
"""


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("trainer", ["reference", "transformers"])
def test_a_trace_is_the_same_in_another_process_by_other_hashes_and_with_other_threads(
    trainer: str, tmp_path: Path
) -> None:
    subject = resolve(trainer)
    own = drawn(12, 5, subject.capabilities)
    named = [(f"own-{n}", scenario) for n, scenario in enumerate(own)]
    files = [tmp_path / f"{name}.json" for name, _ in named]
    for (name, scenario), file in zip(named, files, strict=True):
        file.write_bytes(scenario_to_json(scenario).replace(b'"generated"', f'"{name}"'.encode()))
    names = [*list(ALONE)[::9], *map(str, files)]
    here, there = tmp_path / "here", tmp_path / "there"
    mine = [CORPUS[n] if n in CORPUS else read_scenario(n) for n in names]
    record_all(subject, scenarios=mine, processes=0, keep=here)
    target = tmp_path / "threaded.py"
    target.write_text(THREADED.format(trainer=trainer))
    command = [sys.executable, "-m", "loopspec", "record", f"{target}:subject", "-j", "0"]
    command += ["-o", str(there), *(word for name in names for word in ("--scenario", name))]
    subprocess.run(
        command,
        env={**os.environ, "PYTHONHASHSEED": "4711", "OMP_NUM_THREADS": "3"},
        check=True,
        capture_output=True,
        timeout=300,
    )
    assert len(kept(here)) > 40
    assert kept(there) == kept(here)


@pytest.mark.parametrize("name", ["keeps-epoch-stop", "history-kept"])
def test_the_order_of_traces_and_of_rules_changes_no_word_of_a_report(name: str) -> None:
    subject = MutantSubject(ZOO[name])
    traces = [record(subject, scenario) for scenario in ALONE.values()]
    ordered = list(rules().values())
    first = judge(traces, whole=True)
    assert first.failures
    for seed in range(3):
        chance = random.Random(seed)
        shuffled = chance.sample(traces, len(traces))
        assert report_json(judge(shuffled, whole=True)) == report_json(first)
        others = judge(shuffled, rules=chance.sample(ordered, len(ordered)), whole=True)
        assert said(others) == said(first)


def said(report: Report) -> dict[str, tuple[object, ...]]:
    return {r.rule.id: (r.verdict, r.message, r.observations, r.against) for r in report.results}


def test_a_prediction_is_the_same_each_time_and_leaves_its_scenario_as_it_was() -> None:
    for scenario in drawn(60, 3, resolve("reference").capabilities):
        before = scenario_to_json(scenario)
        once, again = predict(scenario), predict(scenario)
        assert (once.records, once.returns) == (again.records, again.returns)
        assert scenario_to_json(scenario) == before

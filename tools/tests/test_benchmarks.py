from __future__ import annotations

from pathlib import Path

import msgspec
import page
import page_targets
import pytest
from dispatch import DISPATCHERS, IDLE, KINDS, MIX, MIXED, NOOP
from instructions import NoCallgrind, under_callgrind
from page_plots import draw
from results import Dispatch, Steps, kept
from steps import LOOPS
from steps.job import READ, Job

from loopspec.benchmarking import count

MIXERS = [name for name, one in DISPATCHERS.items() if MIX in one.kinds]
HERE = [name for name, one in DISPATCHERS.items() if one.package in ("", "loopspec")]


def test_the_page_is_what_the_committed_results_say() -> None:
    text = page.README.read_text("utf-8")
    assert page.rendered(text, page.blocks(*page.results())) == text


def test_the_plots_are_what_the_committed_results_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("page_plots.FOLDER", tmp_path)
    draw(*page.results(), page.JOB)
    for name in ("dispatch", "steps"):
        drawn = (tmp_path / f"{name}.svg").read_bytes()
        assert drawn == (page.README.parent / "plots" / f"{name}.svg").read_bytes()


def test_at_least_eight_peers_are_in_each_table() -> None:
    dispatch, steps = page.results()
    ours = {"", "loopspec"}
    assert len([n for n in dispatch.events if DISPATCHERS[n].package not in ours]) >= 8
    assert len([n for n in steps.jobs[page.JOB] if LOOPS[n].package not in ours]) >= 8


def test_a_target_is_missed_where_the_result_is_worse() -> None:
    dispatch = kept("dispatch", Dispatch)
    assert dispatch is not None
    slower = msgspec.structs.replace(
        dispatch,
        measured={
            **dispatch.measured,
            "reference": dispatch.measured["transformers"],
        },
    )
    assert not all(target.met for target in page_targets.of_dispatch(slower))
    steps = kept("steps", Steps)
    assert steps is not None
    job = {**steps.jobs[page.JOB], "reference": steps.jobs[page.JOB]["transformers"]}
    slow = msgspec.structs.replace(steps, jobs={page.JOB: job})
    assert not any(target.met for target in page_targets.of_steps(slow, page.JOB) if target.limit)


@pytest.mark.parametrize("name", HERE)
def test_a_dispatcher_calls_each_callback_that_overrides_the_event(name: str) -> None:
    for kind in set(DISPATCHERS[name].kinds) - {MIX}:
        fires = [DISPATCHERS[name].make(number, kind) for number in (0, 10)]
        for fire in fires:
            fire()  # what is compiled once
        none, ten = map(count, fires)
        called = 10 if kind != IDLE or name == "bare loop" else 0
        assert ten.calls - none.calls == called


def test_the_callbacks_of_a_run_do_their_work_at_the_end_of_a_step() -> None:
    calls = {name: count(DISPATCHERS[name].make(MIXED, MIX)).calls for name in MIXERS}
    assert min(calls.values()) > 4  # a loop over four would take as many, and more is done


def test_all_kinds_of_callbacks_are_measured_for_ours() -> None:
    ours = {DISPATCHERS[name].kinds for name in ("reference", "transformers")}
    assert ours == {(*KINDS, MIX)}
    assert all(NOOP in one.kinds for one in DISPATCHERS.values())


@pytest.mark.parametrize("name", [n for n, loop in LOOPS.items() if loop.floor in ("", "x")])
def test_a_loop_by_hand_reads_each_batch_once(name: str) -> None:
    del READ[:]
    LOOPS[name].run(Job("small MLP", steps=3, accumulation=2))
    assert len(READ) == 6


def test_what_fails_under_callgrind_is_said(tmp_path: Path) -> None:
    script = tmp_path / "fails.py"
    script.write_text("raise ValueError('no such thing')")
    with pytest.raises(NoCallgrind, match=r"not installed|failed: ValueError: no such thing"):
        under_callgrind([str(script)])

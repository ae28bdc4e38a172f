"""What every tracker keeps to, with its real package: no number is lost, no training taken down."""

from __future__ import annotations

import functools
import json
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cases import CASES
from tracking.case import Case, Fault
from tracking.judged import TRAINER
from tracking.play import Played, can_isolate, play

Note = Callable[..., None]
LIMIT = "4"
"""Seconds that a failing tracker may take for a call in these tests."""
BUSY = 3
"""How many times as long a training may take because the machine has more to do than before."""

# Only readers run in this process: what packages warn of there is their own affair.
pytestmark = pytest.mark.filterwarnings("ignore")

cases = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
faults = pytest.mark.parametrize(
    ("case", "name"),
    [(case, name) for case in CASES.values() for name in case.faults],
    ids=[f"{case.name}-{name}" for case in CASES.values() for name in case.faults],
)


def trained(case: Case, folder: Path, environment: dict[str, str], **more: object) -> Played:
    return play(folder, environment=environment, trainer=TRAINER, **case.job(), **more)  # type: ignore[arg-type]


@functools.cache
def untracked() -> Played:
    """The same training without a tracker."""
    return play(Path(tempfile.mkdtemp()), trainer=TRAINER, report_to="none")


@functools.cache
def tracked(name: str) -> Played:
    """A training, and a prediction, with a tracker."""
    case, folder = CASES[name], Path(tempfile.mkdtemp())
    calls = ["train", "predict"] if case.predicted else ["train"]
    return trained(case, folder, case.set_up(folder), calls=calls, config={"hidden_size": 4})


@cases
def test_every_number_arrives_at_its_step(case: Case, note: Note) -> None:
    case.require()
    played = tracked(case.name)
    played.must_be_quiet()
    if not case.logs:
        note(case)
        pytest.skip(f"{case.name} keeps no logs")
    wanted = case.wanted(played.told)
    assert len(wanted) > 20
    read = case.read(played.folder)
    _same_keys(read.values, wanted)
    equal = {
        k: pytest.approx(v, rel=0 if case.exact else 1e-6, nan_ok=True) for k, v in wanted.items()
    }
    other = {key: value for key, value in read.values.items() if value != equal[key]}
    assert not other, f"{len(other)} of {len(wanted)} are other numbers: {other}"
    note(case, numbers=len(wanted))


def _same_keys(held: Mapping[Any, Any], wanted: Mapping[Any, Any], more: bool = False) -> None:
    lacking = [key for key in wanted if key not in held]
    assert not lacking, f"{len(lacking)} of {len(wanted)} are missing: {lacking}"
    added = [key for key in held if key not in wanted]
    assert more or not added, f"{len(added)} more than {len(wanted)}: {added}"


@cases
def test_the_parameters_arrive(case: Case, note: Note) -> None:
    case.require()
    if not case.keeps:
        pytest.skip(f"{case.name} keeps no parameters")
    played = tracked(case.name)
    held = case.read(played.folder).parameters
    wanted = played.result["args"]
    _same_keys(held, wanted, more=True)
    # A list may have become a text, of JSON or of Python.
    texts = {name: {str(value), json.dumps(value)} for name, value in wanted.items()}
    other = {name: held[name] for name in wanted if str(held[name]) not in texts[name]}
    assert not other, f"{len(other)} of {len(wanted)} are others: {other}"
    note(case, parameters=len(wanted))


@cases
def test_a_run_is_the_same_with_a_tracker_and_without(case: Case) -> None:
    case.require()
    one, other = tracked(case.name).result, untracked().result
    assert one["weights"] == other["weights"], "other weights"
    assert [(row["step"], row.keys()) for row in one["history"]] == [
        (row["step"], row.keys()) for row in other["history"]
    ]


@cases
def test_nothing_is_lost_after_the_end_or_in_a_second_training(case: Case, tmp_path: Path) -> None:
    case.require()
    calls = ["train", "log", "train again"]
    played = trained(case, tmp_path, case.set_up(tmp_path), calls=calls)
    played.must_be_quiet()
    if not case.logs:
        pytest.skip(f"{case.name} keeps no logs")
    values = case.read(tmp_path).values
    wanted = case.wanted(played.told)  # what the second training logs again has the last word
    _same_keys(values, wanted, more=True)
    assert values[case.named("eval_after"), 20] == pytest.approx(3.25)


@cases
def test_checkpoints_arrive(case: Case, tmp_path: Path, note: Note) -> None:
    case.require()
    if case.saving is None:
        pytest.skip(f"{case.name} keeps no checkpoints")
    played = trained(case, tmp_path, case.set_up(tmp_path, **case.saving))
    played.must_be_quiet()
    artifacts = case.read(tmp_path).artifacts
    files = {Path(name).name for name in artifacts}
    assert files & {"pytorch_model.bin", "model.safetensors"}, "no model"
    assert "trainer_state.json" in files
    note(case, artifacts=len(artifacts))


@cases
def test_other_processes_write_nothing(case: Case, tmp_path: Path) -> None:
    case.require()
    played = trained(case, tmp_path, case.set_up(tmp_path), rank=1)
    played.must_be_quiet()
    zero, other = (_left(case, folder) for folder in (tracked(case.name).folder, tmp_path))
    only_zero, more = zero - other, other - zero
    assert only_zero, "on the first process it leaves something"
    assert not more, f"it leaves {sorted(more)}"


def _left(case: Case, folder: Path) -> set[str]:
    """What the tracker left: the names of all files, without the numbers in them, but for those
    that the trainer saves."""
    found = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    names = {re.sub(r"[0-9a-f]*\d[0-9a-f]*", "#", name) for name in found if "out/ch" not in name}
    return names | case.leaves(folder)


@faults
def test_a_failing_tracker_takes_nothing_down(
    case: Case, name: str, tmp_path: Path, note: Note
) -> None:
    case.require()
    fault: Fault = case.faults[name]
    if (fault.disk or fault.network != "host") and not can_isolate():
        pytest.skip("no network or disk of one's own can be made here (unshare)")
    limits = dict.fromkeys(("LOOPSPEC_TRACKER_TIMEOUT", "LOOPSPEC_TRACKER_UPLOAD_TIMEOUT"), LIMIT)
    environment = case.set_up(tmp_path, **fault.environment, **limits)
    # A program that hangs, wherever it does.
    timeout = BUSY * untracked().seconds + fault.within + 20
    played = play(
        tmp_path, environment=environment, network=fault.network, disk=fault.disk,
        timeout=timeout, trainer=TRAINER, **case.job(fault),
    )  # fmt: skip
    played.must_end_well()
    assert played.result["weights"] == untracked().result["weights"], "other weights"
    told = [words for words in played.warnings if words.startswith(f"{case.called} is off: ")]
    warned = "; ".join(played.warnings) or "no warning"
    assert (len(told), played.warnings) == (int(fault.warns), told), warned
    late = f"not over in time\n{played.output}"
    assert played.used < BUSY * untracked().used + fault.within, late
    note(case, **{f"fault: {name}": f"within {fault.within:g} s"})


@cases
def test_every_fault_is_tried_or_spared_with_a_reason(case: Case, note: Note) -> None:
    every = {"unreachable", "credentials are missing", "raises", "blocks", "dies", "disk is full"}
    assert {*case.faults, *case.spared} >= every
    assert not case.faults.keys() & case.spared.keys()
    if not case.lacking():
        note(case, spared=dict(case.spared), how=case.how)

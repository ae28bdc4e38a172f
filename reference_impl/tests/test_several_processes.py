"""Several processes do what one does with the same global batches; started by `torchrun`.

Two, and with `LOOPSPEC_PROCESSES=2,4` (`make test-processes`) also four.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from several_processes import PLACES, build, play, weights

PROCESSES = [int(n) for n in os.environ.get("LOOPSPEC_PROCESSES", "2").split(",")]
HERE = Path(__file__).parent
ROOT = HERE.parents[1]

#: What sums in another order may change in a float of 32 bits, after a few steps.
CLOSE = {"rel": 1e-5, "abs": 1e-6}


def torchrun(processes: int, script: Path, *arguments: str) -> None:
    """Run a script as a user would. A run that hangs fails."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, f"--nproc-per-node={processes}", str(script), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-6000:]


@pytest.fixture(scope="module", params=PROCESSES)
def many(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    folder = tmp_path_factory.mktemp("many")
    torchrun(request.param, HERE / "several_processes.py", str(folder))
    return folder, [json.loads((folder / f"{r}.json").read_text()) for r in range(request.param)]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return play(tmp_path_factory.mktemp("one"))


def test_a_flag_of_one_process_acts_in_all_as_it_does_in_a_single_one(
    many: tuple[Path, list[Any]], one: dict[str, Any]
) -> None:
    wrong = []
    for event, flag in PLACES:
        place = f"{event} {flag}"
        for rank, process in enumerate(many[1]):
            if process["flags"][place] != one["flags"][place]:
                wrong.append(f"{place}, process {rank}: {process['flags'][place]}")
    assert not wrong, wrong


def test_weights_logs_metrics_and_predictions_are_those_of_one_process(
    many: tuple[Path, list[Any]], one: dict[str, Any]
) -> None:
    expected = one["results"]
    for process in many[1]:
        found = process["results"]
        for name in ("weights", "predictions", "streamed", "stream weights", "metrics"):
            assert found[name] == pytest.approx(expected[name], **CLOSE), name
        assert found["logs"] == many[1][0]["results"]["logs"]
        for logged, there in zip(found["logs"], expected["logs"], strict=True):
            assert logged == pytest.approx(there, **CLOSE)


def test_gradients_are_exchanged_once_a_step(many: tuple[Path, list[Any]]) -> None:
    for process in many[1]:
        assert process["accumulating"]["exchanges"] == process["accumulating"]["steps"] > 0


def test_a_checkpoint_is_complete_in_every_process(
    many: tuple[Path, list[Any]], one: dict[str, Any]
) -> None:
    for process in many[1]:
        assert process["saves"] == one["saves"]
    assert len(one["saves"]["found"]) == 6


def test_a_resumed_run_ends_with_the_same_bits(many: tuple[Path, list[Any]]) -> None:
    for process in many[1]:
        assert process["resumes"]["again"] == process["resumes"]["whole"]


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_one_process_goes_on_where_several_were(
    many: tuple[Path, list[Any]], tmp_path: Path, step: int
) -> None:
    trainer = build(tmp_path, [])
    trainer.train(str(many[0] / "plain" / f"checkpoint-{step}"))
    assert weights(trainer) == pytest.approx(many[1][0]["resumes"]["plain"], **CLOSE)


def test_what_fails_in_the_main_process_is_told_in_all(many: tuple[Path, list[Any]]) -> None:
    told = [process["failing"]["told"] for process in many[1]]
    own = "OSError: [Errno 28] checkpoint-3 could not be written (No space left on device); "
    own += f"what was there stays: '{many[0] / 'failing'}'"
    assert told == [own] + [f"RuntimeError: the main process failed: {own}"] * (len(told) - 1)
    for process in many[1]:
        assert "No valid checkpoint found" in process["failing"]["resume"]


def test_a_log_in_one_process_is_its_own_affair(many: tuple[Path, list[Any]]) -> None:
    main, *others = (process["alone"] for process in many[1])
    assert main["zero"]
    for other in others:
        assert not other["zero"]
        assert other["codes"] == [code for code in main["codes"] if code != "log@1"]


@pytest.mark.parametrize("processes", PROCESSES)
def test_the_example_learns_the_same_on_several_processes(tmp_path: Path, processes: int) -> None:
    script = ROOT / "examples" / "train_distributed.py"

    def arguments(name: str) -> list[str]:
        return [f"--output={tmp_path / name}", f"--weights={tmp_path / name}.pt"]

    torchrun(processes, script, *arguments("many"))
    spec = importlib.util.spec_from_file_location("train_distributed", script)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [str(script), *arguments("one")])
        example.main()
    one = torch.load(tmp_path / "one.0.pt")
    for rank in range(processes):
        process = torch.load(tmp_path / f"many.{rank}.pt")
        for name, there in one["model"].items():
            torch.testing.assert_close(process["model"][name], there, rtol=1e-5, atol=1e-6)
        assert [row[:2] for row in process["trace"]] == [row[:2] for row in one["trace"]]

"""ClearML with the real package, offline: what is its own. One training a process is all it bears
well, so most of it is one story; the contract plays the rest."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases.clearml import events, sessions, task
from tracking.play import play

from loopspec_reference.integrations.clearml import ClearMLCallback

pytest.importorskip("clearml")


def given() -> list[Any]:
    """The user has a task."""
    from clearml import Task

    Task.init("mine", "given", auto_connect_frameworks=False, reuse_last_task_id=False)
    return [ClearMLCallback(on_error="raise"), StillOpen()]


class StillOpen:
    """Reports to the user's task after the end, and notes that it is still there."""

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        from clearml import Task

        Task.current_task().get_logger().report_scalar("mine", "after", 1.5, state.global_step)


def odd() -> list[Any]:
    """What a number or a text may be."""
    return [Odd(), Customized(on_error="raise")]


class Odd:
    def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
        logs |= {"nan": math.nan, "note": "text"}


class Customized(ClearMLCallback):
    def setup(self, args: Any, state: Any, model: Any) -> None:
        super().setup(args, state, model)
        self.task.add_tags(["tagged"])


def run(folder: Path, callbacks: str, **environment: str) -> Any:
    settings = {"CLEARML_OFFLINE_MODE": "1", "CLEARML_CACHE_DIR": str(folder / "cml")}
    return play(
        folder, trainer="reference", report_to="none", callbacks=f"test_clearml:{callbacks}",
        environment={**settings, **environment}, config={"hidden_size": 4}, steps=5,
    )  # fmt: skip


def test_a_task_that_is_given_is_used_and_left_open(tmp_path: Path) -> None:
    played = run(tmp_path, "given")
    assert (played.result["error"], played.code) == ("", 0), played.output
    assert len(sessions(tmp_path)) == 1
    assert task(tmp_path)["name"] == "given"
    scalars = {(e["metric"], e["variant"]): e.get("value") for e in events(tmp_path)}
    assert scalars["mine", "after"] == 1.5
    assert scalars["train", "loss"] > 0


def test_names_texts_numbers_and_configuration(tmp_path: Path) -> None:
    played = run(tmp_path, "odd", CLEARML_PROJECT="loops", CLEARML_TASK="first")
    assert (played.result["error"], played.code) == ("", 0), played.output
    known = task(tmp_path)
    assert (known["name"], known["project_name"]) == ("first", "loops")
    assert "hidden_size" in str(known["configuration"]["Model Configuration"])
    found = events(tmp_path)
    single = {e["variant"] for e in found if e["metric"] == "Summary"}
    assert single >= {"train_loss", "train_runtime", "total_flos"}
    assert ("train", "nan") not in {(e.get("metric"), e.get("variant")) for e in found}
    session = sessions(tmp_path)[0]
    log = "".join(path.read_text() for path in session.glob("log*.jsonl"))
    assert "train/nan: nan at step 5" in log
    assert "train/note: text" in log


@pytest.mark.parametrize("failed", [False, True])
def test_how_training_ended_is_told(failed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Callable[..., Any] | str] = []

    class Task:
        def mark_failed(self, **words: Any) -> None:
            calls.append(words["status_reason"])

        def close(self) -> None:
            calls.append("closed")

    callback = ClearMLCallback()
    callback.task, callback._is_own = Task(), True
    callback.close(failed)
    assert calls == (["training raised", "closed"] if failed else ["closed"])

"""Flyte with the real package: outside a task, and going on from what it keeps."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases.flyte import _Table

from loopspec_reference import Trainer
from loopspec_reference.integrations import available
from loopspec_reference.integrations.flyte import DECK, FlyteCallback, table

flytekit = pytest.importorskip("flytekit")
pytestmark = pytest.mark.filterwarnings("ignore")

Build = Callable[..., Trainer]
_WORK: list[Callable[[], Any]] = []
_CAME: list[Any] = []


def work() -> None:
    """A task: what it is to do is handed over beside it."""
    _CAME.append(_WORK.pop()())


def in_task(do: Callable[[], Any]) -> Any:
    """What `do` gives inside a task."""
    _WORK.append(do)
    flytekit.task(work)()
    return _CAME.pop()


def decks() -> list[str]:
    return [deck.html for deck in flytekit.current_context().decks if deck.name == DECK]


def test_outside_a_task_it_says_so(build: Build) -> None:
    with pytest.raises(RuntimeError, match="works inside a Flyte task only"):
        build(report_to="flyte")
    assert "flyte" not in available()


def test_an_interrupted_training_goes_on_from_what_was_synced(build: Build, tmp_path: Path) -> None:
    options = {"save_strategy": "steps", "save_steps": 2, "report_to": "flyte"}

    def first() -> str:
        build(4, output_dir=str(tmp_path / "first"), **options, max_steps=2).train()
        return str(flytekit.current_context().checkpoint._checkpoint_dest)

    def second(source: str) -> Trainer:
        # As the platform does it: the first attempt's checkpoint is the second one's source.
        flytekit.current_context().checkpoint._checkpoint_src = source
        restored = flytekit.current_context().checkpoint.restore()
        trainer = build(4, output_dir=str(tmp_path / "second"), **options)
        trainer.train(str(restored))
        return trainer

    source = in_task(first)
    trainer = in_task(lambda: second(source))
    whole = build(4, output_dir=str(tmp_path / "whole"))
    whole.train()
    assert trainer.state.global_step == 4
    pairs = zip(trainer.model.parameters(), whole.model.parameters(), strict=True)
    assert all(a.equal(b) for a, b in pairs)


@pytest.mark.parametrize("wanted", [True, False])
def test_both_parts_can_be_left_out(build: Build, tmp_path: Path, wanted: bool) -> None:
    def do() -> tuple[int, bool]:
        options = {"save_strategy": "steps", "save_steps": 2}
        place = Path(flytekit.current_context().checkpoint._checkpoint_dest)
        shutil.rmtree(place, ignore_errors=True)  # all tasks of a process have the same
        build(2, [FlyteCallback(wanted, wanted, on_error="raise")], **options).train()
        return len(decks()), place.exists()

    assert in_task(do) == (int(wanted), wanted)


def test_there_is_one_deck_for_all_of_a_trainer(build: Build) -> None:
    def do() -> list[str]:
        trainer = build(2, report_to="flyte")
        trainer.train()
        trainer.log({"eval_after": 0.1 + 0.2})
        return decks()

    (deck,) = in_task(do)
    assert "<td>0.30000000000000004</td>" in deck
    assert "<th>train_loss</th>" in deck


def test_the_table_has_a_column_for_each_name() -> None:
    text = table([{"loss": 1.5, "step": 1}, {"<b>": "a & b", "step": 2}])
    assert _Table(text).rows == [["loss", "step", "<b>"], ["1.5", "1", ""], ["", "2", "a & b"]]

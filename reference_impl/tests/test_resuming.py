from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from loopspec_reference import (
    EarlyStoppingCallback,
    ExportableState,
    Trainer,
    TrainerCallback,
    checkpoint,
    durable,
)

SAVE_EACH = {"save_strategy": "steps", "save_steps": 1}


class Counter(TrainerCallback, ExportableState):
    def __init__(self, step: int = 1) -> None:
        self.step = step
        self.count = 0

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.count += self.step

    def state(self) -> dict[str, Any]:
        return {"args": {"step": self.step}, "attributes": {"count": self.count}}


class StopEpoch(TrainerCallback):
    """Ends the first epoch after its first step."""

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        control.should_epoch_stop = state.global_step == 1


class OwnShuffle(Trainer):
    """Shuffles by the global generators, in a way this package knows nothing about."""

    def get_train_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.train_dataset, batch_size=1, shuffle=True)


def test_a_checkpoint_is_complete_when_it_is_announced(
    build: Callable[..., Trainer], tmp_path: Path
) -> None:
    found: list[list[str]] = []

    class Look(TrainerCallback):
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            folder = tmp_path / f"checkpoint-{state.global_step}"
            found.append(sorted(path.name for path in folder.iterdir()))

    build(n=1, callbacks=[Look()], **SAVE_EACH).train()
    assert found == [
        [
            "manifest.json",
            "optimizer.pt",
            "pytorch_model.bin",
            "rng_state.pth",
            "scheduler.pt",
            "trainer_state.json",
            "training_args.bin",
        ]
    ]
    build(n=1, callbacks=[Look()], save_only_model=True, **SAVE_EACH).train()
    assert found[1] == ["manifest.json", *found[0][2:3], *found[0][5:]]


@pytest.mark.parametrize("step", range(1, 6))
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"gradient_accumulation_steps": 2, "n": 5},
        {"trainer_class": OwnShuffle},
        {"eval_strategy": "steps", "eval_steps": 1},
        {"callbacks": [StopEpoch()], "num_train_epochs": 3},
    ],
    ids=["plain", "accumulating", "own shuffle", "evaluating", "after an epoch stop"],
)
def test_a_resumed_run_ends_with_the_bits_of_the_uninterrupted_one(
    build: Callable[..., Trainer], line: Any, tmp_path: Path, step: int, settings: dict[str, Any]
) -> None:
    every = {"n": 3, "num_train_epochs": 2, **SAVE_EACH, **settings}

    def make() -> Trainer:
        return build(trainer_settings={"model": line(dropout=0.5)}, **every)

    whole, resumed = make(), make()
    whole.train()
    torch.rand(7)
    resumed.train(str(tmp_path / f"checkpoint-{step}"))
    assert resumed.state.global_step == whole.state.global_step
    for one, other in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_events_of_a_resumed_run(
    build: Callable[..., Trainer], recorder: Any, tmp_path: Path
) -> None:
    build(n=3, num_train_epochs=2, **SAVE_EACH).train()
    trainer = build(n=3, num_train_epochs=2, callbacks=[recorder], **SAVE_EACH)
    trainer.train(resume_from_checkpoint=str(tmp_path / "checkpoint-2"))
    step = "SB PO OS SE SV "
    assert recorder.codes == f"IE TB EB {step}EE EB {step * 3}EE LG TE"
    assert recorder.rows[1] == ("TB", 2, 0.666667, "")


@pytest.mark.parametrize("settings", [{"n": 3}, {"n": 4, "max_steps": 3}])
def test_a_finished_run_has_nothing_left_to_do(
    build: Callable[..., Trainer], recorder: Any, settings: dict[str, Any]
) -> None:
    build(**settings, **SAVE_EACH).train()
    trainer = build(callbacks=[recorder], **settings, **SAVE_EACH)
    assert trainer.train(resume_from_checkpoint=True).global_step == 3
    assert recorder.codes == "IE TB LG TE"


def test_a_finished_run_goes_on_if_more_is_asked_for(
    build: Callable[..., Trainer], recorder: Any
) -> None:
    build(n=4, max_steps=3, save_strategy="epoch").train()
    trainer = build(n=4, max_steps=6, callbacks=[recorder])
    assert trainer.train(resume_from_checkpoint=True).global_step == 6
    assert recorder.codes == "IE TB EB SB PO OS SE EE EB SB PO OS SE SB PO OS SE EE LG TE"


def test_an_iterable_is_taken_up_in_the_pass_it_was_in(
    build: Callable[..., Trainer], recorder: Any, stream: Any, tmp_path: Path
) -> None:
    settings = {"trainer_settings": {"train_dataset": stream(3)}, "max_steps": 5}
    build(**settings, **SAVE_EACH).train()
    trainer = build(callbacks=[recorder], **settings)
    trainer.train(str(tmp_path / "checkpoint-4"))
    assert recorder.codes == "IE TB EB SB PO OS SE EE LG TE"


def test_without_skipping_the_epoch_begins_again(
    build: Callable[..., Trainer], recorder: Any, tmp_path: Path
) -> None:
    build(n=3, **SAVE_EACH).train()
    trainer = build(n=3, callbacks=[recorder], ignore_data_skip=True)
    trainer.train(str(tmp_path / "checkpoint-2"))
    assert [row[2] for row in recorder.rows if row[0] == "SE"] == [0.333333]


@pytest.mark.parametrize("source", [True, "nowhere"])
def test_no_checkpoint_is_a_value_error_before_any_event(
    build: Callable[..., Trainer], recorder: Any, source: Any
) -> None:
    trainer = build(callbacks=[recorder])
    with pytest.raises(ValueError, match="valid checkpoint"):
        trainer.train(resume_from_checkpoint=source)
    assert recorder.codes == "IE"
    assert not trainer.is_in_train


def test_false_is_no_checkpoint(build: Callable[..., Trainer]) -> None:
    assert build().train(resume_from_checkpoint=False).global_step == 4


@pytest.mark.parametrize("accumulation", [1, 2])
def test_logs_of_a_resumed_run_are_those_of_the_uninterrupted_one(
    build: Callable[..., Trainer], tmp_path: Path, accumulation: int
) -> None:
    """Also where the checkpoint is between two logs, and where nothing is left to do."""

    def make() -> Trainer:
        return build(
            n=10,
            gradient_accumulation_steps=accumulation,
            logging_strategy="steps",
            logging_steps=3,
            num_train_epochs=1,
            max_steps=5,
            **SAVE_EACH,
        )

    def logs(trainer: Trainer) -> list[dict[str, Any]]:
        times = ("_runtime", "_per_second")
        history = trainer.state.log_history
        return [{k: v for k, v in row.items() if not k.endswith(times)} for row in history]

    whole = make()
    loss = whole.train().training_loss
    for step in range(1, 6):
        resumed = make()
        assert resumed.train(str(tmp_path / f"checkpoint-{step}")).training_loss == loss
        if step < 5:
            assert logs(resumed) == logs(whole)


@pytest.mark.parametrize("takes_away", [False, True])
def test_what_callbacks_do_to_a_checkpoint_belongs_to_it(
    build: Callable[..., Trainer], tmp_path: Path, takes_away: bool
) -> None:
    class Averages(TrainerCallback):
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            folder = tmp_path / f"checkpoint-{state.global_step}"
            weights = torch.load(folder / "pytorch_model.bin")
            torch.save({k: torch.ones_like(v) for k, v in weights.items()}, folder / "new.bin")
            (folder / "new.bin").rename(folder / "pytorch_model.bin")
            if takes_away:
                (folder / "optimizer.pt").unlink()

    build(n=2, callbacks=[Averages()], **SAVE_EACH).train()
    assert checkpoint.fault(tmp_path / "checkpoint-1") is None
    trainer = build(n=2, max_steps=1)
    trainer.train(str(tmp_path / "checkpoint-1"))
    assert all(bool((p == 1).all()) for p in trainer.model.parameters())


def test_a_checkpoint_that_nobody_touches_keeps_its_manifest(
    build: Callable[..., Trainer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "replace_file", None)

    class Looks(TrainerCallback):
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            (tmp_path / f"checkpoint-{state.global_step}" / "seen.txt").touch()

    class Moves(TrainerCallback):
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            (tmp_path / "checkpoint-2").rename(tmp_path / "elsewhere")

    build(n=1, callbacks=[Looks()], **SAVE_EACH).train()
    build(n=2, callbacks=[Moves()], save_strategy="epoch").train()


def test_intervals_of_the_checkpoint_win_with_a_warning(
    build: Callable[..., Trainer], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    build(logging_strategy="steps", logging_steps=2, **SAVE_EACH).train()
    trainer = build(logging_strategy="steps", logging_steps=1, num_train_epochs=2)
    with caplog.at_level(logging.WARNING):
        trainer.train(str(tmp_path / "checkpoint-1"))
    assert caplog.messages == [
        "The arguments differ from the checkpoint's state, which wins for intervals: "
        "logging_steps: 1 now, 2 stored; save_steps: 500 now, 1 stored"
    ]
    assert trainer.state.logging_steps == 2
    assert trainer.state.max_steps == 8


def test_a_best_checkpoint_that_is_gone_is_ignored_with_a_warning(
    build: Callable[..., Trainer], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {
        "n": 3,
        "eval_strategy": "steps",
        "eval_steps": 1,
        "metric_for_best_model": "score",
        **SAVE_EACH,
    }
    build(scores=[3.0, 2.0, 1.0], **settings).train()
    (tmp_path / "checkpoint-1").rename(tmp_path / "elsewhere")
    trainer = build(scores=[1.0], **settings)
    trainer.train(str(tmp_path / "checkpoint-2"))
    assert trainer.state.best_model_checkpoint is None
    assert trainer.state.best_metric == 3.0
    best = tmp_path / "checkpoint-1"
    assert caplog.messages == [f"The best checkpoint {best} does not exist any more; ignoring it."]


def test_callbacks_come_back_in_their_places_with_their_newest_values(
    build: Callable[..., Trainer], tmp_path: Path
) -> None:
    build(n=3, callbacks=[Counter(1), Counter(10)], **SAVE_EACH).train()
    first, second = Counter(), Counter()
    trainer = build(
        n=3,
        callbacks=[first, second],
        restore_callback_states_from_checkpoint=True,
        **SAVE_EACH,
    )
    trainer.train(str(tmp_path / "checkpoint-2"))
    found = trainer.callback_handler.callbacks[1:3]
    assert [(type(cb), cb.step, cb.count) for cb in found] == [(Counter, 1, 3), (Counter, 10, 30)]
    assert first.count == second.count == 0


def test_without_being_asked_callbacks_keep_their_own_values(
    build: Callable[..., Trainer], tmp_path: Path
) -> None:
    build(n=3, callbacks=[Counter(10)], **SAVE_EACH).train()
    counter = Counter()
    build(n=3, callbacks=[counter], **SAVE_EACH).train(str(tmp_path / "checkpoint-2"))
    assert counter.count == 1


def test_a_callback_that_came_late_is_stored_too(build: Callable[..., Trainer]) -> None:
    class Adds(TrainerCallback):
        def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            trainer.add_callback(EarlyStoppingCallback(7))

    trainer = build(callbacks=[Adds()], **SAVE_EACH)
    trainer.train()
    stored = trainer.state.stateful_callbacks["EarlyStoppingCallback"]
    assert stored["args"]["early_stopping_patience"] == 7


def test_the_control_is_stored_as_it_was_at_the_save(
    build: Callable[..., Trainer], recorder: Any, tmp_path: Path
) -> None:
    build(n=2, **SAVE_EACH).train()
    trainer = build(n=2, callbacks=[recorder], restore_callback_states_from_checkpoint=True)
    before = trainer.control
    trainer.train(str(tmp_path / "checkpoint-1"))
    assert trainer.control is not before
    # The save was being served; the first step clears the request.
    assert [row[3] for row in recorder.rows[1:4]] == ["S", "S", ""]


def test_old_checkpoints_are_deleted_before_the_save_is_announced(
    build: Callable[..., Trainer], tmp_path: Path
) -> None:
    found: list[list[str]] = []

    class Look(TrainerCallback):
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            found.append(sorted(path.name[11:] for path in tmp_path.iterdir()))

    build(n=3, callbacks=[Look()], save_total_limit=2, **SAVE_EACH).train()
    assert found == [["1"], ["1", "2"], ["2", "3"]]


def test_the_newest_and_the_best_stay_whatever_the_limit(
    build: Callable[..., Trainer], tmp_path: Path
) -> None:
    found: list[list[str]] = []

    class Look(TrainerCallback):
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            found.append(sorted(path.name[11:] for path in tmp_path.iterdir()))

    settings = {"eval_strategy": "steps", "eval_steps": 1, "metric_for_best_model": "score"}
    best_first = build(
        n=3, callbacks=[Look()], scores=[3, 2, 1], save_total_limit=1, **settings, **SAVE_EACH
    )
    best_first.train()
    assert found == [["1"], ["1", "2"], ["1", "3"]]


def test_weights_alone_are_taken_up_where_the_step_tells(
    build: Callable[..., Trainer], recorder: Any, tmp_path: Path
) -> None:
    build(n=3, save_only_model=True, **SAVE_EACH).train()
    trainer = build(n=3, callbacks=[recorder])
    trainer.train(str(tmp_path / "checkpoint-2"))
    assert [row[:3] for row in recorder.rows if row[0] == "SE"] == [("SE", 3, 1.0)]


def test_a_checkpoint_that_would_run_code_is_not_read(
    build: Callable[..., Trainer], tmp_path: Path
) -> None:
    build(n=2, **SAVE_EACH).train()
    torch.save(tmp_path, tmp_path / "checkpoint-1" / "optimizer.pt")
    (tmp_path / "checkpoint-1" / "manifest.json").unlink()
    with pytest.raises(pickle.UnpicklingError):
        build(n=2).train(str(tmp_path / "checkpoint-1"))


def test_what_the_state_says_of_the_run(build: Callable[..., Trainer]) -> None:
    seen: list[tuple[Any, ...]] = []

    class Look(TrainerCallback):
        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            first = state.is_local_process_zero, state.is_world_process_zero
            seen.append((state.train_batch_size, state.num_train_epochs, *first))
            seen.append((state.max_steps, state.logging_steps))

    trainer = build(n=4, callbacks=[Look()], num_train_epochs=1.5, logging_steps=0.5)
    trainer.state.is_local_process_zero = trainer.state.is_world_process_zero = False
    trainer.train()
    assert seen == [(1, 2, True, True), (6, 3)]

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from loopspec_reference import (
    DefaultFlowCallback,
    EarlyStoppingCallback,
    ExportableState,
    PrinterCallback,
    Trainer,
    TrainerCallback,
)


def test_the_last_thing_of_construction_is_its_event(
    build: Callable[..., Trainer], recorder: Any
) -> None:
    trainer = build(callbacks=[recorder])
    assert recorder.rows == [("IE", 0, 0, "")]
    assert recorder.kwargs[0]["model"] is trainer.model
    assert recorder.kwargs[0]["optimizer"] is None


def test_order_of_callbacks(build: Callable[..., Trainer], recorder: Any) -> None:
    trainer = build(callbacks=[recorder, EarlyStoppingCallback])
    trainer.add_callback(TrainerCallback)
    kinds = [type(callback) for callback in trainer.callback_handler.callbacks]
    last = [EarlyStoppingCallback, PrinterCallback, TrainerCallback]
    assert kinds == [DefaultFlowCallback, type(recorder), *last]
    assert type(trainer.pop_callback(PrinterCallback)) is PrinterCallback
    trainer.remove_callback(TrainerCallback)


@pytest.mark.parametrize("callbacks", [(), (TrainerCallback,), TrainerCallback()])
def test_callbacks_must_be_a_list(build: Callable[..., Trainer], callbacks: Any) -> None:
    with pytest.raises(TypeError, match="must be a list"):
        build(callbacks=callbacks)


def test_what_does_not_fit_together(build: Callable[..., Trainer], stream: Any) -> None:
    with pytest.raises(RuntimeError, match="requires a `model`"):
        Trainer()
    with pytest.raises(ValueError, match="nothing to evaluate on"):
        build(eval_strategy="epoch", trainer_settings={"eval_dataset": None})
    with pytest.raises(ValueError, match="save the best model"):
        build(save_strategy="best")
    with pytest.raises(ValueError, match="has no length"):
        build(trainer_settings={"train_dataset": stream(3)})
    with pytest.raises(ValueError, match="requires a train_dataset"):
        build(trainer_settings={"train_dataset": None}).train()


@pytest.mark.parametrize("name", ["nowhere", None, "a,b"])
def test_a_tracker_that_is_not_known_is_an_error_at_construction(
    build: Callable[..., Trainer], name: Any
) -> None:
    with pytest.raises(ValueError, match=r"not supported in report_to: .* known here"):
        build(report_to=name)


def test_an_exportable_without_state_fails_at_construction(build: Callable[..., Trainer]) -> None:
    class Forgetful(TrainerCallback, ExportableState):
        pass

    with pytest.raises(NotImplementedError, match="Forgetful"):
        build(callbacks=[Forgetful()])


def test_logs_are_shared_and_the_history_keeps_a_copy(
    build: Callable[..., Trainer], recorder: Any
) -> None:
    class Adds(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            kwargs["logs"]["more"] = len(state.log_history)

    trainer = build(callbacks=[Adds(), recorder])
    logs = {"a": 1}
    trainer.log(logs)
    assert recorder.kwargs[-1]["logs"] is logs
    assert logs == {"a": 1, "epoch": 0, "more": 1}
    assert trainer.state.log_history == [{"a": 1, "epoch": 0, "step": 0}]


def test_saving_by_hand_fires_nothing(
    build: Callable[..., Trainer], recorder: Any, tmp_path: Path
) -> None:
    class Tokenizer:
        def save_pretrained(self, folder: str) -> None:
            (Path(folder) / "tokenizer").touch()

    trainer = build(callbacks=[recorder], trainer_settings={"processing_class": Tokenizer()})
    trainer.save_model(str(tmp_path / "model"))
    trainer.save_state()
    assert recorder.codes == "IE"
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert names == {"pytorch_model.bin", "training_args.bin", "tokenizer"}
    assert (tmp_path / "trainer_state.json").is_file()


def test_an_optimizer_and_schedule_may_be_given(build: Callable[..., Trainer], line: Any) -> None:
    model = line()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    schedule = torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0)
    trainer = build(trainer_settings={"model": model, "optimizers": (optimizer, schedule)})
    trainer.train()
    assert trainer.optimizer is optimizer
    assert trainer.lr_scheduler is schedule
    assert trainer.callback_handler.optimizer is optimizer


def test_optimizer_and_schedule_may_be_made_by_a_subclass(build: Callable[..., Trainer]) -> None:
    class Own(Trainer):
        def create_optimizer(self) -> Any:
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.5)
            return self.optimizer

        def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
            steps.append(num_training_steps)
            self.lr_scheduler = torch.optim.lr_scheduler.ConstantLR(self.optimizer, 1.0)
            return self.lr_scheduler

    steps: list[int] = []
    trainer = build(trainer_class=Own, logging_strategy="steps", logging_steps=1)
    trainer.train()
    assert steps == [4]
    assert trainer.state.log_history[0]["learning_rate"] == 0.5


def test_a_push_is_told_before_the_folder_goes_up(
    build: Callable[..., Trainer], recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = build(callbacks=[recorder])
    sent: list[tuple[Path, int, bool]] = []

    def upload_folder(folder: Path, message: str) -> str:
        sent.append((folder, len(recorder.rows), any(folder.iterdir())))
        return message

    monkeypatch.setattr(trainer, "upload_folder", upload_folder)
    assert trainer.push_to_hub("done") == "done"
    assert [row[0] for row in recorder.rows] == ["IE", "PB"]
    assert sent == [(trainer.output_dir, 2, True)]


def test_a_push_goes_to_a_repository_of_the_folders_name(
    build: Callable[..., Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    class Api:
        def create_repo(self, name: str, exist_ok: bool) -> Any:
            return type("Url", (), {"repo_id": f"me/{name}"})

        def upload_folder(self, **wanted: Any) -> dict[str, Any]:
            return wanted

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    trainer = build()
    sent = trainer.push_to_hub()
    assert sent["repo_id"] == f"me/{trainer.output_dir.name}"
    assert sent["folder_path"] == str(trainer.output_dir)

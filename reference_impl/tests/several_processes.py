"""What each of several processes does; started by `torchrun`, and by tests where one is enough.

    torchrun --nproc-per-node 2 several_processes.py FOLDER

Each process plays all jobs and writes what came out to FOLDER/RANK.json.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.distributed.algorithms.ddp_comm_hooks import default_hooks
from torch.utils.data import IterableDataset

from loopspec_reference import Trainer, TrainerCallback, TrainingArguments, checkpoint
from loopspec_reference.callback import EVENTS
from loopspec_reference.control import FLAGS

GLOBAL_BATCH = 8
PLACES = [(event, flag) for event in EVENTS for flag in FLAGS]


class Line(nn.Module):
    """A linear model with dropout if asked for, and a running mean, which DDP has to share."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("mean", torch.zeros(2))
        self.moves = bool(dropout)
        self.linear = nn.Linear(2, 1)

    def forward(
        self, x: torch.Tensor, labels: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        if self.training and self.moves:
            self.mean = 0.5 * self.mean + 0.5 * x.mean(0)
        y = self.linear(self.dropout(x - self.mean))
        return (
            {"logits": y} if labels is None else {"loss": ((y - labels) ** 2).mean(), "logits": y}
        )


def samples(n: int) -> list[dict[str, torch.Tensor]]:
    x = torch.randn(n, 2, generator=torch.Generator().manual_seed(0))
    return [{"x": row, "labels": row.sum().reshape(1)} for row in x]


class Stream(IterableDataset[Any]):
    """A dataset without a length."""

    def __init__(self, n: int) -> None:
        self.samples = samples(n)

    def __iter__(self) -> Any:
        return iter(self.samples)


class Sets(TrainerCallback):
    """Sets a flag when an event comes for the second time, or first if there is no second."""

    def __init__(self, event: str, flag: str, acts: bool) -> None:
        self.left = 1 if event in ("on_init_end", "on_train_begin", "on_train_end") else 2
        self.flag = flag
        if acts:
            setattr(self, event, self._set)

    def _set(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.left -= 1
        if self.left == 0:
            setattr(control, self.flag, True)


class Notes:
    """Notes each event with its step; no flags, as they may differ until they are acted on."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.logs: list[Any] = []


def _noting(event: str) -> Callable[..., None]:
    def method(self: Notes, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.codes.append(f"{event.removeprefix('on_')}@{state.global_step}")
        if kwargs.get("logs"):
            self.logs.append(
                {k: v for k, v in kwargs["logs"].items() if k.endswith("loss") or k == "grad_norm"}
            )

    return method


for _event in EVENTS:
    setattr(Notes, _event, _noting(_event))


def build(folder: Path, callbacks: list[Any], **settings: Any) -> Trainer:
    """A trainer over 20 samples in global batches of 8: the last one is not whole."""
    given = {key: settings.pop(key) for key in ("model", "train_dataset") if key in settings}
    args = TrainingArguments(
        **{
            "output_dir": str(folder),
            "num_train_epochs": 2,
            "learning_rate": 0.1,
            "logging_strategy": "no",
            "save_strategy": "no",
            "disable_tqdm": True,
            "report_to": "none",
            "use_cpu": True,
            "optim": "sgd",
            "ddp_timeout": 60,
            **settings,
        }
    )
    if "per_device_train_batch_size" not in settings:
        shared = GLOBAL_BATCH // args.world_size // args.gradient_accumulation_steps
        args.per_device_train_batch_size = args.per_device_eval_batch_size = shared
    given = {"model": Line(), "train_dataset": samples(20), **given}
    model = given.pop("model")
    return Trainer(model, args, callbacks=callbacks, eval_dataset=samples(11), **given)


def weights(trainer: Trainer) -> list[float]:
    return [x for p in trainer.model.state_dict().values() for x in p.flatten().tolist()]


def flags(folder: Path, at: Callable[[TrainingArguments], bool]) -> dict[str, Any]:
    """Events of a run for each flag that one process sets at each event."""
    found = {}
    for event, flag in PLACES:
        notes = Notes()
        accumulation = 2 if event == "on_substep_end" else 1
        trainer = build(folder / "flags", [notes], gradient_accumulation_steps=accumulation)
        sets = Sets(event, flag, at(trainer.args))
        trainer.add_callback(sets)
        if event == "on_init_end":
            sets._set(trainer.args, trainer.state, trainer.control) if at(trainer.args) else None
        asks = {"on_log": "should_log", "on_evaluate": "should_evaluate", "on_save": "should_save"}
        asks["on_prediction_step"] = "should_evaluate"
        if event in asks:  # such events come only where they are asked for
            trainer.add_callback(_Asks(asks[event]))
        trainer.train()
        if event == "on_predict":
            trainer.predict(samples(3))
            trainer.predict(samples(3))
        found[f"{event} {flag}"] = notes.codes
    return found


class _Asks(TrainerCallback):
    def __init__(self, flag: str) -> None:
        self.flag = flag

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step <= 2:
            setattr(control, self.flag, True)


def results(folder: Path) -> dict[str, Any]:
    """Weights, logs, predictions and metrics, of a list and of a stream."""
    notes = Notes()
    trainer = build(folder / "results", [notes], logging_strategy="steps", logging_steps=1)
    trainer.compute_metrics = lambda p: {"first": float(p.predictions[0, 0]), "n": len(p.label_ids)}
    trainer.train()
    metrics = trainer.evaluate()
    stream = build(folder / "results", [], train_dataset=Stream(16), max_steps=3)
    stream.train()
    return {
        "weights": weights(trainer),
        "logs": notes.logs,
        "metrics": {k: v for k, v in metrics.items() if k in ("eval_loss", "eval_first", "eval_n")},
        "predictions": trainer.predict(samples(5)).predictions.ravel().tolist(),
        "streamed": trainer.predict(Stream(5)).predictions.ravel().tolist(),
        "stream weights": weights(stream),
    }


def accumulating(folder: Path) -> dict[str, Any]:
    """How often gradients are exchanged."""
    count = {"exchanges": 0, "steps": 0}
    trainer = build(folder / "accumulating", [], gradient_accumulation_steps=2)

    def hook(process_group, bucket):  # type: ignore[no-untyped-def]  # torch reads annotations
        count["exchanges"] += 1
        return default_hooks.allreduce_hook(process_group, bucket)

    class Hooks(TrainerCallback):
        def on_train_begin(self, *args: Any, **kwargs: Any) -> None:
            if trainer.args.world_size > 1:
                trainer.model_wrapped.register_comm_hook(None, hook)  # type: ignore[operator]

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            count["steps"] += 1

    trainer.add_callback(Hooks())
    trainer.train()
    return {**count, "weights": weights(trainer)}


def saves(folder: Path) -> dict[str, Any]:
    """What is there when a save is announced, though writing takes its time."""
    found: list[list[str]] = []

    class Looks(TrainerCallback):
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            saved = Path(args.output_dir) / f"checkpoint-{state.global_step}"
            found.append(sorted(path.name for path in saved.iterdir()))

    class Slow(Trainer):
        def save_model(self, output_dir: Any = None) -> None:
            super().save_model(output_dir)
            torch.save(torch.zeros(1 << 20), Path(output_dir) / "more.bin")

    trainer = build(folder / "saves", [Looks()], save_strategy="steps", save_steps=1)
    trainer.__class__ = Slow
    trainer.train()
    return {"found": found}


def resumes(folder: Path) -> dict[str, Any]:
    """A run, and one that goes on from its second step, with dropout in each process."""

    def make(name: str) -> Trainer:
        settings = {"save_strategy": "steps", "save_steps": 1, "model": Line(dropout=0.5)}
        return build(folder / name, [], **settings)

    whole, again = make("resumes"), make("resumes-again")
    whole.train()
    again.train(str(folder / "resumes" / "checkpoint-2"))
    plain = build(folder / "plain", [], save_strategy="steps", save_steps=1)
    plain.train()
    return {"whole": weights(whole), "again": weights(again), "plain": weights(plain)}


def failing(folder: Path) -> dict[str, Any]:
    """The disk of the main process is full; and there is nothing to resume from."""
    write = checkpoint.write_model

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    checkpoint.write_model = full
    try:
        build(folder / "failing", [], save_strategy="epoch").train()
        told = "nothing"
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
    finally:
        checkpoint.write_model = write
    try:
        build(folder / "failing", []).train(resume_from_checkpoint=True)
    except ValueError as error:
        return {"told": told, "resume": str(error)}
    return {"told": told, "resume": "nothing"}


def alone(folder: Path) -> dict[str, Any]:
    """A callback logs in the main process alone, which concerns nobody else."""
    notes = Notes()

    class Logs(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if state.is_world_process_zero and state.global_step == 1:
                trainer.log({"mine": 1.0})

    trainer = build(folder / "alone", [notes, Logs()])
    trainer.train()
    return {"codes": notes.codes, "zero": trainer.state.is_world_process_zero}


def play(folder: Path) -> dict[str, Any]:
    """What came out of all jobs in this process; the last process is the one that sets flags."""
    out: dict[str, Any] = {}
    out["flags"] = flags(folder, lambda args: args.process_index == args.world_size - 1)
    for job in (results, accumulating, saves, resumes, failing, alone):
        out[job.__name__] = job(folder)
    return out


if __name__ == "__main__":
    torch.set_num_threads(1)
    faulthandler.dump_traceback_later(300, exit=True)
    out = play(Path(sys.argv[1]))
    Path(sys.argv[1], f"{os.environ['RANK']}.json").write_text(json.dumps(out))

"""Trains on as many processes as torchrun starts, with the same global batches however many.

    torchrun --nproc-per-node 2 examples/train_distributed.py

Each process is shown its own line of events. `--weights FILE` saves what was learned, to compare.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch
from torch import nn

from loopspec_reference import EvalPrediction, Trainer, TrainerCallback, TrainingArguments
from loopspec_reference.callback import EVENTS

SAMPLES, GLOBAL_BATCH = 203, 16


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        y = self.layers(x)
        return {"loss": nn.functional.mse_loss(y, labels), "logits": y}


class Events:
    """A callback that notes what happens, and one that only one process wants to end an epoch."""

    def __init__(self) -> None:
        self.trace: list[list[Any]] = []


def _noting(event: str) -> Any:
    def method(self: Events, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        flags = [name for name, value in vars(control).items() if value]
        logs = kwargs.get("logs") or kwargs.get("metrics") or {}
        values = {k: v for k, v in logs.items() if "runtime" not in k and "per_second" not in k}
        self.trace.append([event, state.global_step, flags, values])

    return method


for _event in EVENTS:
    setattr(Events, _event, _noting(_event))


class EndsAnEpoch(TrainerCallback):
    """Only one process wants the second epoch to end; it ends in all of them."""

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if args.process_index == args.world_size - 1 and state.global_step == 20:
            control.should_epoch_stop = True


def error(prediction: EvalPrediction) -> dict[str, float]:
    return {"error": float(abs(prediction.predictions - prediction.label_ids).mean())}


def samples(n: int) -> list[dict[str, torch.Tensor]]:
    x = torch.randn(n, 8, generator=torch.Generator().manual_seed(n))
    return [{"x": row, "labels": row.sum().sin().reshape(1)} for row in x]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="out")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--accumulation", type=int, default=1)
    parser.add_argument("--max-steps", type=int, default=-1)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(0)
    args = TrainingArguments(
        output_dir=options.output,
        gradient_accumulation_steps=options.accumulation,
        max_steps=options.max_steps,
        learning_rate=0.01,
        logging_steps=5,
        eval_strategy="steps",
        eval_steps=10,
        save_strategy="steps",
        save_steps=10,
        metric_for_best_model="error",
        greater_is_better=False,
        load_best_model_at_end=True,
        report_to="none",
        disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(),
    )
    shared = GLOBAL_BATCH // args.world_size // options.accumulation
    args.per_device_train_batch_size = args.per_device_eval_batch_size = shared
    events = Events()
    trainer = Trainer(
        Model(),
        args,
        train_dataset=samples(SAMPLES),
        eval_dataset=samples(51),
        compute_metrics=error,
        callbacks=[EndsAnEpoch, events],
    )
    trainer.train(resume_from_checkpoint=options.resume)
    print(f"process {args.process_index} of {args.world_size}: {len(events.trace)} events")
    if options.weights is not None:
        file = options.weights.with_suffix(f".{args.process_index}.pt")
        torch.save({"model": trainer.model.state_dict(), "trace": events.trace}, file)


if __name__ == "__main__":
    main()

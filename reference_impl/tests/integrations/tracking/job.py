"""The training that is tracked: `python job.py job.json` writes `result.json`.

It runs in a process of its own, as most trackers keep state in modules and hooks.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import torch

from loopspec_reference.integrations import TRACKERS


class Tiny(torch.nn.Module):
    """A linear model that gives its loss."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = torch.nn.Linear(4, 1)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        y = self.linear(x).squeeze(-1)
        return {"loss": ((y - labels) ** 2).mean(), "logits": y}


class Config:
    """The configuration of a model, with the two methods that trackers ask for."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def to_dict(self) -> dict[str, Any]:
        return dict(self.values)

    def to_json_string(self) -> str:
        return json.dumps(self.values)


def data(n: int) -> list[dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(1)
    return [
        {"x": torch.randn(4, generator=generator), "labels": torch.tensor(float(i % 3))}
        for i in range(n)
    ]


class Kept(logging.Handler):
    """Keeps the warnings of the trainer."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def library(name: str) -> Any:
    """The package of the trainer: both have a `Trainer` of the same shape."""
    return importlib.import_module({"reference": "loopspec_reference"}.get(name, name))


def witness(library: Any, job: dict[str, Any], told: list[Any]) -> Any:
    """A callback that notes each number that is logged or predicted, and acts when the job says."""

    class Witness(library.TrainerCallback):  # type: ignore[misc,name-defined]
        def _note(self, state: Any, logs: dict[str, Any]) -> None:
            for name, value in logs.items():
                if isinstance(value, int | float):
                    told.append([name, state.global_step, value])

        def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
            self._note(state, logs)

        def on_predict(
            self, args: Any, state: Any, control: Any, metrics: Any, **kwargs: Any
        ) -> None:
            self._note(state, metrics)

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if state.global_step == job.get("raise_at"):
                raise KeyError("on purpose")
            if state.global_step == job.get("act_at"):
                _named(job["act"])()

    return Witness()


def perform(job: dict[str, Any]) -> dict[str, Any]:
    """Build the trainer, and do what the job asks for; gives what is known of it then."""
    torch.set_num_threads(1)
    kept, told = Kept(), []  # type: ignore[var-annotated]
    package = library(job["trainer"])
    logging.getLogger(package.__name__).addHandler(kept)
    known: dict[str, Any] = {"told": told, "warnings": kept.messages, "seconds": {}, "error": ""}
    chosen = {
        "output_dir": "out", "max_steps": job.get("steps", 20), "logging_steps": 5,
        "eval_strategy": "steps", "eval_steps": 10, "save_strategy": "steps", "save_steps": 10,
        "per_device_train_batch_size": 4, "per_device_eval_batch_size": 16, "disable_tqdm": True,
        "learning_rate": 0.01, "use_cpu": True, "report_to": job["report_to"],
    }  # fmt: skip
    if job.get("act") and not job["act_at"]:
        _named(job["act"])()
    started = time.perf_counter()
    try:
        args = package.TrainingArguments(**{**chosen, **job.get("options", {})})
        model = Tiny()
        if job.get("config"):
            model.config = Config(job["config"])
        rows = data(64)
        trainer = package.Trainer(
            model, args, train_dataset=rows, eval_dataset=rows[:16],
            callbacks=[*_made(job), witness(package, job, told)],
        )  # fmt: skip
        # Only what its callbacks see: the job itself is that of a first process.
        if job.get("rank"):
            trainer.callback_handler.callbacks.insert(0, _other(package))
        known["seconds"]["build"], known["built"] = time.perf_counter() - started, time.time()
        for call in job.get("calls", ["train"]):
            started = time.perf_counter()
            _call(trainer, call, rows)
            known["seconds"][call] = time.perf_counter() - started
    except Exception as error:
        known.setdefault("built", time.time())
        known["error"] = f"{type(error).__name__}: {error}"
        known["seconds"]["until the error"] = time.perf_counter() - started
        if "trainer" not in locals():
            return known
    known["history"] = trainer.state.log_history
    known["steps"] = trainer.state.global_step
    known["args"] = json.loads(args.to_json_string())
    known["callbacks"] = [type(one).__name__ for one in trainer.callback_handler.callbacks]
    weights = b"".join(p.detach().numpy().tobytes() for p in trainer.model.parameters())
    known["weights"] = hashlib.sha256(weights).hexdigest()
    return known


def _other(library: Any) -> Any:
    """A callback that has the state say, from the first event on, that this is another process."""

    class Other(library.TrainerCallback):  # type: ignore[misc,name-defined]
        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            state.is_world_process_zero = state.is_local_process_zero = False

    return Other()


def _made(job: dict[str, Any]) -> list[Any]:
    """Callbacks built by the job's own function, and the tracker with the arguments for it."""
    made: list[Any] = _named(job["callbacks"])() if job.get("callbacks") else []
    if job.get("tracker"):
        made.append(_tracker(job["trainer"], job["tracker"])(**job["arguments"]))
    return made


def _tracker(trainer: str, name: str) -> Any:
    """The trainer's own callback for a tracker; the classes have the same names in both."""
    module, _, made = TRACKERS[name].callback.partition(":")
    ours = f"loopspec_reference.integrations.{module}"
    place = ours if trainer == "reference" else f"{trainer}.integrations"
    return getattr(importlib.import_module(place), made)


def _named(what: str) -> Any:
    """The function that `module:function` names."""
    module, _, name = what.partition(":")
    return getattr(importlib.import_module(module), name)


def _call(trainer: Any, call: str, rows: list[Any]) -> None:
    if call == "predict":
        trainer.predict(rows[:8])
    elif call == "log":
        trainer.log({"eval_after": 3.25})
    elif call == "train again":
        # A shorter one: what the first logged after its end is not logged again.
        trainer.args.max_steps //= 2
        trainer.train()
    else:
        getattr(trainer, call)()


if __name__ == "__main__":
    wanted = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    sys.modules |= dict.fromkeys(wanted.get("hidden", ()))  # type: ignore[arg-type] # None: missing
    call = _named(wanted["inside"]) if wanted.get("inside") else lambda perform: perform()
    result = call(lambda: perform(wanted))
    Path("result.json").write_text(json.dumps(result, default=str), "utf-8")

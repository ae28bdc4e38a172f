"""Where training stands: counters, logs and the best metric so far."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .exportable import export_all, exported

if TYPE_CHECKING:
    from .arguments import TrainingArguments


@dataclass
class TrainerState:
    """The trainer's progress, passed to every callback and stored in every checkpoint.

    A step is an optimizer update; under gradient accumulation it takes several batches.
    """

    #: Epochs completed, with the fraction of the current one; changes only when a step ends.
    epoch: float = 0
    #: Steps completed.
    global_step: int = 0
    #: Step at which training ends, counted from the very beginning, also after a resume.
    max_steps: int = 0
    #: Intervals in steps, absolute even where the arguments give a ratio.
    logging_steps: float = 500
    eval_steps: float = 500
    save_steps: float = 500
    train_batch_size: int | None = None
    num_train_epochs: int = 0
    num_input_tokens_seen: int = 0
    total_flos: float = 0
    #: Every logged dict, each with the "step" it was logged at.
    log_history: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    best_metric: float | None = None
    best_global_step: int | None = None
    best_model_checkpoint: str | None = None
    is_local_process_zero: bool = True
    is_world_process_zero: bool = True
    is_hyper_param_search: bool = False
    trial_name: str | None = None
    trial_params: dict[str, Any] | None = None
    #: Stored states by class name; given as a list of exportable objects, it is converted.
    stateful_callbacks: Any = None

    def __post_init__(self) -> None:
        # None is taken too, as in a file that a person wrote.
        self.log_history = self.log_history or []
        if not isinstance(self.stateful_callbacks, dict):
            objects = list(self.stateful_callbacks or [])
            for obj in objects:
                if exported(obj) is None:
                    raise TypeError(
                        "Callbacks to be stored need a method `state` that returns 'args' and "
                        f"'attributes' (see `ExportableState`); {type(obj).__name__} has none."
                    )
            self.stateful_callbacks = export_all(objects)

    def compute_steps(self, args: TrainingArguments, max_steps: int) -> None:
        """Set the three intervals from `args`; a ratio below 1 becomes a share of `max_steps`."""
        for name in ("logging_steps", "eval_steps", "save_steps"):
            steps = getattr(args, name)
            if steps is not None:
                setattr(self, name, math.ceil(max_steps * steps) if steps < 1 else steps)

    def save_to_json(self, json_path: str | Path) -> None:
        """Write the state to `json_path`. Raises TypeError if a logged value is not JSON."""
        text = json.dumps(dataclasses.asdict(self), indent=2, sort_keys=True) + "\n"
        Path(json_path).write_text(text, encoding="utf-8")

    @classmethod
    def load_from_json(cls, json_path: str | Path) -> Self:
        """The state that `save_to_json` wrote to `json_path`."""
        return cls(**json.loads(Path(json_path).read_text(encoding="utf-8")))

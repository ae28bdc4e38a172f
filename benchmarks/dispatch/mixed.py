"""The callbacks that a run has of its own, for the two that speak this protocol."""

from __future__ import annotations

import contextlib
import io
import tempfile
from typing import Any, NamedTuple


class Mixed(NamedTuple):
    """Default flow, early stopping, TensorBoard and a progress bar, in the middle of a run."""

    callbacks: list[Any]
    args: Any
    state: Any
    control: Any


def of_reference() -> Mixed:
    import loopspec_reference as library
    from loopspec_reference.integrations.tensorboard import TensorBoardCallback

    return _in_a_run(library, TensorBoardCallback)


def of_transformers() -> Mixed:
    import transformers as library
    from transformers.integrations import TensorBoardCallback

    return _in_a_run(library, TensorBoardCallback)


def _in_a_run(library: Any, tracker: Any) -> Mixed:
    state, control = library.TrainerState(), library.TrainerControl()
    state.global_step, state.max_steps = 1, 1000
    state.is_world_process_zero = state.is_local_process_zero = True
    args = library.TrainingArguments(
        tempfile.gettempdir(), report_to="none", use_cpu=True, logging_strategy="steps"
    )
    bar = library.ProgressCallback()
    with contextlib.redirect_stderr(io.StringIO()):
        bar.on_train_begin(args, state, control)
    flow, early = library.DefaultFlowCallback(), library.EarlyStoppingCallback(3)
    return Mixed([flow, early, tracker(), bar], args, state, control)

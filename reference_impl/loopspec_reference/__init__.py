"""A minimal trainer with callbacks, whose behaviour is transformers' Trainer's.

Callbacks written for one run on the other. The loop is in `trainer.py` and meant to be read.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from .arguments import TrainingArguments
from .callback import TrainerCallback
from .checkpoint import get_last_checkpoint
from .collate import default_data_collator
from .control import TrainerControl
from .default_flow import DefaultFlowCallback
from .display import PrinterCallback, ProgressCallback
from .early_stopping import EarlyStoppingCallback
from .exportable import ExportableState
from .handler import CallbackHandler
from .outputs import EvalPrediction, PredictionOutput, TrainOutput
from .state import TrainerState
from .strategies import IntervalStrategy, SaveStrategy
from .trainer import Trainer

try:
    __version__ = version("loopspec")
except PackageNotFoundError:  # a bare source tree
    __version__ = "0"

__all__ = [
    "CallbackHandler",
    "DefaultFlowCallback",
    "EarlyStoppingCallback",
    "EvalPrediction",
    "ExportableState",
    "IntervalStrategy",
    "PredictionOutput",
    "PrinterCallback",
    "ProgressCallback",
    "SaveStrategy",
    "TrainOutput",
    "Trainer",
    "TrainerCallback",
    "TrainerControl",
    "TrainerState",
    "TrainingArguments",
    "default_data_collator",
    "get_last_checkpoint",
]

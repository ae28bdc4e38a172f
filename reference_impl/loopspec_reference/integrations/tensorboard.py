"""TensorBoard, through PyTorch's writer or else tensorboardX."""

from __future__ import annotations

import itertools
import json
import os
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .base import TrackerCallback

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..state import TrainerState as State

_NUMBERS = itertools.count()


def _writer_class() -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        try:
            from tensorboardX import SummaryWriter  # type: ignore[import-not-found,unused-ignore,no-redef]
        except ModuleNotFoundError as other:
            # Where only the first is installed, it is the one that is broken.
            raise error if other.name == "tensorboardX" else other from None
    return SummaryWriter


class TensorBoardCallback(TrackerCallback):
    """Writes event files to `TENSORBOARD_LOGGING_DIR`, else `logging_dir`, else `runs/` in the
    output folder, in a folder named by time and machine.

    `tb_writer` is a writer to use instead of one of its own; it is flushed and left open.
    """

    name = "tensorboard"
    packages = ("tensorboard", "tensorboardX")  # either of them

    def __init__(self, tb_writer: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.given = tb_writer
        self.tb_writer: Any = tb_writer
        self._folder: Path | None = None

    @classmethod
    def check(cls) -> None:
        """Import the writer."""
        _writer_class()

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Open a writer, and write the arguments and the model's configuration as texts."""
        if self.given is None:
            if self._folder is None:
                self._folder = self._make_folder(args)
            # tensorboardX names its files by second and machine: two in a second were one.
            suffix = f".{os.getpid()}.{next(_NUMBERS)}"
            self.tb_writer = _writer_class()(str(self._folder), filename_suffix=suffix)
        self.tb_writer.add_text("args", args.to_json_string())
        config = getattr(model, "config", None)
        if config is not None:
            to_json = getattr(config, "to_json_string", None)
            text = to_json() if to_json else json.dumps(config, indent=2, default=str)
            self.tb_writer.add_text("model_config", text)

    def _make_folder(self, args: Args) -> Path:
        chosen = os.environ.get("TENSORBOARD_LOGGING_DIR") or args.logging_dir
        if chosen:
            return Path(chosen).expanduser()
        started = f"{time.strftime('%b%d_%H-%M-%S')}_{socket.gethostname()}"
        return Path(args.output_dir or ".") / "runs" / started

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Write numbers as scalars and texts as texts."""
        for name, value in values.items():
            self.tb_writer.add_scalar(name, value, step)
        for name, text in texts.items():
            self.tb_writer.add_text(name, text, step)
        self.tb_writer.flush()

    def close(self, failed: bool) -> None:
        """Close the writer, unless it was given."""
        if self.given is None:
            self.tb_writer.close()

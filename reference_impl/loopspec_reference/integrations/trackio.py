"""Trackio: a database on this machine, or a dashboard on a server."""

from __future__ import annotations

from typing import Any

from .base import TrackerCallback
from .values import parameters


class TrackioCallback(TrackerCallback):
    """Logs to a run named `run_name`; what is logged after the end goes to the same run."""

    name = "trackio"
    packages = ("trackio",)
    project = "huggingface"
    run: Any = None

    def setup(self, args: Any, state: Any, model: Any) -> None:
        """Start a run, or go on with it."""
        import trackio

        name, config = self.run.name if self.run else args.run_name, parameters(args, model)
        self.run = trackio.init(self.project, name=name, config=config, resume="allow")

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Log numbers and texts."""
        self.run.log({**values, **texts}, step=step)

    def close(self, failed: bool) -> None:
        """End the run. Trackio raises nothing itself: what it failed at, it notes."""
        self.run.finish()
        if self.run._warned_failures:
            raise OSError(f"not all was kept: {', '.join(self.run._warned_failures)}")

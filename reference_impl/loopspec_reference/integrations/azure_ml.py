"""AzureML, through the first version of its SDK, which has been out of support since June 2026."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from .base import TrackerCallback

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..state import TrainerState as State

STEP = "step"


class AzureMLCallback(TrackerCallback):
    """Logs numbers under their own names to the run that the program was submitted as.

    Outside of AzureML that is an offline run, which prints them and takes no step with a value; so
    each row is begun by its step there. `azureml_run` is a run to use instead. It is never ended:
    that is the service's part. Texts are not logged.
    """

    name = "azure_ml"
    packages = ("azureml",)

    def __init__(self, azureml_run: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.given = self.azureml_run = azureml_run
        self._takes_steps = False

    @classmethod
    def check(cls) -> None:
        """Import the package."""
        import azureml.core.run

        _ = azureml.core.run.Run

    @staticmethod
    def rename(name: str) -> str:
        """Its own name."""
        return name

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Find the run."""
        from azureml.core.run import Run

        if self.azureml_run is None:
            self.azureml_run = Run.get_context()
        self._takes_steps = STEP in inspect.signature(self.azureml_run.log).parameters

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Log the numbers."""
        with_step = {STEP: step} if self._takes_steps else {}
        for name, value in values.items() if with_step else {STEP: step, **values}.items():
            self.azureml_run.log(name, value, description=name, **with_step)
        if with_step:
            # A thread sends them, and what fails there is raised here only.
            self.azureml_run.flush(timeout_seconds=max(1, round(self.timeout)))

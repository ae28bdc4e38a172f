"""CodeCarbon: the energy that training takes, and the emissions of making it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .base import TrackerCallback
from .overheard import Overheard

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..state import TrainerState as State

NO_PLACE = "as the default value"
"""What CodeCarbon's warning says when it takes Quebec for the place of the machine."""


class CodeCarbonCallback(TrackerCallback):
    """Adds a row to `emissions.csv` in the output folder for each training, also if it raises.

    Each machine measures itself: the first process of each does it. Keyword arguments go to
    CodeCarbon's tracker; its own settings are `CODECARBON_...` and `.codecarbon.config`. Where a
    country is set (`CODECARBON_COUNTRY_ISO_CODE=FRA`), no service is asked for the place of the
    machine; where that fails, CodeCarbon counts as in Quebec, which is an error here.
    """

    name = "codecarbon"
    packages = ("codecarbon",)
    one_per_machine = True

    def __init__(
        self,
        *,
        on_error: Literal["warn", "raise"] = "warn",
        timeout: float | None = None,
        **tracker_options: Any,
    ) -> None:
        super().__init__(on_error=on_error, timeout=timeout)
        self.tracker: Any = None
        self._tracker_options = tracker_options
        # It holds back its exceptions, and only logs them.
        self._overheard = Overheard("codecarbon", NO_PLACE)

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Begin to measure. A tracker that was stopped cannot be started again: it is a new one."""
        self._overheard.start()
        options = {"output_dir": args.output_dir, **self._tracker_options}
        Path(options["output_dir"] or ".").mkdir(parents=True, exist_ok=True)
        self.tracker = _class(options)(**options)
        self.tracker.start()
        self._overheard.check()

    def close(self, failed: bool) -> None:
        """Measure no more, and write the row."""
        tracker, self.tracker = self.tracker, None
        try:
            emissions = tracker.stop() if tracker else None
            self._overheard.check()
            if emissions is None:
                raise RuntimeError("it measured nothing; its log says why")
        finally:
            self._overheard.stop()


def _class(options: dict[str, Any]) -> Any:
    """The tracker that asks nobody, where a country or a cloud is named."""
    from codecarbon import EmissionsTracker, OfflineEmissionsTracker
    from codecarbon.core.config import get_hierarchical_config

    known = get_hierarchical_config() | options
    is_placed = known.get("country_iso_code") or known.get("cloud_provider")
    return OfflineEmissionsTracker if is_placed else EmissionsTracker

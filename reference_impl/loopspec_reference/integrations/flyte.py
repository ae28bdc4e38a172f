"""Flyte: a deck of the logs, and checkpoints that an interrupted task goes on from."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .base import TrackerCallback

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..state import TrainerState as State

DECK = "Log History"


class FlyteCallback(TrackerCallback):
    """Saves the logs as a deck, a row for each, when training ends or raises, if
    `save_log_history`; and syncs each checkpoint with Flyte, if `sync_checkpoints`.

    It works inside a Flyte task only, and being built elsewhere raises RuntimeError. When Flyte
    tries an interrupted task again, go on from what was synced:
    `trainer.train(current_context().checkpoint.restore())`, which is None the first time.
    """

    name = "flyte"
    packages = ("flytekit",)

    def __init__(
        self, save_log_history: bool = True, sync_checkpoints: bool = True, **options: Any
    ) -> None:
        super().__init__(**options)
        if not _is_in_task():
            raise RuntimeError(
                "FlyteCallback works inside a Flyte task only: build the trainer in a function "
                "that is a @task."
            )
        self.save_log_history = save_log_history
        self.sync_checkpoints = sync_checkpoints
        self._deck: Any = None
        self._earlier: list[dict[str, Any]] = []
        self._history: list[dict[str, Any]] = []

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Remember where the logs are; a second training begins new ones."""
        if self._history is not state.log_history:
            self._earlier += self._history
            self._history = state.log_history

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Leave it for the deck, which is written once."""

    def save(self, checkpoint: Path, args: Args, state: State) -> None:
        """Have Flyte keep the files of this checkpoint in the place of the last one's."""
        import flytekit

        if self.sync_checkpoints:
            flytekit.current_context().checkpoint.save(str(checkpoint))

    def close(self, failed: bool) -> None:
        """Save the deck, in the place of one that was saved before."""
        import flytekit

        if not self.save_log_history:
            return
        decks = flytekit.current_context().decks
        if self._deck in decks:
            decks.remove(self._deck)
        # A training that is resumed has those of its checkpoint again.
        earlier = [row for row in self._earlier if row not in self._history]
        self._deck = flytekit.Deck(DECK, table(earlier + self._history))


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as HTML, with a column for each name; numbers have all their digits."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [_line("th", names)]
    lines += [_line("td", [row.get(name, "") for name in names]) for row in rows]
    return f"<table>{''.join(lines)}</table>"


def _line(cell: str, values: list[Any]) -> str:
    cells = (f"<{cell}>{html.escape(str(value))}</{cell}>" for value in values)
    return f"<tr>{''.join(cells)}</tr>"


def _is_in_task() -> bool:
    from flytekit.core.context_manager import FlyteContextManager

    execution = FlyteContextManager.current_context().execution_state
    return execution is not None and execution.mode is not None

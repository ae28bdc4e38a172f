"""One who is told when a dispatch does not hold any more, in the place of a handler."""

from __future__ import annotations


class Listener:
    """Counts how often it was told."""

    told = 0

    def recompile(self) -> None:
        self.told += 1

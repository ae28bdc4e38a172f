"""What the tests found out, a file for each tracker; what was not tried this time is kept."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from tracking.case import Case


class Results:
    """What was found, by tracker."""

    def __init__(self) -> None:
        self.found: defaultdict[str, dict[str, Any]] = defaultdict(dict)

    def take(self, tracker: str, **facts: Any) -> None:
        """Add facts to what is known of a tracker."""
        self.found[tracker] |= facts

    def write(self, folder: Path, cases: dict[str, Case]) -> None:
        """Add to the files in this folder. What another version of the packages did is left out,
        and so are faults that the tracker's case no longer has."""
        folder.mkdir(parents=True, exist_ok=True)
        for tracker, facts in self.found.items():
            path = folder / f"{tracker}.json"
            before = json.loads(path.read_text("utf-8")) if path.exists() else {}
            if before.get("packages") != facts.get("packages"):
                before = {}
            faults = {f"fault: {name}" for name in cases[tracker].faults}
            kept = {k: v for k, v in before.items() if k in faults or not k.startswith("fault: ")}
            text = json.dumps({**kept, **facts}, indent=1, sort_keys=True)
            path.write_text(text + "\n", "utf-8")

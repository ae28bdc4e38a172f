"""What the tests of trackers found out, for the table in the documentation."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from tracking.case import Case

_FOUND: defaultdict[str, dict[str, Any]] = defaultdict(dict)


@pytest.fixture
def note() -> Callable[..., None]:
    """Note what was compared: `note(case, numbers=29)`."""

    def write(case: Case, **facts: Any) -> None:
        _FOUND[case.name] |= facts | {
            "group": case.group,
            "packages": {name: version(name) for name in case.packages},
            "exact": case.exact,
        }

    return write


def pytest_sessionfinish() -> None:
    """Write one file a tracker, if a folder is wanted: `LOOPSPEC_TRACKER_RESULTS`."""
    folder = os.environ.get("LOOPSPEC_TRACKER_RESULTS")
    for name, facts in _FOUND.items() if folder else ():
        text = json.dumps(facts, indent=1, sort_keys=True)
        Path(folder or "", f"{name}.json").write_text(text + "\n", "utf-8")

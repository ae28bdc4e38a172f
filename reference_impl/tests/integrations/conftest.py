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
from tracking.judged import TRAINER, Verdicts, check_of, known, outcome_of

_FOUND: defaultdict[str, dict[str, Any]] = defaultdict(dict)
_VERDICTS = Verdicts()


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What transformers' trackers are known for is expected to fail, and nothing else."""
    if TRAINER == "reference":
        return
    items[:] = [item for item in items if item.path.name == "test_contract.py"]
    reasons = known()
    for item in items:
        tracker, check = check_of(item.name)
        if reason := reasons.get(tracker, {}).get(check):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what becomes of the contract."""
    outcome = outcome_of(report) if "test_contract.py" in report.nodeid else None
    if outcome and outcome[0] != "skipped":
        _VERDICTS.take(report.nodeid.rpartition("::")[2], *outcome)


def pytest_sessionfinish() -> None:
    """Write one file a tracker, if a folder is wanted: `LOOPSPEC_TRACKER_RESULTS`."""
    folder = os.environ.get("LOOPSPEC_TRACKER_RESULTS")
    if folder and TRAINER != "reference":
        _VERDICTS.write(Path(folder, TRAINER))
        return
    for name, facts in _FOUND.items() if folder else ():
        text = json.dumps(facts, indent=1, sort_keys=True)
        Path(folder or "", f"{name}.json").write_text(text + "\n", "utf-8")

"""What the tests of trackers found out, for the table in the documentation."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from cases import CASES
from tracking.case import Case
from tracking.judged import TRAINER, check_of, is_another, known, outcome_of
from tracking.results import Results
from tracking.unavailable import unavailable

_RESULTS = Results()
_KNOWN = known()
_NOTED = "compared with a tracker"


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Note what was compared: `note(case, numbers=29)`."""

    def write(case: Case, **facts: Any) -> None:
        packages = {name: version(name) for name in case.packages}
        facts = {"group": case.group, "packages": packages, "exact": case.exact, **facts}
        # With the report it comes to the process that writes, where tests run in several.
        request.node.user_properties.append((_NOTED, [case.name, facts]))

    return write


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say what may run side by side; and what transformers' trackers are known for is expected to
    fail, and nothing else."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            if name := _group(item):
                item.add_marker(pytest.mark.xdist_group(name))
    if TRAINER == "reference":
        return
    items[:] = [item for item in items if item.path.name == "test_contract.py"]
    for item in items:
        tracker, check = check_of(item.name)
        if expected := _KNOWN.get(tracker, {}).get(check):
            item.add_marker(pytest.mark.xfail(reason=expected.why, strict=True))


def _group(item: pytest.Item) -> str:
    """The tracker whose training is shared, or whose package keeps its state in the process. A
    training that is taken down has a process of its own and shares nothing: ""."""
    if item.path.name != "test_contract.py":
        return item.path.stem.removeprefix("test_")
    return "" if "takes_nothing_down" in item.name else check_of(item.name)[0]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Take a failure that is another than the known one for what it is."""
    report = yield
    tracker, check = check_of(item.name)
    expected = _KNOWN.get(tracker, {}).get(check)
    if expected and is_another(expected, report):
        report.outcome = "failed"
        del report.wasxfail
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what was noted, or what becomes of the contract with other trackers than the
    reference's."""
    if TRAINER == "reference":
        noted = [found for name, found in report.user_properties if name == _NOTED]
        for tracker, facts in noted if report.when == "call" else []:
            _RESULTS.take(tracker, **facts)
    elif words := outcome_of(report):
        # pytest-xdist adds the group.
        tracker, check = check_of(report.nodeid.rpartition("::")[2].partition("@")[0])
        _RESULTS.take(tracker, **{check: words})


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the trackers that can be tested in the environment that is for them."""
    group, missing = os.environ.get("LOOPSPEC_TRACKERS"), unavailable()
    if wanted := [case.name for case in CASES.values() if case.group == group]:
        there = len(wanted) - len(missing)
        line = f"trackers of {group}: {there} of {len(wanted)} can be tested"
        terminalreporter.write_line(line)
        for name, reason in missing.items():
            terminalreporter.write_line(f"NOT TESTED: {name}: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write one file a tracker, if a folder is wanted: `LOOPSPEC_TRACKER_RESULTS`."""
    is_worker = hasattr(session.config, "workerinput")
    if (folder := os.environ.get("LOOPSPEC_TRACKER_RESULTS")) and not is_worker:
        place = Path(folder) if TRAINER == "reference" else Path(folder, TRAINER)
        _RESULTS.write(place, CASES)

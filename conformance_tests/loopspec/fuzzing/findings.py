"""A folder of scenarios that once failed, each in a file that `--scenario` and `--replay` read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from loopspec.scenario import Scenario
from loopspec.scenario_file import read_scenario, scenario_to_json


def named(what: str, scenario: Scenario) -> Scenario:
    """The scenario with a name that tells what it is for, and no other one's: `ctrl-3-1a2b3c4d`."""
    plain = msgspec.structs.replace(scenario, name="")
    mark = hashlib.sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()[:8]
    return msgspec.structs.replace(scenario, name=f"{what.lower()}-{mark}")


def save(scenario: Scenario, folder: Path) -> Path:
    """Write a scenario into the folder, which is made if need be; gives the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{scenario.name}.json"
    path.write_bytes(scenario_to_json(scenario))
    return path


def saved(folder: Path) -> dict[Path, Scenario]:
    """The scenarios in a folder, by file; none if there is no such folder.

    Raises:
        Fault: a file is no scenario.
    """
    return {path: read_scenario(str(path)) for path in sorted(folder.glob("*.json"))}

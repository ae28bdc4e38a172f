"""What every check finds in traces that nobody made: `python tools/spoil.py [--check]`.

`conformance_tests/spoiled.json` holds it: for each spoiled trace the rules that are broken in it,
each with the record and how often, and a checksum of all that all checks found. So a check that
comes to see more, less or something else shows, also where no scenario would tell.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from spoiling import spoiled
from spoiling.good import SCENARIOS, good
from writing import ROOT, settle

from loopspec.rules import CHECKS, is_about
from loopspec.trace import Trace

FILE = ROOT / "conformance_tests" / "spoiled.json"
NAMES = sorted(SCENARIOS)


def found(trace: Trace) -> str:
    """`RULE@recordxtimes` of what is broken, and the checksum of everything."""
    broken, everything = [], []
    about = [(rule, check) for rule, check in CHECKS.items() if is_about(rule, trace.scenario)]
    for rule, check in about:
        told = [*_told(check, trace)]
        against = [one for one in told if not one[0]]
        if against:
            broken.append(f"{rule}@{against[0][1]}x{len(against)}")
        everything.append((rule, told))
    return f"{' '.join(broken)} #{crc32(repr(everything).encode()):08x}".strip()


def _told(check: Any, trace: Trace) -> Iterator[tuple[Any, ...]]:
    try:
        for finding in check(trace):
            yield tuple(finding)
    except Exception as error:  # what the judge makes of it is not the matter here
        yield False, -1, "", type(error).__name__


def of_scenario(name: str) -> dict[str, str]:
    """What is found in the spoiled traces of one scenario."""
    return {what: found(trace) for what, trace in spoiled(good(SCENARIOS[name]))}


def main() -> int:
    everything = {name: of_scenario(name) for name in NAMES}
    text = json.dumps(everything, indent=1, ensure_ascii=False) + "\n"
    return settle({FILE: text}, "python tools/spoil.py")


if __name__ == "__main__":
    sys.exit(main())

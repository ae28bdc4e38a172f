"""Instructions of the processor that an event takes, counted by callgrind.

One process fires all cases, one after the other. Before and after each it calls a function that
callgrind is told to cut its count at. Each case is fired `FEW` and then `MORE` times: the
difference is free of what the loop and the cut take. The count is of this build of Python, on a
processor as valgrind plays it; it does not depend on what else the machine does.

Run as a script it is that process: it reads the cases from a file.
"""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

FEW, MORE = 10, 30
#: Nothing else calls it, and it does next to nothing.
CUT = os.getloadavg
_TOTALS = re.compile(r"^totals: (\d+)$", re.MULTILINE)


class NoCallgrind(Exception):  # noqa: N818  # it says what there is not
    """Instructions cannot be counted here. The text says why, in one line."""


Case = tuple[str, str, int]
"""A dispatcher, the kind of its callbacks, their number."""


def counted_by_callgrind(cases: Sequence[Case]) -> dict[Case, float]:
    """Instructions of one event, for each case, with the dispatchers of this repository.

    Raises:
        NoCallgrind: valgrind is not there, or the process ended with an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "cases.json"
        asked.write_text(json.dumps(cases), "utf-8")
        return dict(zip(cases, under_callgrind([__file__, str(asked)]), strict=True))


def under_callgrind(command: Iterable[str], **environment: str) -> list[float]:
    """Instructions of one call, for each function that a Python script hands to `fire_all`.

    Raises:
        NoCallgrind: valgrind is not there, or the script ended with an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no"]
        cut = [f"--dump-before={CUT.__name__}", f"--callgrind-out-file={out}"]
        try:
            done = subprocess.run(
                [*valgrind, *cut, sys.executable, *command],
                env=undisturbed(OMP_NUM_THREADS="1", **environment),
                capture_output=True,
                text=True,
            )
        except FileNotFoundError as error:
            raise NoCallgrind("valgrind is not installed") from error
        if done.returncode:
            # valgrind's own lines begin so.
            lines = [line for line in done.stderr.splitlines() if not line.startswith("==")]
            raise NoCallgrind(f"what was measured failed: {lines[-1] if lines else 'no reason'}")
        totals = [*_totals(out)]
    # Of three parts each, the first is what came before.
    return [
        (more - few) / (MORE - FEW) for few, more in zip(totals[1::3], totals[2::3], strict=True)
    ]


def undisturbed(**more: str) -> dict[str, str]:
    """The environment of a process in which something is counted: no coverage is measured there,
    which would be counted too, and strings have the same hashes each time."""
    kept = {n: value for n, value in os.environ.items() if not n.startswith("COVERAGE_")}
    return {**kept, "PYTHONHASHSEED": "0", **more}


def _totals(out: Path) -> Iterator[int]:
    parts = sorted(out.parent.glob("out.*"), key=lambda path: int(path.suffix[1:]))
    for part in parts:
        for found in _TOTALS.finditer(part.read_text("utf-8")):
            yield int(found[1])


def fire_all(functions: Sequence[Callable[[], Any]]) -> None:
    """Call each function so many times, with cuts around; to be run under callgrind."""
    for function in functions:
        _repeat(function, 3)  # what is compiled or looked up once
    switch = ["callgrind_control", "--instr=on", str(os.getpid())]
    subprocess.run(switch, check=True, stdout=subprocess.DEVNULL)
    for function in functions:
        _repeat(function, FEW)  # callgrind itself translates what it sees for the first time
        CUT()
        _repeat(function, FEW)
        CUT()
        _repeat(function, MORE)
        CUT()


def _repeat(function: Callable[[], Any], times: int) -> None:
    for _ in range(times):
        function()


def _main() -> None:
    from dispatch import DISPATCHERS

    cases = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    functions = [DISPATCHERS[name].make(number, kind) for name, kind, number in cases]
    gc.disable()
    fire_all(functions)


if __name__ == "__main__":
    _main()

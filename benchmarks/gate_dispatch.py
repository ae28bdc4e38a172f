"""Counts what a dispatch of the reference takes, for `tools/gate.py`.

`python gate_dispatch.py` prints calls and bytecodes as JSON; `python gate_dispatch.py fire`, under
callgrind, lets instructions be counted. The handler is imported without the rest of the reference,
so that no time goes into importing torch.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import sys
from types import ModuleType

from dispatch import DISPATCHERS, KINDS, NOOP, Fire
from instructions import fire_all

from loopspec.benchmarking import count

FLOOR = ("bound methods", NOOP, 10)
"""What instructions are counted in: so they depend less on how Python was built."""
CASES = [FLOOR, *(("reference", kind, number) for kind in KINDS for number in (0, 3, 10, 100))]


def _without_the_rest(package: str) -> None:
    """Let modules of a package be imported, and its `__init__` not be run."""
    found = importlib.util.find_spec(package)
    assert found is not None, f"{package} is installed"
    bare = ModuleType(package)
    bare.__path__ = list(found.submodule_search_locations or ())
    sys.modules[package] = bare


def _functions() -> list[Fire]:
    _without_the_rest("loopspec_reference")
    functions = [DISPATCHERS[name].make(number, kind) for name, kind, number in CASES]
    assert "torch" not in sys.modules, "dispatch needs no torch"
    return functions


def main() -> None:
    functions = _functions()
    if sys.argv[1:] == ["fire"]:
        gc.disable()
        fire_all(functions)
        return
    for fire in functions:
        fire()
    counted = [count(fire) for fire in functions]
    print(json.dumps([[counts.calls, counts.bytecodes] for counts in counted]))


if __name__ == "__main__":
    main()

"""What firing one event costs: `python benchmarks/measure_dispatch.py`.

All dispatchers are made in one process and timed in turn, so that noise hits all alike. It runs in
the environment `peers`; `make bench` makes that.
"""

from __future__ import annotations

import argparse
import logging
import warnings

import torch
from dispatch import DISPATCHERS, KINDS, MIX, Fire, numbers
from instructions import Case, counted_by_callgrind
from results import Dispatch, Event, keep, machine

from loopspec.benchmarking import count, interleaved


def cases() -> dict[Case, Fire]:
    """Everything, ready to be fired."""
    return {
        (name, kind, number): dispatcher.make(number, kind)
        for name, dispatcher in DISPATCHERS.items()
        for kind in dispatcher.kinds
        for number in numbers(kind)
    }


def measured(rounds: int, instructions: bool) -> Dispatch:
    made = cases()
    for fire in made.values():
        fire()
    times = {}
    for kind in (*KINDS, MIX):
        for number in numbers(kind):
            alike = {name: fire for (name, *rest), fire in made.items() if rest == [kind, number]}
            found = interleaved(alike, rounds)
            times |= {(name, kind, number): spread for name, spread in found.items()}
    counted = counted_by_callgrind([*made]) if instructions else {}
    events: dict[str, dict[str, list[Event]]] = {}
    for case, fire in made.items():
        name, kind, number = case
        event = Event(number, count(fire), times[case], counted.get(case))
        events.setdefault(name, {}).setdefault(kind, []).append(event)
    packages = {dispatcher.package for dispatcher in DISPATCHERS.values()} - {""}
    return Dispatch(machine([*packages, "torch"]), events)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--no-instructions", action="store_true", help="do without valgrind")
    wanted = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    torch.set_num_threads(1)
    keep("dispatch", measured(wanted.rounds, not wanted.no_instructions))


if __name__ == "__main__":
    main()

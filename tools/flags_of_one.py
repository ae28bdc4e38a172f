"""Sets each flag in each event of one process of two, and keeps what became of it.

`python tools/flags_of_one.py` plays the reference and transformers' Trainer, which takes minutes,
and writes `tools/flags_of_one.json`; `tools/draw.py` makes the tables of the specification from it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec
from writing import ROOT

from loopspec import record_all
from loopspec.corpus import CORPUS
from loopspec.corpus.control import cell
from loopspec.faults import SubjectFault
from loopspec.machine.predict import predict
from loopspec.scenario import Scenario
from loopspec.trace import Trace
from loopspec.vocabulary import Event, Flag

KEPT = ROOT / "tools" / "flags_of_one.json"
SUBJECTS = ("reference", "transformers")
ONE = 1
"""The process that sets the flag: not the main one."""


def alone(flag: Flag, event: Event) -> Scenario:
    """The scenario in which a single process sets a flag at an event, with nothing else due."""
    name = cell(flag, event)
    found = (CORPUS.get(f"{name}{ending}") for ending in ("-mid-epoch", "-nothing-due", ""))
    return next(scenario for scenario in found if scenario is not None)


def of_one(flag: Flag, event: Event) -> Scenario:
    """The same for two processes, of which one sets it."""
    job = alone(flag, event)
    parts = tuple(
        msgspec.structs.replace(
            part, acts=tuple(msgspec.structs.replace(act, rank=ONE) for act in part.acts)
        )
        if part.name == "script"
        else part
        for part in job.callbacks
    )
    return msgspec.structs.replace(job, name=cell(flag, event), world=2, shows=(), callbacks=parts)


def became(flag: Flag, event: Event, trace: Trace) -> str:
    """What became of the flag, in a word: compared with a single process that sets it, and with one
    that does not."""
    if trace.outcome.kind != "completed":
        return "hangs" if trace.outcome.kind == "hung" else "raises"
    job = alone(flag, event)
    quiet = tuple(part for part in job.callbacks if part.name != "script")
    acting = _events(predict(job))
    idle = _events(predict(msgspec.structs.replace(job, callbacks=quiet)))
    came = [_events(one) for one in trace.ranks]
    if all(one == acting for one in came):
        return "nothing" if acting == idle else "acts in all"
    return "lost" if all(one == idle for one in came) else "acts in that one"


def _events(trace: Trace) -> list[tuple[Event, int | None]]:
    return [(record.event, record.step) for record in trace.top]


def table(subject: str) -> dict[str, dict[str, str]]:
    """What became of each flag, by the event that it was set in."""
    scenarios = [of_one(flag, event) for event in Event for flag in Flag]
    traces = record_all(subject, scenarios=scenarios, processes=2, timeout=60)
    by_name = {trace.scenario.name: trace for trace in traces}
    return {
        event: {flag.field: became(flag, event, by_name[cell(flag, event)]) for flag in Flag}
        for event in Event
    }


def drawn(subject: str) -> str:
    """The table of a subject in markdown, from what is kept."""
    kept: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))[subject]
    lines = ["| set in one process, in | " + " | ".join(f"`{flag.field}`" for flag in Flag) + " |"]
    lines.append("|---|" + "---|" * len(Flag))
    for event in Event:
        cells = " | ".join(kept[event][flag.field] for flag in Flag)
        lines.append(f"| `{event}` | {cells} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    try:
        found = {subject: table(subject) for subject in sys.argv[1:] or SUBJECTS}
    except SubjectFault as fault:
        print(fault, file=sys.stderr)
        return 2
    before = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    KEPT.write_text(json.dumps(before | found, indent=1) + "\n", "utf-8")
    print(f"{KEPT.relative_to(ROOT)}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())

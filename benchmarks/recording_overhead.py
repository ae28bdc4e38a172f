"""What recording and judging cost: `python benchmarks/recording_overhead.py [--write]`.

Each scenario of the corpus is run in turn with probes that record and with empty callbacks in their
place, in one process, several rounds interleaved; then the traces are judged, and their JSON is
parsed, for comparison. `--write` puts the table into README.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import loopspec.recording as recording
from loopspec.corpus import ALONE
from loopspec.judge import judge
from loopspec.recorder import Recorder
from loopspec.spec import rules
from loopspec.subjects.base import Subject
from loopspec.targets import resolve
from loopspec.trace import Trace
from loopspec.trace_file import line_to_json
from loopspec.vocabulary import Event

README = Path(__file__).parent / "README.md"
MARK = re.compile(r"(<!-- recording_overhead -->\n).*?(<!-- end -->)", re.DOTALL)


class Emptied(Recorder):
    """A recorder whose watching callbacks do nothing; those with a part still play it."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        for probe in self.callbacks.values():
            acting = {act.event for act in probe.part.acts}
            for event in set(Event) - acting:
                setattr(type(probe), event, _nothing)


def _nothing(self: Any, *args: Any, **keywords: Any) -> None:
    """An empty callback method."""


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the processor, which tell the same on a busy machine, and what came of it."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def run_corpus(subject: Subject, recorder: type[Recorder]) -> tuple[float, list[Trace]]:
    """Seconds for all scenarios, and their traces."""
    original = recording.Recorder
    recording.Recorder = recorder  # type: ignore[misc]  # the one seam; put back below
    try:
        return timed(lambda: [recording.record(subject, s) for s in ALONE.values()])
    finally:
        recording.Recorder = original  # type: ignore[misc]


def measure(target: str, rounds: int) -> dict[str, float]:
    """Medians over the rounds, in seconds."""
    subject = resolve(target)
    run_corpus(subject, Recorder)  # imports and first-use costs belong to neither side
    gc.collect()
    gc.freeze()  # as the suite's workers do
    times: dict[str, list[float]] = {"empty": [], "recorded": [], "judged": [], "parsed": []}
    for _ in range(rounds):
        times["empty"].append(run_corpus(subject, Emptied)[0])
        recorded, traces = run_corpus(subject, Recorder)
        times["recorded"].append(recorded)
        times["judged"].append(timed(lambda traces=traces: judge(fresh(traces)))[0])
        lines = [line_to_json(record) for trace in traces for record in trace.records]
        times["parsed"].append(timed(lambda lines=lines: [json.loads(line) for line in lines])[0])
    return {name: statistics.median(values) for name, values in times.items()} | {
        "records": len(lines)
    }


def fresh(traces: list[Trace]) -> list[Trace]:
    """The traces without the views that an earlier judging made."""
    return [Trace(t.scenario, t.by, [*t.records, *t.returns], t.outcome) for t in traces]


def table(measured: dict[str, dict[str, float]]) -> str:
    lines = [
        f"{len(ALONE)} scenarios, {len(rules())} rules; medians, all in one run.",
        "",
        "| trainer | records | empty callbacks | recording | judging | both add "
        "| judging / `json.loads` of the trace |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, m in measured.items():
        added = (m["recorded"] - m["empty"] + m["judged"]) / m["empty"]
        lines.append(
            f"| {name} | {m['records']:.0f} | {m['empty']:.2f} s | {m['recorded']:.2f} s "
            f"| {m['judged']:.3f} s | {added:+.1%} | {m['judged'] / m['parsed']:.1f} |"
        )
    whole = {key: sum(m[key] for m in measured.values()) for key in next(iter(measured.values()))}
    added = (whole["recorded"] - whole["empty"] + whole["judged"]) / whole["empty"]
    lines.append(
        f"| both | {whole['records']:.0f} | {whole['empty']:.2f} s | {whole['recorded']:.2f} s "
        f"| {whole['judged']:.3f} s | {added:+.1%} | {whole['judged'] / whole['parsed']:.1f} |"
    )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    options = parser.parse_args()
    text = table({name: measure(name, options.rounds) for name in ("reference", "transformers")})
    print(text)
    if options.write:
        README.write_text(
            MARK.sub(lambda match: f"{match[1]}\n{text}\n{match[2]}", README.read_text())
        )


if __name__ == "__main__":
    main()

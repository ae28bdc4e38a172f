"""The published JSON Schemas: a line of a trace, a report, a badge, a committed result,
a benchmark."""

from __future__ import annotations

from pathlib import Path

import msgspec

from loopspec.benchmarking.result import bench_schema
from loopspec.report.badge import badge_schema
from loopspec.report.json import report_schema
from loopspec.report.kept import kept_schema
from loopspec.trace_file import schema as trace_schema


def schemas() -> dict[str, bytes]:
    """The text of each schema by its file name."""
    made = {
        "trace.schema.json": trace_schema(),
        "report.schema.json": report_schema(),
        "badge.schema.json": badge_schema(),
        "result.schema.json": kept_schema(),
        "bench.schema.json": bench_schema(),
    }
    return {
        name: msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2) + b"\n"
        for name, schema in made.items()
    }


def write_schemas(folder: Path) -> None:
    """Write the schemas into a folder."""
    folder.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_bytes(text)

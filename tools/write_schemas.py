"""Writes the published JSON Schemas of a trace's lines and of a report into `schemas/`."""

from pathlib import Path

from loopspec.report.schema import write_schemas

if __name__ == "__main__":
    write_schemas(Path(__file__).parents[1] / "schemas")

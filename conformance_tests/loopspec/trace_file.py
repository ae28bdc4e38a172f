"""Trace files: writing, reading, and what a damaged one is told.

The schema of a line is made from the records themselves, so that the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from loopspec.json_text import schema_of
from loopspec.trace import Header, Line, Outcome, Process, Record, Return, Trace

TRACE_VERSION = 1


class TraceError(ValueError):
    """A trace that cannot be read; the text says which file, which line, and what to do."""


def line_to_json(line: Line) -> bytes:
    return msgspec.json.encode(line, order="deterministic") + b"\n"


def write_trace(trace: Trace, path: Path) -> None:
    """Write a whole trace; a file that is there already is replaced at once or not at all."""
    lines: list[Line] = [Header(TRACE_VERSION, trace.scenario, trace.by)]
    for one in trace.ranks:
        if len(trace.ranks) > 1:
            lines += [Process(one.rank), *_body(one), one.ended]
        else:
            lines += _body(one)
    lines.append(trace.outcome)
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(b"".join(map(line_to_json, lines)))
    temporary.replace(path)


def _body(trace: Trace) -> list[Record | Return]:
    return sorted([*trace.records, *trace.returns], key=_moment)


def _moment(line: Record | Return) -> tuple[int, int]:
    return (line.call, line.i) if isinstance(line, Record) else (line.call, 1 << 62)


_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(
    Header | Process | Record | Return | Outcome
)


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a trace, one by one, in constant memory.

    Raises:
        TraceError: the file cannot be opened, or a line is not one of a trace of this version.
    """
    try:
        with path.open("rb") as file:
            for number, text in enumerate(file, 1):
                yield _decode(text, f"{path.name}:{number}")
    except OSError as error:
        raise TraceError(f"{path}: cannot be read ({error.strerror}).") from None


def _decode(text: bytes, where: str) -> Line:
    if where.endswith(":1"):
        _check_version(text, where)
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise TraceError(
            f"{where}: not a line that a recorder writes: {error}. Was it edited? Record it again."
        ) from None
    except msgspec.DecodeError as error:
        raise TraceError(
            f"{where}: not JSON ({error}). The file is cut short or damaged; record it again."
        ) from None


def _check_version(text: bytes, where: str) -> None:
    try:
        first = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise TraceError(f"{where}: not a trace: the first line is no JSON ({error}).") from None
    if not isinstance(first, dict) or first.get("line") != "trace":
        raise TraceError(f'{where}: not a trace: the first line has no "line": "trace".')
    if first.get("version") != TRACE_VERSION:
        raise TraceError(
            f"{where}: trace version {first.get('version')!r}, "
            f"this suite reads version {TRACE_VERSION}. "
            "Judge it with the suite that recorded it, or record it again."
        )


def read_trace(path: Path) -> Trace:
    """Read one trace file.

    Raises:
        TraceError: not a trace, of another version, edited, or cut short.
    """
    lines = list(read_lines(path))
    if not lines:
        raise TraceError(f"{path.name}: empty; record it again.")
    header, body, last = lines[0], lines[1:-1], lines[-1]
    if not isinstance(last, Outcome) or not isinstance(header, Header):
        raise TraceError(
            f"{path.name}:{len(lines)}: the trace ends without its outcome line: "
            "it is cut short. Record it again."
        )
    if header.scenario.processes == 1:
        return _one(header, body, last, path.name, 2)
    starts = [n for n, line in enumerate(body) if isinstance(line, Process)]
    return _several(header, body, starts, last, path.name)


def _several(
    header: Header, body: list[Line], starts: list[int], last: Outcome, name: str
) -> Trace:
    """The trace of several processes, each between its first line and its outcome."""
    made = []
    for rank, (start, end) in enumerate(zip(starts, [*starts[1:], len(body)], strict=True)):
        own, ended = body[start + 1 : end - 1], body[end - 1]
        if body[start] != Process(rank) or not isinstance(ended, Outcome):
            raise TraceError(
                f"{name}:{start + 2}: this should be process {rank}, with an outcome at its end. "
                "Was it edited? Record it again."
            )
        made.append(_one(header, own, ended, name, start + 3, rank))
    if len(made) != header.scenario.processes:
        raise TraceError(
            f"{name}: it has {len(made)} processes, the scenario {header.scenario.processes}. "
            "Was it edited? Record it again."
        )
    return made[0].together(made[1:], last)


def _one(
    header: Header, body: list[Line], last: Outcome, name: str, first: int, rank: int = 0
) -> Trace:
    """The trace of one process, whose lines begin with number `first` of the file."""
    odd = next((n for n, line in enumerate(body) if not isinstance(line, Record | Return)), None)
    if odd is not None:
        raise TraceError(
            f"{name}:{odd + first}: a {type(body[odd]).__name__} in the middle of a trace. "
            "Was it edited? Record it again."
        )
    records = [line for line in body if isinstance(line, Record)]
    if sorted(record.i for record in records) != list(range(len(records))):
        raise TraceError(
            f"{name}: records are missing or doubled (numbers {_gap(records)}). "
            "Was it edited? Record it again."
        )
    lines = [line for line in body if isinstance(line, Record | Return)]
    return Trace(header.scenario, header.by, lines, last, rank=rank)


def _gap(records: list[Record]) -> str:
    numbers = sorted(record.i for record in records)
    bad = next((n for n, i in enumerate(numbers) if n != i), len(numbers))
    return f"break at {bad}"


def schema() -> dict[str, Any]:
    """The JSON Schema of one line of a trace."""
    kind = Header | Process | Record | Return | Outcome
    return schema_of(kind, f"loopspec trace, version {TRACE_VERSION}: one line")

"""JSON for files that people keep and compare: indented, in one order, and its schemas."""

from __future__ import annotations

from typing import Any

import msgspec


def pretty(data: Any) -> bytes:
    """Indented JSON with a line break at its end; equal data give equal bytes."""
    encoded = msgspec.json.encode(data, order="deterministic")
    return msgspec.json.format(encoded, indent=2) + b"\n"


def schema_of(kind: Any, title: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a type that msgspec encodes, under a title."""
    (top,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **top,
        "$defs": components,
    }

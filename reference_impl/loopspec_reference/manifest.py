"""What a folder holds, written into it last: how one that is whole is told from any other.

Each file with its size, which is cheap to compare, and its checksum, for which it has to be read.
Files that came later are nobody's concern.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

NAME = "manifest.json"


def write(folder: Path) -> None:
    """Write the manifest of all that is in `folder` now."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    found = {path.relative_to(folder).as_posix(): _entry(path) for path in files}
    text = json.dumps({"version": 1, "files": found}, indent=2) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")


def fault(folder: Path, contents: bool = True) -> str | None:
    """Why `folder` is not what its manifest says, in a few words; None if it is.

    `contents` compares checksums too. Raises FileNotFoundError if there is no manifest.
    """
    try:
        files: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))["files"]
        entries = {name: (entry["size"], entry["sha256"]) for name, entry in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{NAME} cannot be read"
    for name, (size, checksum) in entries.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != size:
            return f"{name} has {path.stat().st_size} bytes instead of {size}"
        if contents and _checksum(path) != checksum:
            return f"{name} is not what was written"
    return None


def _entry(path: Path) -> dict[str, Any]:
    return {"size": path.stat().st_size, "sha256": _checksum(path)}


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

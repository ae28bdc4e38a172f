"""When a checkpoint is half deleted. What listens stays, so each case has a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, shutil, sys
from pathlib import Path
from loopspec.deleting import when_half_deleted

folder = Path(sys.argv[1])
for name in ("checkpoint-2", "other"):
    (folder / name).mkdir()
    for part in "abc":
        (folder / name / part).touch()
when_half_deleted(lambda: print(sorted(p.name for p in folder.glob("*checkpoint-*/*"))))
{deletes}
"""


@pytest.mark.parametrize(
    ("deletes", "said"),
    [
        ("shutil.rmtree(folder / 'checkpoint-2')", 1),
        ("[path.unlink() for path in (folder / 'checkpoint-2').iterdir()]", 1),
        (
            "os.rename(folder / 'checkpoint-2', folder / '.checkpoint-2.gone'); "
            "shutil.rmtree(folder / '.checkpoint-2.gone')",
            1,
        ),
        ("shutil.rmtree(folder / 'other')", 0),
        ("[path.unlink() for path in (folder / 'other').iterdir()]", 0),
        ("next((folder / 'checkpoint-2').iterdir()).unlink()", 0),
    ],
)
def test_it_is_told_once_when_one_file_is_gone_and_some_are_left(
    tmp_path: Path, deletes: str, said: int
) -> None:
    script = SCRIPT.format(deletes=deletes)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == said
    assert all(line.count("'") == 2 * 2 for line in lines)  # two of three names are left

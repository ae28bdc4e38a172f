"""DVCLive: files in a Git repository of the job's own, read as they are."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tracking import faults
from tracking.case import Case, Fault, Read

from loopspec_reference.integrations.dvclive import path_of


def prepare(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    who = ["-c", "user.name=me", "-c", "user.email=me@localhost"]
    when = {f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")}
    for words in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *words], cwd=folder, check=True, env=os.environ | when)


def read(folder: Path) -> Read:
    """Numbers from the tables, parameters from YAML, artifacts from DVC's cache."""
    from ruamel.yaml import YAML

    values, live = {}, folder / "dvclive"
    for table in sorted((live / "plots" / "metrics").rglob("*.tsv")):
        name = str(table.relative_to(live / "plots" / "metrics").with_suffix(""))
        for row in csv.DictReader(table.open(newline=""), delimiter="\t"):
            values[name, int(row["step"])] = float(row[table.stem])
    parameters = YAML(typ="safe").load(live / "params.yaml")
    return Read(values, parameters, [entry["relpath"] for entry in kept(folder)])


def kept(folder: Path, what: str = "out") -> list[dict[str, Any]]:
    """The files of a folder that DVC keeps, by its newest `.dvc` file; their content is there."""
    from ruamel.yaml import YAML

    pointer = folder / f"{what}.dvc"
    if not pointer.exists():
        return []
    (out,) = YAML(typ="safe").load(pointer)["outs"]
    entries = json.loads(_cached(folder, out["md5"]).read_text())
    assert all(_cached(folder, entry["md5"]).is_file() for entry in entries)
    return list(entries)


def _cached(folder: Path, digest: str) -> Path:
    return folder / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]


DVCLIVE = Case(
    "dvclive",
    group="local",
    needs=("dvclive",),
    packages=("dvclive", "dvc"),
    read=read,
    prepare=prepare,
    environment={
        "DVC_NO_ANALYTICS": "1",
        "GIT_AUTHOR_NAME": "me",
        "GIT_AUTHOR_EMAIL": "me@localhost",
        "GIT_COMMITTER_NAME": "me",
        "GIT_COMMITTER_EMAIL": "me@localhost",
    },
    named=path_of,
    saving={"HF_DVCLIVE_LOG_MODEL": "all"},
    faults={
        "unreachable": Fault(
            {
                "DVC_STUDIO_TOKEN": "isat_not_a_token",
                "DVC_STUDIO_URL": "http://10.9.8.7",
                "DVC_STUDIO_REPO_URL": "https://localhost/me/mine.git",
            },
            network="hole",
        ),
        "raises": Fault(act="cases.dvclive:obstruct"),
        "blocks": Fault(act="cases.dvclive:block"),
        "disk is full": Fault(disk="dvclive", act="cases.dvclive:fill"),
    },
    spared={
        "credentials are missing": "only Studio has any, and is left out without them",
        "dies": "it has no process of its own",
    },
)


def obstruct() -> None:
    summary = Path("dvclive/metrics.json")
    summary.unlink()
    summary.mkdir()


def fill() -> None:
    faults.fill(Path("dvclive"))


def block() -> None:
    faults.block("dvclive/plots/metrics/*.tsv")

"""Judges one version of transformers: `python tools/record_version.py 4.47.1`.

The traces are recorded in an environment of that version's own, made under `.venvs/`, and judged
here, offline. What came out is kept in `tools/versions/`; `tools/write_versions.py` makes the page.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from environments import Unavailable, install, made, run_in
from writing import ROOT

from loopspec.spec import by_number

VERSIONS = ROOT / "tools" / "versions"
TORCH = "torch==2.13.0"


def environments() -> dict[str, dict[str, str]]:
    """The versions known here, newest first, each with the requirements beside transformers."""
    return tomllib.loads((VERSIONS / "environments.toml").read_text("utf-8"))


def environment(version: str, beside: dict[str, str]) -> Path:
    """The interpreter of this version's environment, made if it is not there yet.

    Raises:
        Unavailable: it cannot be made.
    """
    name = f"transformers-{version}"
    wanted = [TORCH, f"transformers=={version}", *(f"{n}{_pin(p)}" for n, p in beside.items())]

    def fill(python: Path) -> None:
        install(name, python, [*wanted, "--editable", str(ROOT)])

    return made(name, "\n".join(wanted).encode(), fill)


def _pin(wanted: str) -> str:
    return wanted if wanted[0] in "<>=" else f"=={wanted}"


def judged(python: Path, folder: Path) -> dict[str, Any]:
    """The report on the traces that `python` records in `folder`."""
    words = ["-m", "loopspec", "record", "transformers", "-o", str(folder / "traces")]
    if (ended := run_in(python, *words)).returncode:
        raise RuntimeError(f"nothing could be recorded: {ended.stderr}")
    report = folder / "report.json"
    command = ["loopspec", "judge", str(folder / "traces"), "--no-known", "-q"]
    subprocess.run([sys.executable, "-m", *command, "--json", str(report)], cwd=ROOT)
    loaded: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return loaded


def kept(report: dict[str, Any]) -> dict[str, Any]:
    """What is committed of a report: who was judged, and each rule's verdict with its evidence."""
    by = report["by"]
    return {
        "subject": by["subject"],
        "version": by["version"],
        "packages": by["packages"],
        "edition": report["edition"],
        "scenarios": report["scenarios"],
        "crashed": sorted(crash["scenario"] for crash in report["crashes"]),
        "rules": {rule["id"]: _result(rule) for rule in _by_id(report["rules"])},
    }


def _by_id(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rules, key=lambda rule: by_number(rule["id"]))


def _result(rule: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"verdict": rule["verdict"]}
    if rule["variants"]:
        result["variants"] = sorted(rule["variants"])
    seen = rule["evidence"]
    if seen and rule["verdict"] in ("fail", "error"):
        result |= {name: seen[name] for name in ("scenario", "expected", "got")}
    return result


def main() -> int:
    known = environments()
    wanted = sys.argv[1:] or list(known)
    for version in wanted:
        if version not in known:
            print(f"{version}: not one of {', '.join(known)} (tools/versions/environments.toml)")
            return 2
    for version in wanted:
        try:
            python = environment(version, known[version])
        except Unavailable as error:
            print(error)
            return 1
        with tempfile.TemporaryDirectory() as folder:
            report = kept(judged(python, Path(folder)))
        text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
        (VERSIONS / f"transformers-{version}.json").write_text(text, "utf-8")
        print(f"transformers {version}: {report['scenarios']} scenarios judged")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Judges one version of transformers: `python tools/record_version.py 4.47.1`.

The traces are recorded in an environment of that version's own, made under `.venvs/`, and judged
here, offline. What came out is kept in `tools/versions/`; `tools/write_versions.py` makes the page.
With rules behind a `--` (`4.47.1 -- 'CKPT-3*'`) only what shows these is played, and of the others
what was kept stays.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from environments import Unavailable, install, made, run_in
from writing import ROOT

from loopspec.corpus import CORPUS
from loopspec.spec import by_number
from loopspec.spec import rules as all_rules

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


def judged(python: Path, folder: Path, rules: list[str]) -> dict[str, Any]:
    """The report on the traces that `python` records in `folder`, by these rules or by all."""
    only = [word for rule in rules for word in ("--rule", rule)]
    words = ["-m", "loopspec", "record", "transformers", "-o", str(folder / "traces"), *only]
    if (ended := run_in(python, *words)).returncode:
        raise RuntimeError(f"nothing could be recorded: {ended.stderr}")
    report = folder / "report.json"
    command = ["loopspec", "judge", str(folder / "traces"), "--no-known", "-q", *only]
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


def with_the_rest(
    now: dict[str, Any], before: dict[str, Any], played: Iterable[str]
) -> dict[str, Any]:
    """What some rules say now, with what was kept of the others; one that builds on a broken rule
    is blocked by it. Of the scenarios `played` those are new that show no rule of before."""
    fresh = [name for name in played if before["rules"].keys().isdisjoint(CORPUS[name].shows)]
    rules = before["rules"] | now["rules"]
    broken = {name for name, result in rules.items() if result["verdict"] in ("fail", "error")}
    for name in broken & now["rules"].keys():
        if broken.intersection(all_rules()[name].builds_on):
            rules[name] = {"verdict": "blocked"}
    crashed = sorted({*before["crashed"], *now["crashed"]})
    ordered = {name: rules[name] for name in sorted(rules, key=by_number)}
    scenarios = before["scenarios"] + len([name for name in fresh if CORPUS[name].shows])
    return before | {"scenarios": scenarios, "crashed": crashed, "rules": ordered}


def main() -> int:
    known = environments()
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    wanted, rules = words[:at] or list(known), words[at + 1 :]
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
            report = kept(judged(python, Path(folder), rules))
            played = [path.stem for path in Path(folder, "traces").glob("*.jsonl")]
        path = VERSIONS / f"transformers-{version}.json"
        if rules:
            report = with_the_rest(report, json.loads(path.read_text("utf-8")), played)
        path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(f"transformers {version}: {report['scenarios']} scenarios judged")
    return 0


if __name__ == "__main__":
    sys.exit(main())

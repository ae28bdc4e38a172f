"""DagsHub: MLflow's numbers in a database, and uploads to a server of the job's own that stands in
for DagsHub's, which only its real client talks to."""

from __future__ import annotations

import email.parser
import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tracking import faults
from tracking.case import Fault, Read
from tracking.judged import TRAINER

from cases import mlflow
from cases.mlflow import MLFLOW

DATABASE = "me/mine.mlflow"
PORT = 5125
UPLOADED = Path("uploaded.jsonl")


class Stand(BaseHTTPRequestHandler):
    """Answers for the one repository, and notes the files that are put into it."""

    def _answer(self, what: Any) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        user = {"id": 1, "login": "me", "full_name": "Me", "avatar_url": "", "username": "me"}
        if "/branches/" in self.path:
            nothing = ("author", "committer", "added", "removed", "modified")
            commit = {
                "id": "c0ffee",
                "message": "m",
                "url": "",
                "timestamp": "2026-01-01T00:00:00Z",
            }
            self._answer({"name": "main", "commit": commit | dict.fromkeys(nothing)})
        elif "/repos/" in self.path:
            texts = ("description", "html_url", "ssh_url", "clone_url", "website")
            texts += ("created_at", "updated_at")
            counts = ("size", "stars_count", "forks_count", "watchers_count", "open_issues_count")
            self._answer({
                "id": 1, "owner": user, "name": "mine", "full_name": "me/mine", "private": False,
                "fork": False, "parent": None, "empty": False, "mirror": False,
                "default_branch": "main", "permissions": {"push": True},
                **dict.fromkeys(texts, ""), **dict.fromkeys(counts, 0),
            })  # fmt: skip
        else:
            self._answer(user)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        files = email.parser.BytesParser().parsebytes(head + body).get_payload()
        with UPLOADED.open("a") as notes:
            for name in [part.get_filename() for part in files if part.get_filename()]:
                path = self.path.partition("/content/")[2]
                notes.write(json.dumps({"to": path, "name": name}) + "\n")
        self._answer({})

    def log_message(self, *words: Any) -> None:
        """Nothing."""


def beside(perform: Callable[[], Any]) -> Any:
    """What `perform` gives, while the server answers."""
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Stand)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return perform()


def prepare(folder: Path) -> None:
    (folder / DATABASE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(mlflow.template(), folder / DATABASE)


def uploaded(folder: Path) -> list[dict[str, str]]:
    """The files that were put into the repository, and where to."""
    notes = folder / UPLOADED
    return [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []


def read(folder: Path) -> Read:
    held = mlflow.read(folder, DATABASE)
    return replace(held, artifacts=[entry["name"] for entry in uploaded(folder)])


TOKEN = {"DAGSHUB_USER_TOKEN": "token"}
UPLOADING = {"HF_DAGSHUB_LOG_ARTIFACTS": "1", **TOKEN}
ELSEWHERE = {"DAGSHUB_CLIENT_HOST": "http://10.9.8.7"}

DAGSHUB = replace(
    MLFLOW,
    name="dagshub",
    needs=("dagshub", *MLFLOW.needs),
    packages=("dagshub", *MLFLOW.packages),
    read=read,
    prepare=prepare,
    leaves=lambda folder: {"a run"} if mlflow.runs(folder, DATABASE) else set(),
    environment={
        **MLFLOW.environment,
        "MLFLOW_TRACKING_URI": f"sqlite:///{{folder}}/{DATABASE}",
        "DAGSHUB_CLIENT_HOST": f"http://127.0.0.1:{PORT}",
        # That of transformers asks for one even where nothing is to be uploaded.
        **(TOKEN if TRAINER == "transformers" else {}),
    },
    inside="cases.dagshub:beside",
    saving=UPLOADING,
    faults={
        "unreachable": Fault({**UPLOADING, **ELSEWHERE}, network="hole"),
        "credentials are missing": Fault(
            {"HF_DAGSHUB_LOG_ARTIFACTS": "1", **ELSEWHERE}, act="cases.dagshub:forget", at=0
        ),
        "raises": Fault(act="cases.dagshub:drop"),
        "blocks": Fault(act="cases.dagshub:lock"),
        "disk is full": Fault(
            {"MLFLOW_TRACKING_URI": f"sqlite:///{{folder}}/full/{DATABASE}"},
            disk="full",
            act="cases.dagshub:fill",
            at=0,
        ),
    },
    spared={"dies": "it has no process of its own; its server's end is that of an unreachable one"},
)


def forget() -> None:
    for name in TOKEN:
        os.environ.pop(name, None)


def drop() -> None:
    mlflow.drop(DATABASE)


def lock() -> None:
    mlflow.lock(DATABASE)


def fill() -> None:
    """Put the database onto the disk that is full then."""
    (faults.FULL / DATABASE).parent.mkdir()
    shutil.copy(DATABASE, faults.FULL / DATABASE)
    faults.fill()

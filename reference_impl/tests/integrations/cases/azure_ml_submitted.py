"""AzureML, submitted: what the package's real client sends to a server of the job's own that stands
in for the service."""

from __future__ import annotations

import gc
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tracking.case import Fault, Read

from cases.azure_ml import AZURE_ML, submitted

PORT = 5130
SENT = Path("sent.jsonl")
SERVICES = (
    "api execution experimentation history hyperdrive modelmanagement notebooks pipelines studio"
)
NAMED = ("runId", "rootRunId", "rootRunUuid", "runUuid", "experimentId", "dataContainerId")
RUN = {**dict.fromkeys(NAMED, "x"), "runNumber": 1, "status": "Running", "tags": {}}


class Service(BaseHTTPRequestHandler):
    """Knows the one run, and notes its metrics."""

    is_well = True
    opened = threading.Event()
    opened.set()

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.opened.wait()
        if self.path.endswith("/batch") and self.is_well:
            with SENT.open("ab") as notes:
                notes.write(body + b"\n")
        server = f"http://127.0.0.1:{PORT}"
        found = dict.fromkeys(SERVICES.split(), server) if "discovery" in self.path else RUN
        told = json.dumps(found).encode()
        self.send_response(200 if self.is_well else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *words: Any) -> None:
        """Nothing."""


_SERVERS: list[ThreadingHTTPServer] = []


def beside(perform: Callable[[], Any]) -> Any:
    """What `perform` gives, while the service answers."""
    _SERVERS.append(ThreadingHTTPServer(("127.0.0.1", PORT), Service))
    threading.Thread(target=_SERVERS[0].serve_forever, daemon=True).start()
    result = perform()
    if "transformers" in sys.modules and not result["error"] and Service.is_well:
        # That of transformers leaves this to what AzureML wraps a submitted program in.
        from azureml.core.run import Run

        for run in [one for one in gc.get_objects() if issubclass(type(one), Run)]:
            run.flush()
    return result


def read(folder: Path) -> Read:
    """Numbers by name and step, of each batch that was sent."""
    lines = (folder / SENT).read_text("utf-8").splitlines() if (folder / SENT).exists() else []
    series = [one for line in lines for one in json.loads(line)["values"]]
    return Read({
        (one["name"], value.get("step", -1)): value["data"][one["name"]]
        for one in series
        for value in one["value"]
    })  # fmt: skip


def end() -> None:
    Service.is_well = False
    _SERVERS[0].shutdown()
    _SERVERS[0].server_close()


def forbid() -> None:
    Service.is_well = False


def silence() -> None:
    Service.is_well = False
    Service.opened.clear()


AZURE_ML_SUBMITTED = replace(
    AZURE_ML,
    name="azure_ml_submitted",
    tracker="azure_ml",
    read=read,
    environment=submitted(f"http://127.0.0.1:{PORT}"),
    inside="cases.azure_ml_submitted:beside",
    leaves=lambda folder: {"metrics"} if read(folder).values else set(),
    faults={
        "unreachable": Fault(act="cases.azure_ml_submitted:end"),
        "credentials are missing": Fault(submitted(f"http://127.0.0.1:{PORT}", token="")),
        "raises": Fault(act="cases.azure_ml_submitted:forbid"),
        "blocks": Fault(act="cases.azure_ml_submitted:silence"),
    },
    spared={
        "dies": "it has no process of its own",
        "disk is full": "it sends what is logged, and writes no files",
    },
)

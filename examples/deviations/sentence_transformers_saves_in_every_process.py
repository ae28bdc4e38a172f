"""sentence-transformers' trainer: each process writes the checkpoints, not the main one alone.

transformers 5 calls `_save` in every process, and its own looks at `args.should_save`; the one of
`SentenceTransformerTrainer` takes it that only the main process comes there. All of them write the
same files at once. PROC-7. Here each process has a folder of its own: it is seen who writes.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
from pathlib import Path

import tiny
import tiny_processes
import tiny_sentences


def train() -> None:
    folder = Path(tiny_processes.FOLDER, f"run-{tiny_processes.RANK}")
    arguments = {"ddp_backend": "gloo", "per_device_train_batch_size": 1}
    tiny_sentences.trainer(str(folder), save_strategy="epoch", **arguments).train()
    written = {path.name for path in folder.rglob("*") if path.is_file()}
    tiny_processes.tell("the model" if "model.safetensors" in written else "no model")


def main() -> int:
    if tiny_processes.RANK >= 0:
        train()
        return 0
    first, second = tiny_processes.two(__file__, 120)
    due = "process 0 writes the model, process 1 writes no model"
    told = f"process 0 writes {first}, process 1 writes {second}"
    return tiny.conclude(due, told, due == told)


if __name__ == "__main__":
    sys.exit(main())

"""One of two machines with disks of their own, folders here: `on_each_node.py FOLDER RANK`.

Both train, then the second one's newest checkpoint is damaged, then both resume. What came out is
in FOLDER/RANK.json.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import torch.distributed as dist
from several_processes import build, weights


def play(folder: Path, rank: int) -> dict[str, Any]:
    disk = folder / f"machine-{rank}"

    def trainer() -> Any:
        return build(disk, [], save_on_each_node=True, save_strategy="steps", save_steps=1)

    whole = trainer()
    whole.train()
    found: dict[str, Any] = {"weights": weights(whole)}
    found["checkpoints"] = sorted(path.name for path in disk.glob("checkpoint-*"))
    found["complete"] = [(path / "manifest.json").is_file() for path in disk.glob("checkpoint-*")]
    dist.barrier()
    newest = max(disk.glob("checkpoint-*"), key=lambda path: int(path.name.partition("-")[2]))
    if rank == 1:
        (newest / "optimizer.pt").unlink()
    dist.barrier()
    try:
        trainer().train(resume_from_checkpoint=True)
        found["told"] = ""
    except (ValueError, RuntimeError) as error:
        found["told"] = f"{type(error).__name__}: {error}"
    resumed = trainer()
    resumed.train(resume_from_checkpoint=str(disk / "checkpoint-1"))
    found["resumed"] = weights(resumed)
    return found


if __name__ == "__main__":
    base, own = Path(sys.argv[1]), int(sys.argv[2])
    os.environ["LOCAL_RANK"] = "0"  # each is the first one of its machine
    meeting = f"file://{base.absolute() / 'meeting'}"
    dist.init_process_group("gloo", init_method=meeting, rank=own, world_size=2)
    (base / f"{own}.json").write_text(json.dumps(play(base, own)))
    dist.destroy_process_group()

"""trl 1.7.1 PPOTrainer: a data set shorter than one batch makes `train()` run for ever, silently.

Its data loader drops the last batch that is not full, and is asked again and again until it gives
one: with fewer samples than `per_device_train_batch_size * gradient_accumulation_steps` it never
does. transformers makes one update of the short group.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.synchronize
import sys
import tempfile

import tiny

SECONDS = 30.0
"""For two updates, which take less than one."""


def train(trained: multiprocessing.synchronize.Event, ready: multiprocessing.synchronize.Event):
    import tiny_ppo

    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_ppo.trainer(folder, 3, gradient_accumulation_steps=4)
        ready.set()
        trainer.train()
        trained.set()


def main() -> int:
    spawning = multiprocessing.get_context("spawn")
    trained, ready = spawning.Event(), spawning.Event()
    process = spawning.Process(target=train, args=(trained, ready))
    process.start()
    ready.wait()
    ended = trained.wait(SECONDS)
    process.kill()
    got = "an end" if ended else f"no end within {SECONDS:g} seconds"
    return tiny.conclude("an end of train(), after one update or with an error", got, ended)


if __name__ == "__main__":
    sys.exit(main())

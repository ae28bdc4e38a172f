"""trl CPOTrainer: several evaluation sets, which its signature allows, raise when it is built.

`eval_dataset` is declared as `Dataset | dict[str, Dataset]`, and is mapped without a look at which
of the two it is. EVT-32, STOP-18.

Upstream: no report of it was found. The stable trainers take several:
https://github.com/huggingface/trl/pull/6322
"""

from __future__ import annotations

import sys
import tempfile

import tiny
from trl.experimental.cpo import CPOConfig, CPOTrainer


def main() -> int:
    data = tiny.rows(2, prompt="w0 w1", chosen=" w2 w3", rejected=" w4 w5")
    words = tiny.tokenizer()
    words.bos_token = "<eos>"
    with tempfile.TemporaryDirectory() as folder:
        made = CPOConfig(output_dir=folder, use_cpu=True, report_to=[], max_length=16)
        try:
            CPOTrainer(
                model=tiny.model(), args=made, train_dataset=data,
                eval_dataset={"one": data, "two": data}, processing_class=words,
            )  # fmt: skip
            got = "a trainer"
        except AttributeError as error:
            got = f"{type(error).__name__}: {error}"
    return tiny.conclude("a trainer", got, got == "a trainer")


if __name__ == "__main__":
    sys.exit(main())

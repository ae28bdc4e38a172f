"""trl OnlineDPOTrainer: an evaluation raises, whoever asks for it.

The data set holds prompts; `prediction_step`, which is inherited, hands such a batch to the model,
and that raises `ValueError: You must specify exactly one of input_ids or inputs_embeds`.

Upstream: https://github.com/huggingface/trl/issues/2464 (Evaluation with `OnlineDPO`, open).
"""

from __future__ import annotations

import sys
import tempfile

import tiny
from trl.experimental.online_dpo import OnlineDPOConfig, OnlineDPOTrainer


def by_turns(completions, **kwargs):
    return [float(number % 2) for number, _ in enumerate(completions)]


def main() -> int:
    prompts = tiny.rows(2, prompt="w0 w1 w2 w3")
    with tempfile.TemporaryDirectory() as folder:
        made = OnlineDPOConfig(
            output_dir=folder, per_device_train_batch_size=1, per_device_eval_batch_size=1,
            max_new_tokens=4, max_length=32, missing_eos_penalty=None, use_cpu=True,
            report_to=[], save_strategy="no", eval_strategy="epoch", num_train_epochs=1,
        )  # fmt: skip
        trainer = OnlineDPOTrainer(
            model=tiny.model(), ref_model=tiny.model(), reward_funcs=by_turns, args=made,
            train_dataset=prompts, eval_dataset=prompts, processing_class=tiny.tokenizer(),
            reward_processing_classes=tiny.tokenizer(),
        )  # fmt: skip
        try:
            trainer.train()
            got = "metrics"
        except ValueError as error:
            got = f"{type(error).__name__}: {error}"
    return tiny.conclude("metrics of the evaluation set", got, got == "metrics")


if __name__ == "__main__":
    sys.exit(main())

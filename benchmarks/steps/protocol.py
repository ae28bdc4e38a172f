"""The two that speak this protocol, with the two callbacks that each has by default."""

from __future__ import annotations

import tempfile
from typing import Any

from loopspec.benchmarking.idle import idle_class
from steps.job import LEARNING_RATE, Job, Named, WithLoss, make_model, make_optimizer


def reference(job: Job) -> None:
    import loopspec_reference as library

    _train(library, job)


def transformers(job: Job) -> None:
    import transformers as library

    _train(library, job)


def _train(library: Any, job: Job) -> None:
    model = WithLoss(make_model(job))
    idle = idle_class(library.TrainerCallback)
    with tempfile.TemporaryDirectory() as folder:
        arguments = library.TrainingArguments(
            output_dir=folder,
            num_train_epochs=1,
            per_device_train_batch_size=1,
            gradient_accumulation_steps=job.accumulation,
            learning_rate=LEARNING_RATE,
            lr_scheduler_type="constant",
            logging_strategy="no",
            eval_strategy="no",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=job.device == "cpu",
        )
        library.Trainer(
            model,
            arguments,
            train_dataset=Named(job),
            callbacks=[idle() for _ in range(job.callbacks)],
            optimizers=(make_optimizer(model), None),
        ).train()

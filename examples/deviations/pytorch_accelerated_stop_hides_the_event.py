"""pytorch-accelerated: a callback that stops a run does so by a StopTrainingError, so the callbacks
behind it do not get the event, nobody gets the ends of the epoch, the batch at which it is
raised makes no update, and at `on_training_run_start` the caller gets it.

DISP-2, EVT-6.
"""

import sys

import tiny
import torch
from pytorch_accelerated import Trainer
from pytorch_accelerated.callbacks import StopTrainingError, TrainerCallback

seen = []


class Stops(TrainerCallback):
    where = "on_train_step_end"

    def on_training_run_start(self, trainer, **rest):
        if self.where == "on_training_run_start":
            raise StopTrainingError("enough")

    def on_train_step_end(self, trainer, **rest):
        raise StopTrainingError("enough")


class Tells(TrainerCallback):
    def on_train_step_end(self, trainer, **rest):
        seen.append("on_train_step_end")

    def on_train_epoch_end(self, trainer, **rest):
        seen.append("on_train_epoch_end")

    def on_training_run_end(self, trainer, **rest):
        seen.append("on_training_run_end")


def train(stops):
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    trainer = Trainer(model, torch.nn.MSELoss(), optimizer, callbacks=[stops, Tells()])
    data = torch.utils.data.TensorDataset(torch.ones(3, 1), torch.zeros(3, 1))
    before = model.weight.item()
    trainer.train(data, 1, per_device_batch_size=1, train_dataloader_kwargs={"num_workers": 0})
    return 0 if model.weight.item() == before else 1


seen.append(f"{train(Stops())} update")
stops = Stops()
stops.where = "on_training_run_start"
try:
    train(stops)
except StopTrainingError:
    seen.append("StopTrainingError")
got = ", ".join(seen)
ends = ["on_train_step_end", "on_train_epoch_end", "on_training_run_end"]
due = ", ".join([*ends, "1 update", *ends])
sys.exit(tiny.conclude(due, got, due == got))

"""pytorch-accelerated: `on_train_step_end` comes after the forward pass, before the backward pass
and the update: a callback that looks at weights or gradients there sees those of the step
before."""

import sys

import tiny
import torch
from pytorch_accelerated import Trainer
from pytorch_accelerated.callbacks import TrainerCallback

seen = []


class Tells(TrainerCallback):
    def on_train_step_start(self, trainer, **rest):
        self.before = trainer.model.weight.item()

    def on_train_step_end(self, trainer, **rest):
        seen.append("moved" if trainer.model.weight.item() != self.before else "not moved")


model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
trainer = Trainer(model, torch.nn.MSELoss(), optimizer, callbacks=[Tells()])
data = torch.utils.data.TensorDataset(torch.ones(2, 1), torch.full((2, 1), 9.0))
trainer.train(data, 1, per_device_batch_size=1, train_dataloader_kwargs={"num_workers": 0})
got = ", ".join(seen)
due = "moved, moved"
sys.exit(tiny.conclude(due, got, due == got))

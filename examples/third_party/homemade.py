import torch
from transformers import TrainerControl, TrainerState


class Loop:
    """Trains a model, and calls transformers' callbacks on the way."""

    def __init__(self, model, loader, epochs=1, callbacks=()):
        self.model, self.loader, self.epochs = model, loader, epochs
        self.callbacks = list(callbacks)
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        self.control = TrainerControl()
        self.start()
        self.call("on_init_end")

    def start(self):
        steps = self.epochs * len(self.loader)
        self.state = TrainerState(epoch=0, max_steps=steps, num_train_epochs=self.epochs)
        self.state.train_batch_size = self.loader.batch_size

    def call(self, event, *lowers):
        for flag in lowers:
            setattr(self.control, flag, False)
        for callback in self.callbacks:
            method = getattr(callback, event)
            new = method(None, self.state, self.control, model=self.model, optimizer=self.optimizer)
            self.control = new or self.control

    def fit(self):
        self.start()
        self.call("on_train_begin", "should_training_stop")
        for epoch in range(self.epochs):
            self.call("on_epoch_begin", "should_epoch_stop")
            for done, batch in enumerate(self.loader, 1):
                self.call("on_step_begin", "should_log", "should_evaluate", "should_save")
                self.model(**batch)["loss"].backward()
                self.optimizer.step()
                self.optimizer.zero_grad()
                self.state.global_step += 1
                self.state.epoch = epoch + done / len(self.loader)
                self.control.should_training_stop |= self.state.global_step >= self.state.max_steps
                self.call("on_step_end")
                if self.control.should_training_stop or self.control.should_epoch_stop:
                    break
            self.call("on_epoch_end")
            if self.control.should_training_stop:
                break
        self.call("on_train_end")

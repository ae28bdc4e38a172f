"""Keras: the validation of an epoch is a part of it, so `on_epoch_end` comes after `on_test_end`.
By design: https://keras.io/guides/writing_your_own_callbacks/

FLOW-3.
"""

import os
import sys

import tiny

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np

seen = []


class Tells(keras.callbacks.Callback):
    def on_test_end(self, logs=None):
        seen.append("on_test_end")

    def on_epoch_end(self, epoch, logs=None):
        seen.append("on_epoch_end")


model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
ones = np.ones((3, 1))
model.fit(ones, ones, validation_data=(ones, ones), callbacks=[Tells()], verbose=0)
got = ", ".join(seen)
due = "on_epoch_end, on_test_end"
sys.exit(tiny.conclude(due, got, due == got))

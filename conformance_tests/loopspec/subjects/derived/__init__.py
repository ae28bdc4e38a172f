"""Trainers that derive from transformers' or take its callbacks: one module for each package."""

import os

# Before any of them is imported, as they read it then. trl would tell its makers of each trainer.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

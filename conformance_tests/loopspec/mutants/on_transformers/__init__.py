"""Variants of transformers' Trainer with one bug each."""

"""Trainers that derive from transformers' or take its callbacks: one module for each package."""

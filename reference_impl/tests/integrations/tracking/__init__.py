"""Playing a training with a real tracker, in a process of its own, with no network."""

"""What to do next, decided from events alone: no I/O, no clock, no randomness of its own, no async."""

"""Entities found by a model that was trained on the marked examples."""

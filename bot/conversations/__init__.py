"""Conversation tests: written in YAML, held against what the trained assistant does."""

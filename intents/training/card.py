"""The model card: what a model is, for whoever finds the folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def model_card(facts: Mapping[str, Any]) -> str:
    """A page of Markdown (after Mitchell et al., "Model Cards for Model Reporting", 2019)."""
    figures = "\n".join(f"| {name} | {value} |" for name, value in facts["figures"].items())
    return f"""# Intent model {facts["model_id"]}

Tells which of {facts["intents"]} intents a customer's message has, and whether it has any of them.

- Recipe: {facts["recipe"]}, encoder {facts["encoder"]}, seed {facts["seed"]}. {facts["why"]}
- Data: {facts["examples"]} examples, {facts["out_of_scope"]} texts out of scope, SHA-256 {facts["data_sha256"]}
- Made: {facts["made"]} with {", ".join(f"{name} {number}" for name, number in facts["versions"].items())}

| on examples it had not seen | |
|---|---|
{figures}

Limits: it knows the intents and the language of its examples, reads the first few hundred words of a message, and
its probabilities hold for messages like those it was trained on.
"""

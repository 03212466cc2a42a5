"""The model card: what a model is, for whoever finds the folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intents.training.out_of_scope import ENOUGH_OUTSIDE


def model_card(facts: Mapping[str, Any]) -> str:
    """A page of Markdown (after Mitchell et al., "Model Cards for Model Reporting", 2019)."""
    compared = {f"accuracy of {name}": value for name, value in facts["compared"].items()}
    rows = {**facts["figures"], **compared}
    figures = "\n".join(f"| {name.replace('_', ' ')} | {value} |" for name, value in rows.items())
    return f"""# Intent model {facts["model_id"]}

Tells which of {facts["intents"]} intents a customer's message has, and whether it has any of them.

- Recipe: {facts["recipe"]}, encoder {facts["encoder"]}, seed {facts["seed"]}. {facts["why"]}
- Data: {facts["examples"]} examples, {facts["out_of_scope"]} texts out of scope, SHA-256 {facts["data_sha256"]}
- Made: {facts["made"]} with {", ".join(f"{name} {number}" for name, number in facts["versions"].items())}

| on examples it had not seen | |
|---|---|
{figures}

Accuracy and calibration error are those of the best class for texts in scope; the AUROC tells texts in scope from
{_strange(facts)}.
{_entities(facts)}
Limits: it knows the intents and the language of its examples, reads the first few hundred words of a message, and
its probabilities hold for messages like those it was trained on.
"""


def _entities(facts: Mapping[str, Any]) -> str:
    """How each entity is found; nothing where no example marks one."""
    if not facts["entities"]:
        return ""
    rows = [
        f"| {name} | {one['examples']} | {one['way']} | {one['why']} |"
        for name, one in facts["entities"].items()
    ]
    return "\n".join(["", "| entity | marked | how it is found | why |", "|---|---|---|---|", *rows, ""])


def _strange(facts: Mapping[str, Any]) -> str:
    if facts["out_of_scope"] >= ENOUGH_OUTSIDE:
        return "the out-of-scope examples, each looked up as if it were not known"
    return "examples of intents that were left out: with real out-of-scope examples it would say more"

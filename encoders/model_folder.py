"""What a model folder in sentence-transformers' layout says about making sentence vectors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from encoders.errors import ArtifactError
from encoders.tokens import Kind, Tokens

MAX_LENGTH = 256
"""No text is read further than this many tokens: attention's cost grows with their square."""

_E5 = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A BERT encoder on disk and how its sentence vectors are made."""

    path: Path
    name: str
    pooling: Literal["mean", "cls"]
    max_length: int
    pad_id: int
    prompts: Mapping[Kind, str]

    def tokens(self) -> Tokens:
        """What cuts texts into this model's ids.

        Raises:
            ArtifactError: when the folder has no tokenizer.json, or one that cannot be read.
        """
        file = self.path / "tokenizer.json"
        return Tokens(file, max_length=self.max_length, pad_id=self.pad_id, prompts=self.prompts)


def read_model_folder(path: Path, *, name: str = "") -> ModelFolder:
    """Read the folder's configuration; `name` (by default the folder's) is what people call the model.

    The E5 models want their prefixes although their own folders do not say so: they get them by name.

    Raises:
        ArtifactError: for a folder without config.json, or with a pooling other than mean and cls.
    """
    config = _json(path / "config.json")
    if not config:
        raise ArtifactError(f"{path} is no model folder: it has no config.json.")
    name = name or path.name
    names = " ".join((name, path.name, str(config.get("_name_or_path", ""))))
    longest = _json(path / "sentence_bert_config.json").get("max_seq_length")
    positions = config.get("max_position_embeddings")
    return ModelFolder(
        path=path,
        name=name,
        pooling=_pooling(path),
        max_length=min(length for length in (MAX_LENGTH, longest, positions) if length),
        pad_id=config.get("pad_token_id") or 0,
        prompts=_prompts(path, names),
    )


def _pooling(path: Path) -> Literal["mean", "cls"]:
    config = _json(path / "1_Pooling" / "config.json")
    modes = {name.removeprefix("pooling_mode_") for name, on in config.items() if on is True}
    modes -= {"include_prompt"}
    if isinstance(config.get("pooling_mode"), str):  # sentence-transformers 6
        modes = {config["pooling_mode"]}
    if modes <= {"mean", "mean_tokens"}:
        return "mean"
    if modes <= {"cls", "cls_token"}:
        return "cls"
    raise ArtifactError(f"{path} pools by {', '.join(sorted(modes))}: only mean and cls are supported.")


def _prompts(path: Path, names: str) -> dict[Kind, str]:
    prompts = _json(path / "config_sentence_transformers.json").get("prompts") or {}
    query = prompts.get("query") or ""
    document = prompts.get("document") or prompts.get("passage") or ""
    if not query and not document and _E5.search(names):
        return {"query": "query: ", "document": "passage: "}
    return {"query": query, "document": document}


def _json(path: Path) -> dict[str, Any]:
    """The file's object; an empty one when there is no such file."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise ArtifactError(f"{path} is not a JSON object.")
    return value

"""One person's words out of a folder of mined drafts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from encoders.artifacts import MANIFEST, building, read_manifest
from intents.examples import TrainingData
from intents.mining.mine import MINED
from intents.mining.review import conversation_of
from intents.nlu_yaml import read_nlu_yaml, write_nlu_yaml
from intents.transcripts.forget import lines_without

REPORT = "report.html"
"""The page of a folder of drafts; it quotes what people said."""


def forget_in_drafts(folder: Path, conversation: str) -> int:
    """Take a conversation's turns, examples and answers out of the drafts; how many assignments went.

    The report quotes people, so it goes as a whole when there was anything to forget.
    """
    manifest = read_manifest(folder, kind=MINED) or {}
    kept, gone = lines_without(
        folder / "assignments.jsonl", lambda line: _is_of(json.loads(line), conversation)
    )
    if not gone:
        return 0
    with building(folder, kind=MINED, facts=manifest.get("facts", {})) as draft:
        for path in sorted(folder.iterdir()):
            if path.name not in (MANIFEST, REPORT):
                (shutil.copytree if path.is_dir() else shutil.copy2)(path, draft / path.name)
        (draft / "assignments.jsonl").write_text("".join(kept), encoding="utf-8")
        data = read_nlu_yaml(draft / "nlu.yml")
        examples = tuple(one for one in data.examples if conversation_of(one) != conversation)
        write_nlu_yaml(TrainingData(examples=examples), draft / "nlu.yml")
        _without_answers(draft / "responses.yml", conversation)
    return gone


def _is_of(record: Mapping[str, Any], conversation: str) -> bool:
    return str(record.get("conversation_id")) == conversation


def _without_answers(path: Path, conversation: str) -> None:
    """Drop the drafted answers whose metadata names the conversation."""
    from ruamel.yaml import YAML

    if not path.is_file():
        return
    yaml = YAML()
    yaml.width = 2**16
    document = yaml.load(path)
    responses = (document or {}).get("responses") or {}
    for name, variations in list(responses.items()):
        kept = [
            one for one in variations if str((one.get("metadata") or {}).get("conversation")) != conversation
        ]
        if not kept:
            del responses[name]
        elif len(kept) < len(variations):
            responses[name] = kept
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(document, file)

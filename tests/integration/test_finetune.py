"""Fine-tuning with a real encoder: its halves, an interruption, several processes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from encoders.resolve import ENGLISH, resolve_encoder
from intents.classifier import IntentClassifier
from intents.examples import Example, TrainingData
from intents.training import TrainingOptions, train_intents, tuned

pytestmark = pytest.mark.model

_SAID = {
    "refund": (
        "I want my money back",
        "please refund me",
        "when do I get the refund",
        "give me my money back",
    ),
    "delivery": ("where is my parcel", "it has not arrived yet", "track my order", "my package is late"),
    "opening_hours": (
        "when do you open",
        "are you open on Sunday",
        "what are your hours",
        "do you close at six",
    ),
}

_TUNE = """
import sys
from pathlib import Path
import numpy as np
from intents.training.finetune import Labelled, Plan, finetune
texts, targets = sys.argv[3].split("|"), np.arange(12) // 4
plan = Plan(encoder=sys.argv[2], epochs=6, batch=4, learning_rate=5e-5, checkpoint=Path(sys.argv[1]))
tuned = finetune(Labelled(texts=texts, targets=targets), None, plan)
np.save(Path(sys.argv[1]).with_suffix(".npy"), tuned.prototypes)
"""


def _texts() -> list[str]:
    return [text for texts in _SAID.values() for text in texts]


def test_the_halves_of_an_encoder_make_the_whole() -> None:
    import torch

    from encoders.torch_encoder import load_torch_encoder

    module, tokens = load_torch_encoder(resolve_encoder(ENGLISH), name=ENGLISH)
    ids, mask = (torch.from_numpy(one) for one in tokens.padded(tokens.ids(_texts())))
    with torch.no_grad():
        whole = module(ids, mask)
        for depth in (0, module.depth // 2, module.depth):
            halves = module.upper(module.lower(ids, mask, depth), mask, depth)
            assert torch.allclose(halves, whole, atol=1e-5)


def _tune(checkpoint: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-c", _TUNE, str(checkpoint), ENGLISH, "|".join(_texts())]
    return subprocess.Popen(command)


def test_a_killed_run_goes_on_where_it_was_and_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole.safetensors", tmp_path / "broken.safetensors"
    assert _tune(whole).wait() == 0
    process = _tune(broken)
    while not broken.exists():
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    assert process.wait() != 0
    assert broken.exists()
    assert _tune(broken).wait() == 0
    assert not broken.exists()
    first, second = (np.load(path.with_suffix(".npy")) for path in (whole, broken))
    assert np.allclose(first, second, atol=1e-5)


def test_two_processes_train_what_one_does(tmp_path: Path) -> None:
    data, out = tmp_path / "data.csv", tmp_path / "model"
    with data.open("w", newline="") as file:
        rows = [(text, intent) for intent, texts in _SAID.items() for text in texts]
        csv.writer(file).writerows([("text", "intent"), *rows])
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    train = ["-m", "bot.cli", "intents", "train", str(data), "--out", str(out), "--recipe", "finetune"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, *launch, *train], check=True, env=environment, timeout=300)
    found = IntentClassifier.load(out).understand(_texts())
    wanted = [intent for intent, texts in _SAID.items() for _ in texts]
    assert [one.intent for one in found] == wanted


def _data() -> TrainingData:
    return TrainingData(
        examples=tuple(
            Example(text=text, intent=intent, source="data.csv:1")
            for intent, texts in _SAID.items()
            for text in texts
        )
    )


def test_auto_measures_both_recipes_and_says_why_it_took_one(tmp_path: Path) -> None:
    report = train_intents(_data(), tmp_path / "model", TrainingOptions(recipe="auto", epochs=1))
    assert set(report.compared) == {"fast", "finetune"}
    assert report.recipe in report.compared
    assert "examples that neither had seen" in report.why
    card = (tmp_path / "model" / "card.md").read_text()
    assert report.why in card
    assert "accuracy of finetune" in card


def test_int8_weights_that_cost_accuracy_give_way_to_float(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tuned, "MOST_DROP", -1.0)  # whatever they cost is too much
    train_intents(_data(), tmp_path / "model", TrainingOptions(recipe="finetune", epochs=1))
    config = json.loads((tmp_path / "model" / "encoder" / "encoder.json").read_text())
    assert config["quantised"] is False
    assert "float weights are kept" in caplog.text

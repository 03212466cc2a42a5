"""From dialogs to a changed project: mined, reviewed, applied, and forgotten again, with a real encoder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.checking.check import check_project
from bot.commands.apply import apply_command
from bot.commands.new import new_project
from bot.forget import forget_conversation
from bot.project import load_domain, open_project, training_files
from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import MULTILINGUAL
from intents.mining.mine import mine
from intents.mining.review import REVIEW, conversation_of, read_review
from intents.nlu import load_training_data

pytestmark = pytest.mark.model

HISTORY = Path(__file__).parents[1] / "data" / "history.jsonl"


def test_what_a_person_accepts_is_in_the_project_until_it_is_forgotten(tmp_path: Path) -> None:
    folder, drafts = tmp_path / "shop", tmp_path / "shop" / "drafts"
    new_project(folder)
    (folder / "dialogs").mkdir(exist_ok=True)
    shutil.copy(HISTORY, folder / "dialogs")
    encoder = Encoder.load(serving_encoder(MULTILINGUAL))
    mine(folder, drafts, encoder=encoder)
    review = drafts / REVIEW
    review.write_text(
        review.read_text(encoding="utf-8").replace("action: review", "action: accept"), encoding="utf-8"
    )

    apply_command(folder, drafts)
    mine(folder, drafts, encoder=encoder)

    mined = {one.intent for one in read_review(drafts)}
    assert {one.action for one in read_review(drafts)} == {"applied"}
    assert mined <= set(load_domain(open_project(folder)).intents)
    examples = load_training_data(training_files(open_project(folder))).examples
    origins = {conversation_of(one) for one in examples} - {None}
    assert len(origins) > 5
    assert [problem for problem in check_project(open_project(folder)) if problem.level == "error"] == []
    for conversation in sorted(str(one) for one in origins):
        forget_conversation(open_project(folder), conversation)
    left = load_training_data(training_files(open_project(folder))).examples
    assert {conversation_of(one) for one in left} == {None}
    assert [one.text for one in left] == [one.text for one in examples if conversation_of(one) is None]

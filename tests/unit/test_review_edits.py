"""Changes that are taken back, clusters, and what the files of a project look like after a decision."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.new import new_project
from bot.project import Project, open_project, training_files
from bot.project_edits import write_files
from bot.review.articles import articles, changed_text, new_article_path, new_text
from bot.review.clusters import clusters, fitted_threshold, merges
from bot.review.edits import Overwritten, hunks, taken_back
from bot.review.origin import alias
from bot.review.plans import answered, assigned, find_response, undone, written
from bot.review.reading_aid import named, redacted
from bot.store.reviews import Change, Item
from bot.yaml_edits import with_item, with_text
from encoders.errors import InputError
from intents.examples import OUT_OF_SCOPE
from intents.nlu import load_training_data
from knowledge.ingest import read_documents, read_questions

_LINES = st.lists(st.sampled_from("abcdef"), max_size=12).map(lambda lines: "".join(f"{x}\n" for x in lines))


# ── changes that are taken back ──────────────────────────────────────────────────────────────────────────


@given(_LINES, _LINES)
def test_taking_a_change_back_gives_the_text_before(before: str, after: str) -> None:
    assert taken_back(after, hunks(before, after)) == before


@given(_LINES, st.lists(st.integers(0, 99), min_size=1, max_size=5, unique=True))
def test_changes_are_taken_back_in_any_order(text: str, numbers: list[int]) -> None:
    now, made = text, []
    for number in numbers:
        after = f"{now}added {number}\n"
        made.append(hunks(now, after))
        now = after
    for change in sorted(made, key=str):
        now = taken_back(now, change)
    assert now == text


def test_lines_that_were_edited_since_are_not_taken_back() -> None:
    change = hunks("a\n", "a\nmine\n")
    with pytest.raises(Overwritten):
        taken_back("a\nmine, mended\n", change)


# ── single values in YAML ────────────────────────────────────────────────────────────────────────────────

YAML = """\
# ours
responses:
  utter_a:   # first
  - text: "one"
    buttons: &b
    - {title: x, payload: /x}
  - text: |
      two
      lines
    condition: &zh
    - {type: slot, name: language, value: zh}
  # behind
  utter_b:
  - text: three
    condition: *zh
"""
PATH = Path("domain.yml")


def test_a_value_is_changed_and_nothing_else() -> None:
    assert with_text(YAML, PATH, ("responses", "utter_a", 0, "text"), 'say "1"') == YAML.replace(
        '"one"', '"say \\"1\\""'
    )
    changed = with_text(YAML, PATH, ("responses", "utter_a", 1, "text"), "two")
    assert '  - text: "two"\n    condition: &zh\n' in changed
    assert with_text(YAML, PATH, ("responses", "utter_b", 0, "text"), "3: #") == YAML.replace(
        "text: three", 'text: "3: #"'
    )


def test_an_item_goes_behind_the_others_and_before_the_next_comment() -> None:
    changed = with_item(YAML, PATH, ("responses", "utter_a"), {"text": "四"})
    assert changed == YAML.replace("  # behind\n", '  - {"text": "四"}\n  # behind\n')


@pytest.mark.parametrize(
    "keys",
    [("responses", "utter_a"), ("responses", "utter_c", 0, "text"), ("responses", "utter_b", 0, "condition")],
)
def test_what_is_no_plain_value_is_refused(keys: tuple[str | int, ...]) -> None:
    with pytest.raises(InputError, match="cannot be changed"):
        with_text(YAML, PATH, keys, "x")


# ── clusters ─────────────────────────────────────────────────────────────────────────────────────────────


def points(groups: int, each: int, seed: int = 0) -> np.ndarray:
    """Unit vectors about `groups` directions."""
    random = np.random.default_rng(seed)
    centres = np.eye(groups, 16, dtype=np.float32)
    rows = np.repeat(centres, each, axis=0) + random.normal(0, 0.08, (groups * each, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_clusters_are_found_whatever_their_order() -> None:
    vectors = points(5, 8)
    shuffled = np.random.default_rng(1).permutation(len(vectors))
    found = clusters(vectors[shuffled], 0.5)
    assert sorted(sorted(shuffled[rows] // 8) for rows in found) == [[group] * 8 for group in range(5)]


def test_the_tree_is_the_one_of_average_linkage() -> None:
    from scipy.cluster.hierarchy import linkage

    vectors = points(4, 6, seed=3)
    theirs = 1 - linkage(vectors, method="average", metric="cosine")[:, 2]
    assert np.allclose([one.similarity for one in merges(vectors)], np.sort(theirs)[::-1], atol=1e-5)


def test_the_threshold_comes_from_labelled_examples() -> None:
    vectors = points(6, 10)
    threshold = fitted_threshold(vectors, [str(row // 10) for row in range(60)])
    assert len(clusters(vectors, threshold)) == 6
    assert clusters(vectors[:0], 0.5) == []
    assert clusters(vectors[:1], 0.5) == [[0]]


# ── the reading aid ──────────────────────────────────────────────────────────────────────────────────────


def test_people_named_elsewhere_in_the_conversation_are_taken_out() -> None:
    turns = [
        {"text": "Hi, my name is Olivia Bennett"},
        {"text": "Olivia again, mail olivia@example.org please"},
    ]
    (text,) = redacted({"turns": turns, "wanted": [1]})["texts"]
    assert text == "{name} again, mail {email} please"


def test_clusters_get_names() -> None:
    cluster = [["please gift wrap my order", "en"], ["can you gift wrap this", "en"]]
    assert "wrap" in named({"clusters": [cluster], "taken": []})["names"][0]


# ── a project's files ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def project(tmp_path: Path) -> Project:
    new_project(tmp_path / "shop")
    return open_project(tmp_path / "shop")


def item(number: int, text: str, **facts: object) -> Item:
    values: dict[str, object] = {
        "id": number, "source": "unanswered", "conversation_id": f"web:{number}", "place": "3", "text": text,
        "language": "en", "state": "open", "version": 1, "claimed_by": "", "claimed_until": None,
        "change_id": None, "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    return Item(**{**values, **facts})  # type: ignore[arg-type]


def made(**facts: object) -> Change:
    values: dict[str, object] = {
        "id": 1, "kind": "assign", "target": "x", "person": "Mei", "edits": (), "items": 1,
        "made_at": datetime(2026, 1, 1, tzinfo=UTC), "undone_by": "", "undone_at": None,
    }  # fmt: skip
    return Change(**{**values, **facts})  # type: ignore[arg-type]


def contents(project: Project) -> dict[str, str]:
    return {
        path.relative_to(project.folder).as_posix(): path.read_text()
        for path in sorted(project.folder.rglob("*"))
        if path.is_file()
    }


def apply(files: object) -> None:
    for path, text in dict(files).items():  # type: ignore[call-overload]
        write_files({path: text}) if text is not None else path.unlink()


def test_a_new_intent_has_examples_an_answer_and_no_customers_id(project: Project) -> None:
    before = contents(project)
    items = [item(1, "do you gift wrap"), item(2, "can it be wrapped as a present?")]
    plan = assigned(project, items, "gift_wrap", {"en": "Yes, for 3.50 euros."})
    apply(plan.files)
    data = load_training_data(training_files(project))
    mine = [one for one in data.examples if one.intent == "gift_wrap"]
    assert [one.text for one in mine] == ["do you gift wrap", "can it be wrapped as a present?"]
    assert mine[0].metadata["example"] == {"conversation": alias("web:1"), "turn": 3}
    assert "web:1" not in (project.folder / "nlu.yml").read_text()
    assert find_response(project, "utter_gift_wrap")[1] == [{"text": "Yes, for 3.50 euros."}]
    assert "words" not in json.dumps(plan.edits)
    apply(undone(project, made(edits=plan.edits), items).files)
    assert contents(project) == before


def test_an_intent_that_others_use_outlives_the_change_that_made_it(project: Project) -> None:
    first, second = item(1, "do you gift wrap"), item(2, "gift wrapping?")
    one = assigned(project, [first], "gift_wrap", {})
    apply(one.files)
    apply(assigned(project, [second], "gift_wrap", {}).files)
    apply(undone(project, made(edits=one.edits), [first]).files)
    assert "- gift_wrap\n" in (project.folder / "domain.yml").read_text()
    assert "gift wrapping?" in (project.folder / "nlu.yml").read_text()
    assert "do you gift wrap" not in (project.folder / "nlu.yml").read_text()


def test_words_of_another_intent_are_left(project: Project) -> None:
    known = load_training_data(training_files(project)).examples[0]
    plan = assigned(project, [item(1, known.text.upper()), item(2, "new words")], "gift_wrap", {})
    assert plan.left == {1: known.intent}


def test_out_of_scope_is_no_intent(project: Project) -> None:
    plan = assigned(project, [item(1, "sing me the song of the seven seas")], OUT_OF_SCOPE, {})
    assert [path.name for path in plan.files] == ["nlu.yml"]


def test_an_answer_is_changed_where_it_is_and_added_where_it_is_not(project: Project) -> None:
    response = next(iter(find_all(project)))
    plan = answered(project, response, {"en": "Other words."})
    apply(plan.files)
    assert find_response(project, response)[1][0]["text"] == "Other words."
    before = contents(project)
    more = answered(project, "utter_brand_new", {"en": "New."})
    apply(more.files)
    assert find_response(project, "utter_brand_new")[1] == [{"text": "New."}]
    apply(undone(project, made(kind="answer", edits=more.edits), ()).files)
    assert contents(project) == before


def find_all(project: Project) -> list[str]:
    from bot.project import domain_mapping

    return list(domain_mapping(project)["responses"])


def test_an_article_is_written_read_changed_and_taken_back(project: Project) -> None:
    before = contents(project)
    path = new_article_path(project, "gift-wrap", "en")
    text = new_text("gift-wrap", "Gift wrap: how", "en", "We wrap for 3.50 euros.", date(2026, 1, 2))
    plan = written(project, path, text, [item(7, "do you wrap")], "gift-wrap")
    apply(plan.files)
    article = next(one for one in articles(project) if one.id == "gift-wrap")
    assert (article.title, article.text) == ("Gift wrap: how", "We wrap for 3.50 euros.")
    questions = read_questions([project.articles / "questions-review.jsonl"])
    assert [(one.question, one.document_ids) for one in questions] == [("do you wrap", ("gift-wrap",))]
    changed = changed_text(text, "Wrapping", "Four euros.", date(2026, 1, 3))
    path.write_text(changed)
    assert read_documents([path])[0].title == "Wrapping"
    with pytest.raises(Overwritten):
        undone(project, made(kind="article", edits=plan.edits), [item(7, "do you wrap")])
    path.write_text(text)
    apply(undone(project, made(kind="article", edits=plan.edits), [item(7, "do you wrap")]).files)
    assert contents(project) == before


@pytest.mark.parametrize("identity", ["../../etc/passwd", "a/b", "", "a b", "x" * 81, "."])
def test_an_articles_id_cannot_leave_the_folder(project: Project, identity: str) -> None:
    with pytest.raises(InputError):
        new_article_path(project, identity, "en")


def test_changed_front_matter_keeps_its_other_lines() -> None:
    before = "---\nid: a\n# a remark\ntitle: Old\nowner: logistics\n---\n\nText.\n"
    after = changed_text(before, 'New: "x"', "Other.", date(2026, 1, 3))
    assert after.startswith(
        '---\nid: a\n# a remark\ntitle: "New: \\"x\\""\nowner: logistics\nupdated: 2026-01-03\n---\n'
    )


def test_mined_items_keep_their_own_origin(project: Project) -> None:
    mined = replace(item(1, "do you gift wrap"), draft="drafts/a", conversation_id="c9", place="4")
    apply(assigned(project, [mined], "gift_wrap", {}).files)
    assert '"conversation": "c9", "turn": 4' in (project.folder / "nlu.yml").read_text()


def test_many_messages_with_the_same_words_come_to_an_end() -> None:
    counts = [36, 29, 25, 18, 15, 13, 11, 8, 7, 4]
    for seed in range(
        60
    ):  # with some of them the chain went round for ever, by the last bits of equal similarities
        random = np.random.default_rng(seed)
        words = random.normal(size=(len(counts), 384))
        words /= np.linalg.norm(words, axis=1, keepdims=True)
        rows = random.permutation(np.repeat(words, counts, axis=0)).astype(np.float32)
        assert len(merges(rows)) == len(rows) - 1
        assert sorted(map(len, clusters(rows, 0.9)), reverse=True) == counts

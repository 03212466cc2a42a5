"""Rasa 2.0 projects become 3.1: slots get mappings, forms list names, comments stay."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.checking.check import check_project
from bot.dialog.calls import ActionResult
from bot.dialog.definitions import MappingCondition
from bot.migrating import KEPT, migrate_project
from bot.project import Project, load_assistant, load_domain, load_rules, open_project
from tests.unit.dialog_assistant import Talk

CLINIC = Path(__file__).parents[1] / "data" / "projects" / "clinic"

OLD = """\
version: "2.0"
intents: [greet, book, inform, affirm, deny]
entities: [city, number, name]
slots:
  city:  # where to
    type: text
  seats:
    type: float
    auto_fill: false
  name:
    type: text
    auto_fill: false
  outside:
    type: bool
  memo:
    type: unfeaturized
forms:
  table_form:
    ignored_intents: [greet]
    required_slots:
      city:
        - type: from_entity
          entity: city
      seats:
        - type: from_entity
          entity: number
          intent: null
      outside:
        - type: from_intent
          intent: affirm
          value: true
        - type: from_intent
          intent: deny
          value: false
responses:
  utter_greet: [{text: hello}]
  utter_ask_city: [{text: where?}]
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "domain.yml").write_text(OLD)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rules.yml").write_text(
        'version: "2.0"\n# the only rule\nrules:\n- rule: greet\n  steps: [{intent: greet}, {action: utter_greet}]\n'
    )
    return open_project(tmp_path)


def test_slots_get_the_mappings_of_forms_and_auto_fill(project: Project) -> None:
    migrate_project(project)
    domain = load_domain(project)
    city, seats, outside = (domain.slots[name].mappings for name in ("city", "seats", "outside"))
    assert [one.conditions for one in city] == [(MappingCondition(active_loop="table_form"),), ()]
    assert [(one.type, one.entity) for one in city] == [("from_entity", "city")] * 2
    assert [one.entity for one in seats] == ["number"]
    assert [(one.intents, one.value) for one in outside] == [(("affirm",), True), (("deny",), False)]
    assert outside[0].conditions == (MappingCondition(active_loop="table_form", requested_slot="outside"),)
    assert domain.slots["name"].mappings[0].type == "custom"
    assert domain.slots["memo"].type == "any"
    assert domain.forms["table_form"].required_slots == ("city", "seats", "outside")
    assert domain.forms["table_form"].ignored_intents == ("greet",)
    assert [rule.name for rule in load_rules(project)[0]] == ["greet"]


def test_comments_stay_and_originals_are_kept(project: Project) -> None:
    changes = migrate_project(project)
    domain = project.folder / "domain.yml"
    assert "# where to" in domain.read_text()
    assert "# the only rule" in (project.folder / "data" / "rules.yml").read_text()
    assert 'version: "3.1"' in domain.read_text()
    assert (project.folder / KEPT / "domain.yml").read_text() == OLD
    assert any("slot seats" in str(change) for change in changes)


def test_a_second_time_there_is_nothing_to_do(project: Project) -> None:
    migrate_project(project)
    assert migrate_project(project) == []


@pytest.mark.parametrize(
    ("forms", "slots"),
    [
        ("forms:\n  f:\n    city:\n    - type: from_entity\n      entity: city\n", ("city",)),
        ("forms: [f]\n", ()),
        ("forms:\n  f: {required_slots: [city]}\n", ("city",)),
    ],
)
def test_forms_of_every_age(tmp_path: Path, forms: str, slots: tuple[str, ...]) -> None:
    (tmp_path / "domain.yml").write_text(f"entities: [city]\nslots:\n  city: {{type: text}}\n{forms}")
    project = open_project(tmp_path)
    migrate_project(project)
    assert load_domain(project).forms["f"].required_slots == slots


def test_a_project_of_today_is_left_alone() -> None:
    pets = open_project(Path(__file__).parents[1] / "data" / "projects" / "pets")
    before = {path: path.read_text() for path in pets.folder.rglob("*.yml") if "test_live" not in path.name}
    assert migrate_project(pets) == []
    assert all(path.read_text() == text for path, text in before.items())


@pytest.fixture
def clinic(tmp_path: Path) -> Project:
    """A whole project of 2.0: a split domain, forms of both ages, retrieval intents, checkpoints, a story test."""
    return open_project(Path(shutil.copytree(CLINIC, tmp_path / "clinic")))


def test_an_old_project_is_told_to_migrate(clinic: Project) -> None:
    found = [problem for problem in check_project(clinic) if "kefu migrate" in problem.text]
    assert [Path(problem.where).name for problem in found] == [
        "domain.yml:1",
        "forms.yml:1",
        "responses.yml:1",
    ]


def test_a_migrated_project_checks_without_errors(clinic: Project) -> None:
    migrate_project(clinic)
    found = check_project(clinic)
    assert [str(problem) for problem in found if problem.level == "error"] == []
    assert not any("kefu migrate" in problem.text for problem in found)
    domain = load_domain(clinic)
    assert domain.session.expiration == 30
    assert not domain.session.carry_over_slots
    assert domain.intents["book_visit"].use_entities == ("animal",)
    assert not domain.slots["note"].influence_conversation


async def test_forms_of_a_migrated_project_are_walked_through(clinic: Project) -> None:
    migrate_project(clinic)
    done = ActionResult(responses=({"text": "done"},))
    now = Talk(
        load_assistant(clinic),
        actions={
            "validate_visit_form": lambda tracker: ActionResult(),
            "action_book": lambda tracker: done,
            "action_order": lambda tracker: done,
        },
    )
    assert await now.says("the vet", "book_visit") == ["visit_form", "“Which animal is it?”"]
    assert now.tracker.slots["reason"] == "a visit"
    assert await now.says('/inform{"animal":"cat"}') == ["visit_form", "“What is your first name?”"]
    parked = ["utter_faq", "“Behind the house.”", "visit_form", "“What is your first name?”"]
    assert await now.says("/faq/parking") == parked
    assert await now.says("Nora", "inform") == ["visit_form", "“Is it urgent?”"]
    booked = ["visit_form", "action_book", "“done”", "utter_booked", "“We see your cat soon, Nora.”"]
    assert await now.says("no", "deny") == booked
    assert await now.says("food", "order_food") == ["food_form", "“Which brand?”"]
    assert await now.says("Whisker", "inform", {"brand": "Whisker"}) == ["food_form", "“How many sacks?”"]
    assert await now.says("3", "inform", {"number": 3}) == ["food_form", "action_order", "“done”"]
    assert (now.tracker.slots["brand"], now.tracker.slots["sacks"]) == ("Whisker", 3)
    other = Talk(now.assistant, actions=now.actions)
    await other.says("the vet", "book_visit")
    assert await other.says("leave it", "stop") == [
        "utter_stopped",
        "“All right, we leave it.”",
        "action_deactivate_loop",
    ]

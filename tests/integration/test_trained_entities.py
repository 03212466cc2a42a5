"""Entities learnt from marked examples: values and sentences never seen, roles, every script, and the round trip."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

import pytest

from bot.actions.message import parse_data_of
from encoders.artifacts import MANIFEST
from encoders.errors import ArtifactError
from intents.annotations import read_annotations
from intents.classifier import IntentClassifier
from intents.examples import Example, TrainingData
from intents.tagging.tagger import FOLDER, load_tagger
from intents.training import TrainingOptions, train_intents

pytestmark = pytest.mark.model

TAUGHT = """I want to fly from {a} to {b}
book me a flight to {b}
a ticket from {a} to {b} please
is there anything to {b} out of {a}
cheapest way to {b}
how much is {a} to {b}
get me out of {a}
flights to {b} tomorrow morning
when is the next plane from {a}
from {a} to {b}, two people
我想从{a}飞到{b}
订一张去{b}的机票
从{a}到{b}多少钱
明天去{b}有航班吗
从{a}出发到{b}
帮我查从{a}飞{b}的票
去{b}，两个人""".splitlines()
ASKED = """can you book a flight from {a} to {b}
I need a ticket to {b}
how much is the plane from {a} to {b}
🙂👍🏽 a flight from {a} to {b}!!
ｆｌｉｇｈｔ  ｆｒｏｍ {a} ｔｏ {b}
我要订从{a}到{b}的机票
👍🏽查一下去{b}的航班
请问从{a}飞到{b}要多久？""".splitlines()
CITIES = [
    "Berlin", "Paris", "New York", "Madrid", "Oslo", "Rome", "San Francisco", "Vienna", "Cairo", "Lima", "Dublin",
    "Athens", "Tokyo",
]  # fmt: skip
CHINESE = ["北京", "上海", "广州", "深圳", "成都", "杭州", "西安", "武汉", "南京", "重庆", "天津", "长沙"]
NEW_CITIES = ["Lisbon", "Buenos Aires", "Prague", "Nairobi", "Seoul", "Helsinki"]
NEW_CHINESE = ["青岛", "厦门", "哈尔滨", "昆明", "郑州", "大连"]
OTHERS = {
    "greet": ["hello", "hi there", "good morning", "你好", "您好，在吗", "hey you", "good evening", "早上好"],
    "complain": [
        "my suitcase is broken", "nobody answers the phone", "I waited for two hours", "行李坏了", "没有人接电话",
        "the food was cold", "我等了两个小时", "your site does not work on my phone",
    ],
}  # fmt: skip


def marked(template: str, a: str, b: str) -> Example:
    text, entities = read_annotations(
        template.replace("{a}", f'[{a}]{{"entity": "city", "role": "departure"}}').replace(
            "{b}", f'[{b}]{{"entity": "city", "role": "destination"}}'
        )
    )
    return Example(text=text, intent="book_flight", entities=entities)


def filled(templates: list[str], cities: list[str], chinese: list[str], times: int) -> list[Example]:
    western, eastern = cycle(cities), cycle(chinese)
    examples = []
    for template in templates * times:
        names = eastern if any(character >= "\u4e00" for character in template) else western
        examples.append(marked(template, next(names), next(names)))
    return examples


DATA = TrainingData(
    examples=(
        *filled(TAUGHT, CITIES, CHINESE, 5),
        *(Example(text=text, intent=intent) for intent, texts in OTHERS.items() for text in texts),
    ),
    synonyms={"seoul": "서울"},
)
HELD = filled(ASKED, NEW_CITIES, NEW_CHINESE, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "flights"
    report = train_intents(DATA, folder, TrainingOptions(recipe="fast"))
    assert report.entities["city"].way != "looked up", report.entities["city"].why
    assert "| city |" in (folder / "card.md").read_text(encoding="utf-8")
    return folder


def test_new_values_in_new_sentences_are_found_with_role_and_place(folder: Path) -> None:
    model = IntentClassifier.load(folder)
    right = told = there = 0
    for example, found in zip(HELD, model.understand([one.text for one in HELD]), strict=True):
        gold = {(one.entity, one.start, one.end, one.role) for one in example.entities}
        mine = {(one.entity, one.start, one.end, one.role) for one in found.entities}
        right, told, there = right + len(gold & mine), told + len(mine), there + len(gold)
        for one in found.entities:
            if example.text[one.start : one.end] != "Seoul":
                assert one.value == example.text[one.start : one.end]
    assert 2 * right / (told + there) > 0.8


def test_what_has_no_entity_gets_none(folder: Path) -> None:
    model = IntentClassifier.load(folder)
    texts = ["hello you", "is anybody there?", "谢谢", "", "🙂", " \u3000 "]
    assert sum(len(one.entities) for one in model.understand(texts)) <= 1


def test_one_at_a_time_and_many_at_once_are_the_same(folder: Path) -> None:
    model = IntentClassifier.load(folder)
    texts = [one.text for one in HELD]
    assert [model.understand([text])[0].entities for text in texts] == [
        one.entities for one in model.understand(texts)
    ]


def test_parse_shows_who_found_it_how_surely_and_in_which_role(folder: Path) -> None:
    (understood,) = IntentClassifier.load(folder).understand(["book a flight from Madrid to Seoul"])
    first, second = parse_data_of(understood)["entities"]
    assert (first["value"], first["role"], first["start"], first["end"]) == ("Madrid", "departure", 19, 25)
    assert (second["value"], second["role"], second["extractor"]) == ("서울", "destination", "trained")
    assert 0.5 < second["confidence_role"] <= second["confidence_entity"] <= 1
    assert "group" not in second


def test_a_damaged_model_is_refused(folder: Path, tmp_path: Path) -> None:
    weights = folder / FOLDER / "weights.npy"
    whole = weights.read_bytes()
    try:
        weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(ArtifactError, match=r"weights\.npy has changed"):
            IntentClassifier.load(folder)
    finally:
        weights.write_bytes(whole)
    assert f"{FOLDER}/weights.npy" in json.loads((folder / MANIFEST).read_text())["files"]


def test_parts_that_do_not_fit_are_refused(folder: Path, tmp_path: Path) -> None:
    for part in (folder / FOLDER).iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes())
    facts = json.loads((tmp_path / "tagger.json").read_text())
    facts["labels"].append(["city", "stop-over", None])
    (tmp_path / "tagger.json").write_text(json.dumps(facts))
    with pytest.raises(ArtifactError, match="do not fit"):
        load_tagger(tmp_path)


def test_few_examples_are_looked_up_and_training_says_why(tmp_path: Path) -> None:
    few = TrainingData(examples=(*DATA.examples[:4], *DATA.examples[-16:]))
    report = train_intents(few, tmp_path / "few", TrainingOptions(recipe="fast"))
    assert report.entities["city"].way == "looked up"
    assert "10 marked examples are needed" in report.entities["city"].why
    assert load_tagger(tmp_path / "few" / FOLDER) is None
    (understood,) = IntentClassifier.load(tmp_path / "few").understand(["from Berlin with love"])
    assert [(one.value, one.extractor) for one in understood.entities] == [("Berlin", "examples")]

"""Rules and stories as a page: everything is on it, what begins alike once, and nothing as HTML."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from bot.dialog.stories import parse_stories
from bot.drawing import page, svg, tree_of
from bot.project import load_rules, open_project

PETS = Path(__file__).parents[1] / "data" / "projects" / "pets"


def drawn(steps: list[list[dict[str, str]]]) -> list[str]:
    stories = parse_stories(
        {"stories": [{"story": f"s{n}", "steps": one} for n, one in enumerate(steps)]}, where="s"
    )
    root = ElementTree.fromstring("".join(svg(tree_of((one.name, one.steps) for one in stories))))
    return [text.text or "" for text in root.iter("text")]


def test_what_begins_alike_is_drawn_once() -> None:
    hello = [{"intent": "greet"}, {"action": "utter_greet"}]
    texts = drawn([[*hello, {"intent": "a"}], [*hello, {"intent": "b"}]])
    assert texts.count("greet") == texts.count("utter_greet") == 1
    assert {"a", "b", "s0", "s1"} <= set(texts)


def test_a_box_lies_on_no_other() -> None:
    stories = parse_stories(
        {"stories": [{"story": f"s{n}", "steps": [{"intent": "x"}, {"intent": f"i{n % 3}"}, {"intent": str(n)}]}
                     for n in range(9)]},
        where="s",
    )  # fmt: skip
    root = ElementTree.fromstring("".join(svg(tree_of((one.name, one.steps) for one in stories))))
    places = [(box.attrib["x"], box.attrib["y"]) for box in root.iter("rect")]
    assert len(places) == len(set(places)) == 1 + 3 + 9 + 9


def test_the_page_has_every_rule_and_story_and_escapes_them() -> None:
    rules, stories = load_rules(open_project(PETS))
    text = page("<b>Pets</b>", rules, stories)
    assert "&lt;b&gt;Pets" in text
    assert "<b>Pets" not in text
    for one in rules:
        assert one.name in text
    assert "a sitter &gt; no sitter" in text

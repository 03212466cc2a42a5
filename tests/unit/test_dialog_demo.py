"""The demo assistant's form and actions, walked through with the real SDK."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.actions.executor import InProcessActions
from bot.dialog.assistant import build_assistant
from bot.dialog.domain import parse_domain
from bot.dialog.rules import parse_rules
from tests.unit.dialog_assistant import Talk

SHOP = Path(__file__).parents[2] / "data" / "shop"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name in ("actions", "shop.sql"):
        copy = shutil.copytree if (SHOP / name).is_dir() else shutil.copy
        copy(SHOP / name, tmp_path / name)
    return tmp_path


async def test_an_order_is_looked_up(shop: Path) -> None:
    reader = YAML(typ="safe")
    demo = build_assistant(
        parse_domain(reader.load(SHOP / "domain.yml"), where="domain.yml"),
        parse_rules(reader.load(SHOP / "rules.yml"), where="rules.yml"),
    )
    actions = await InProcessActions.load(shop, clock=lambda: 0.0)
    now = Talk(demo, execute=actions)
    asked = await now.says("where is my parcel?", "track_order")
    assert asked[0] == "order_form"
    assert now.tracker.requested_slot == "order_number"
    unknown = await now.says("it is WB-999999", "track_order", {"order_number": "WB-999999"})
    assert unknown[0] == "order_form"
    assert len(unknown) == 3
    found = await now.says("sorry, WB-204817", "track_order", {"order_number": "WB-204817"})
    assert [line for line in found if not line.startswith("“")] == ["order_form", "action_order_status"]
    assert "WB-204817" in found[-1]
    assert now.tracker.active_loop is None
    actions.close()

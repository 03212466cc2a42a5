"""Bodies as Meta's platform sends them."""

from __future__ import annotations

import json
from typing import Any

NUMBER = "PN1"


def message(kind: str, content: Any, *, id: str = "wamid.1", **more: Any) -> dict[str, Any]:
    return {"from": "4915112345", "id": id, "timestamp": "1700000000", "type": kind, kind: content, **more}


def text(body: str, *, id: str = "wamid.1", **more: Any) -> dict[str, Any]:
    return message("text", {"body": body}, id=id, **more)


def value(*messages: dict[str, Any], number: str = NUMBER, **more: Any) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Ann"}, "wa_id": "4915112345", "user_id": "DE.10231"}],
        "messages": list(messages),
        **more,
    }


def webhook(*values: dict[str, Any], field: str = "messages") -> bytes:
    changes = [{"field": field, "value": one} for one in values]
    body = {"object": "whatsapp_business_account", "entry": [{"id": "WABA", "changes": changes}]}
    return json.dumps(body).encode()


def from_ann(*messages: dict[str, Any]) -> bytes:
    return webhook(value(*messages))

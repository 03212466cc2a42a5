"""The demo assistant's own actions, run by rasa-sdk: they look orders up in the shop's database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .orders import find_order, order_number


class ValidateOrderForm(FormValidationAction):
    """Accepts the numbers of orders that exist, however the customer writes them."""

    def name(self) -> str:
        return "validate_order_form"

    def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> dict[str, Any]:
        number = order_number(str(value))
        if number and find_order(number):
            return {"order_number": number}
        dispatcher.utter_message(response="utter_order_unknown")
        return {"order_number": None}


class ActionOrderStatus(Action):
    """Says where the order is."""

    def name(self) -> str:
        return "action_order_status"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        order = find_order(tracker.get_slot("order_number") or "")
        if order is None:
            dispatcher.utter_message(response="utter_order_unknown")
            return [SlotSet("order_number", None)]
        chinese = tracker.get_slot("language") == "zh"
        dispatcher.utter_message(
            response=f"utter_order_{order.status}",
            order_number=order.number,
            order_items=order.items_zh if chinese else order.items_en,
            order_eta=order.date_zh if chinese else order.date_en,
        )
        return [SlotSet("order_status", order.status)]

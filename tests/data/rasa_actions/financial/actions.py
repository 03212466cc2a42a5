"""Actions for the financial assistant, written from rasa-sdk's published contract; the accounts are made up."""

from rasa_sdk import Action
from rasa_sdk.events import ActionExecuted, EventType, SessionStarted, SlotSet
from rasa_sdk.forms import FormValidationAction

FORMS = {
    "pay_cc": "cc_payment_form",
    "transfer_money": "transfer_money_form",
    "search_transactions": "transaction_search_form",
    "check_earnings": "transaction_search_form",
}
DESCRIPTIONS = {
    "cc_payment_form": "credit card payment",
    "transfer_money_form": "money transfer",
    "transaction_search_form": "transaction search",
}
PEOPLE = ("Katy Parrow", "Evan Oslo", "Percy Donald")
CARDS = ("iron bank", "credit all", "emblem", "justice bank", "gringots")


def entity(tracker, name):
    found = (one for one in tracker.latest_message.get("entities", []) if one["entity"] == name)
    return next(found, None)


class ActionSessionStart(Action):
    def name(self):
        return "action_session_start"

    def run(self, dispatcher, tracker, domain):
        return [SessionStarted(), SlotSet("currency", "$"), ActionExecuted("action_listen")]


class CustomForm(FormValidationAction):
    """All three begin by going on: AA_CONTINUE_FORM is asked only after several wrong answers."""

    def name(self):
        return "validate_nothing"

    async def run(self, dispatcher, tracker, domain):
        events = []
        if tracker.get_slot("AA_CONTINUE_FORM") is None and tracker.get_slot("requested_slot") is None:
            events.append(SlotSet("AA_CONTINUE_FORM", "yes"))
        return [*events, *await super().run(dispatcher, tracker, domain)]

    def validate_zz_confirm_form(self, value, dispatcher, tracker, domain):
        return {"zz_confirm_form": value if value in ("yes", "no") else None}

    def validate_AA_CONTINUE_FORM(self, value, dispatcher, tracker, domain):
        return {"AA_CONTINUE_FORM": value if value in ("yes", "no") else None}


class ValidateTransfer(CustomForm):
    def name(self):
        return "validate_transfer_money_form"

    def validate_PERSON(self, value, dispatcher, tracker, domain):
        for person in PEOPLE:
            if str(value).lower() in (person.lower(), person.split()[0].lower()):
                return {"PERSON": person}
        dispatcher.utter_message(response="utter_unknown_recipient", PERSON=value)
        return {"PERSON": None}

    def validate_amount_of_money(self, value, dispatcher, tracker, domain):
        found = entity(tracker, "amount-of-money") or entity(tracker, "number")
        amount = (found or {}).get("additional_info", {}).get("value")
        if amount is None:
            dispatcher.utter_message(response="utter_no_payment_amount")
            return {"amount-of-money": None}
        return {"amount-of-money": f"{amount:.2f}"}


class ValidatePayment(CustomForm):
    def name(self):
        return "validate_cc_payment_form"

    def validate_credit_card(self, value, dispatcher, tracker, domain):
        if str(value).lower() in CARDS:
            return {"credit_card": str(value).title()}
        dispatcher.utter_message(response="utter_no_creditcard")
        return {"credit_card": None}

    validate_amount_of_money = ValidateTransfer.validate_amount_of_money

    def validate_time(self, value, dispatcher, tracker, domain):
        info = (entity(tracker, "time") or {}).get("additional_info", {})
        if info.get("type") != "value":
            dispatcher.utter_message(response="utter_no_paymentdate")
            return {"time": None}
        return {"time": info["value"], "time_formatted": info["value"][:10], "grain": info["grain"]}


class ValidateSearch(CustomForm):
    def name(self):
        return "validate_transaction_search_form"

    def validate_time(self, value, dispatcher, tracker, domain):
        info = (entity(tracker, "time") or {}).get("additional_info", {})
        start = info["from"]["value"] if info.get("type") == "interval" else info.get("value")
        if start is None:
            dispatcher.utter_message(response="utter_no_transactdate")
            return {"time": None}
        return {
            "time": value,
            "start_time": start,
            "start_time_formatted": start[:10],
            "end_time_formatted": "now",
        }


class AskSearchConfirmation(Action):
    def name(self):
        return "action_ask_transaction_search_form_zz_confirm_form"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="Shall I search?", buttons=[{"title": "Yes", "payload": "/affirm"}])
        return []


def reset() -> list[EventType]:
    names = (
        "AA_CONTINUE_FORM",
        "zz_confirm_form",
        "amount-of-money",
        "PERSON",
        "credit_card",
        "time",
        "search_type",
    )
    return [SlotSet(name, None) for name in names]


class ActionTransferMoney(Action):
    def name(self):
        return "action_transfer_money"

    def run(self, dispatcher, tracker, domain):
        if tracker.get_slot("zz_confirm_form") == "yes":
            dispatcher.utter_message(response="utter_transfer_complete")
        else:
            dispatcher.utter_message(response="utter_transfer_cancelled")
        return reset()


class ActionPayCc(Action):
    def name(self):
        return "action_pay_cc"

    def run(self, dispatcher, tracker, domain):
        done = tracker.get_slot("zz_confirm_form") == "yes"
        dispatcher.utter_message(response="utter_cc_pay_scheduled" if done else "utter_cc_pay_cancelled")
        return reset()


class ActionTransactionSearch(Action):
    def name(self):
        return "action_transaction_search"

    def run(self, dispatcher, tracker, domain):
        if tracker.get_slot("zz_confirm_form") == "yes":
            dispatcher.utter_message(
                response="utter_found_deposit_transactions", numtransacts=3, total="120.00"
            )
        else:
            dispatcher.utter_message(response="utter_transaction_search_cancelled")
        return reset()


class ActionSwitchFormsAsk(Action):
    def name(self):
        return "action_switch_forms_ask"

    def run(self, dispatcher, tracker, domain):
        wanted = FORMS.get(tracker.latest_message["intent"]["name"])
        now = DESCRIPTIONS.get((tracker.active_loop or {}).get("name"))
        dispatcher.utter_message(text=f"Leave the {now} for the {DESCRIPTIONS.get(wanted)}?")
        return [SlotSet("next_form_name", wanted)]


class ActionSwitchFormsDeny(Action):
    def name(self):
        return "action_switch_forms_deny"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="We go on as before.")
        return [SlotSet("next_form_name", None)]


class ActionSwitchFormsAffirm(Action):
    def name(self):
        return "action_switch_forms_affirm"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="All right, the other one first.")
        return [
            SlotSet("previous_form_name", tracker.active_loop.get("name")),
            SlotSet("requested_slot", None),
            SlotSet("next_form_name", None),
            SlotSet("AA_CONTINUE_FORM", None),
        ]


class ActionSwitchBackAsk(Action):
    def name(self):
        return "action_switch_back_ask"

    def run(self, dispatcher, tracker, domain):
        before = DESCRIPTIONS.get(tracker.get_slot("previous_form_name"))
        dispatcher.utter_message(text=f"Back to the {before}?")
        return [SlotSet("previous_form_name", None)]


class ActionShowBalance(Action):
    def name(self):
        return "action_show_balance"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(response="utter_account_balance", init_account_balance="870.00")
        return []


class ActionShowRecipients(Action):
    def name(self):
        return "action_show_recipients"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(
            response="utter_recipients", formatted_recipients="\n- " + "\n- ".join(PEOPLE)
        )
        return []


class ActionShowTransferCharge(Action):
    def name(self):
        return "action_show_transfer_charge"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(response="utter_transfer_charge")
        return []

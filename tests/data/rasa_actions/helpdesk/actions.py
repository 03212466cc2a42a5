"""Actions for the helpdesk assistant, written from rasa-sdk's published contract: incidents are kept nowhere."""

from rasa_sdk import Action
from rasa_sdk.events import AllSlotsReset, SlotSet
from rasa_sdk.forms import FormValidationAction

PRIORITIES = ("low", "medium", "high")


def checked_email(value, dispatcher, tracker):
    """A yes takes the address of the incident before."""
    before = tracker.get_slot("previous_email")
    if value is True or value == "True":
        return {"email": before}
    if value is False or value == "False" or "@" not in str(value):
        if value not in (False, "False"):
            dispatcher.utter_message(response="utter_no_email", email=value)
        return {"email": None, "previous_email": None}
    return {"email": value}


class ActionAskEmail(Action):
    def name(self):
        return "action_ask_email"

    def run(self, dispatcher, tracker, domain):
        if tracker.get_slot("previous_email"):
            dispatcher.utter_message(response="utter_ask_use_previous_email")
        else:
            dispatcher.utter_message(response="utter_ask_email")
        return []


class ValidateOpenIncidentForm(FormValidationAction):
    def name(self):
        return "validate_open_incident_form"

    def validate_email(self, value, dispatcher, tracker, domain):
        return checked_email(value, dispatcher, tracker)

    def validate_priority(self, value, dispatcher, tracker, domain):
        if str(value).lower() in PRIORITIES:
            return {"priority": value}
        dispatcher.utter_message(response="utter_no_priority", priority=value)
        return {"priority": None}


class ValidateIncidentStatusForm(FormValidationAction):
    def name(self):
        return "validate_incident_status_form"

    def validate_email(self, value, dispatcher, tracker, domain):
        return checked_email(value, dispatcher, tracker)


class ActionOpenIncident(Action):
    def name(self):
        return "action_open_incident"

    def run(self, dispatcher, tracker, domain):
        email = tracker.get_slot("email")
        if not tracker.get_slot("confirm"):
            dispatcher.utter_message(response="utter_incident_creation_canceled")
        else:
            title = tracker.get_slot("incident_title")
            dispatcher.utter_message(text=f"An incident '{title}' would be opened for {email}.")
        return [AllSlotsReset(), SlotSet("previous_email", email)]


class ActionCheckIncidentStatus(Action):
    def name(self):
        return "action_check_incident_status"

    def run(self, dispatcher, tracker, domain):
        email = tracker.get_slot("email")
        dispatcher.utter_message(text=f"The incident of {email} is in progress.")
        return [AllSlotsReset(), SlotSet("previous_email", email)]


class ActionHandoffOptions(Action):
    def name(self):
        return "action_handoff_options"

    def run(self, dispatcher, tracker, domain):
        buttons = [
            {"title": "Financial Assistant", "payload": '/trigger_handoff{"handoff_to": "financial_demo"}'}
        ]
        dispatcher.utter_message(text="I can pass you to:", buttons=buttons)
        return []


class ActionHandoff(Action):
    def name(self):
        return "action_handoff"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(response="utter_handoff")
        dispatcher.utter_message(
            response="utter_wouldve_handed_off", handoffhost=tracker.get_slot("handoff_to")
        )
        return []

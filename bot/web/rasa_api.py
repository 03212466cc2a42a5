"""Rasa's HTTP API about conversations, and the routes of all of it."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from aiohttp import web

from bot.active_release import ActiveRelease
from bot.channels import rest
from bot.channels.json_body import read_json, read_object
from bot.channels.wording import clean, clean_json
from bot.dialog.builtin import BUILT_IN_ACTIONS
from bot.dialog.events import Event, OwnerSet, event_from_dict
from bot.messages import Reply
from bot.replies import parts_of
from bot.store.records import Owner
from bot.trackers import History, OtherChannel, Trackers, Verbosity
from bot.web import rasa_models
from bot.web.errors import ApiError
from bot.web.keys import RASA
from bot.web.operation import Content, operation
from bot.web.rasa_access import Access, guarded
from bot.web.rasa_models import require_model
from bot.web.rasa_story import sessions_of, story_yaml
from bot.web.reading import read_body
from bot.web.shapes import ANY, NOTHING, NUMBER, array, one_of, record, string

_LATEST_TIME = 1e11
"""Seconds since the epoch; later ones no calendar has."""
_LONGEST_TEXT = 4000
_LONGEST_ID = 500

_TRACKER = record({"sender_id": string(), "slots": {"type": "object"}, "events": ANY})
_VERBOSE = {"include_events": one_of(*get_args(Verbosity))}
_READ = {**_VERBOSE, "until": NUMBER}
_EVENT = record(
    {"event": string(empty=False)}, {"timestamp": {**NUMBER, "minimum": 0, "maximum": _LATEST_TIME}}
)
_EVENTS = {"anyOf": [_EVENT, array(_EVENT)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class RasaApi:
    """What the handlers work with."""

    access: Access
    trackers: Trackers
    releases: ActiveRelease


def attach(app: web.Application, api: RasaApi) -> None:
    """Serve Rasa's HTTP API beside our own."""
    app[RASA] = api
    app.router.add_get("/version", rasa_models.version)
    for method, path, handler in _ROUTES:
        app.router.add_route(method, path, guarded(api.access, handler))


@operation("The conversation as Rasa's tracker.", access="rasa", query=_READ, answers={200: _TRACKER})
async def tracker(request: web.Request) -> web.Response:
    """GET /conversations/{id}/tracker?include_events=&until="""
    history = await request.app[RASA].trackers.read(_id(request), until=_until(request))
    return _tracker(request, history)


@operation(
    "Erase everything that is stored of the conversation.",
    access="rasa",
    answers={204: NOTHING},
    refuses=(400,),
)
async def erase(request: web.Request) -> web.Response:
    """DELETE /conversations/{id}/tracker"""
    if not await request.app[RASA].trackers.erase(_id(request)):
        raise ApiError(404, "There is no such conversation.")
    return web.Response(status=204)


@operation(
    "Add events; with `execute_side_effects` what the bot says in them is sent to the customer.",
    access="rasa",
    query={"output_channel": string(), "execute_side_effects": string(), **_VERBOSE},
    body=_EVENTS,
    answers={200: _TRACKER},
    refuses=(409,),
)
async def append_events(request: web.Request) -> web.Response:
    """POST /conversations/{id}/tracker/events?output_channel=&execute_side_effects="""
    events = _events(read_json(await read_body(request)))
    wanted = request.query.get("execute_side_effects", "").lower() in ("true", "1")
    channel = (request.query.get("output_channel") or "latest") if wanted else None
    trackers = request.app[RASA].trackers
    history = await _on_channel(trackers.append(_id(request), events, output_channel=channel))
    return _tracker(request, history)


@operation(
    "Let these be all the events of the conversation.",
    access="rasa",
    query=_VERBOSE,
    body=_EVENTS,
    answers={200: _TRACKER},
    refuses=(409,),
)
async def replace_events(request: web.Request) -> web.Response:
    """PUT /conversations/{id}/tracker/events: these are all the events that it has"""
    events = _events(read_json(await read_body(request)))
    return _tracker(request, await request.app[RASA].trackers.replace(_id(request), events))


@operation(
    "The conversation as a test story.",
    access="rasa",
    query={"until": NUMBER, "all_sessions": string()},
    answers={200: Content(types={"application/yaml": ANY})},
)
async def story(request: web.Request) -> web.Response:
    """GET /conversations/{id}/story?until=&all_sessions="""
    history = await request.app[RASA].trackers.read(_id(request), until=_until(request))
    sessions = sessions_of(history.events)
    if request.query.get("all_sessions", "").lower() not in ("true", "1"):
        sessions = sessions[-1:]
    return web.Response(text=story_yaml(_id(request), sessions), content_type="application/yaml")


@operation(
    "Have the bot answer an intent; its words are in the answer, or with `output_channel` sent to the customer.",
    access="rasa",
    query={"output_channel": string(), **_VERBOSE},
    body=record({"name": string(empty=False)}, {"entities": ANY}),
    answers={200: record({"tracker": _TRACKER}, {"messages": array({"type": "object"})})},
    refuses=(409,),
)
async def trigger_intent(request: web.Request) -> web.Response:
    """POST /conversations/{id}/trigger_intent?output_channel= {name, entities?}"""
    data = clean_json(read_object(await read_body(request)))
    name = data.get("name")
    if not isinstance(name, str) or not name:
        raise ApiError(400, "'name' must be the name of an intent.")
    domain = require_model(request).current.assistant.domain
    if name.partition("/")[0] not in domain.intents:
        raise ApiError(404, "The intent is not part of the domain.")
    channel = request.query.get("output_channel") or None
    history, reply = await _on_channel(
        request.app[RASA].trackers.trigger(
            _id(request), name, _entities(data.get("entities")), output_channel=channel
        )
    )
    body: dict[str, Any] = {"tracker": history.as_dict(_verbosity(request))}
    if channel is None:
        body["messages"] = rest.items(reply)
    return web.json_response(body)


@operation(
    "What the bot would do next; nothing is done.",
    access="rasa",
    query=_VERBOSE,
    answers={
        200: record(
            {
                "scores": array(ANY),
                "policy": ANY,
                "confidence": ANY,
                "why": ANY,
                "runner_up": ANY,
                "tracker": _TRACKER,
            }
        )
    },
    refuses=(409,),
)
async def predict(request: web.Request) -> web.Response:
    """POST /conversations/{id}/predict"""
    domain = require_model(request).current.assistant.domain
    history, choice = await request.app[RASA].trackers.predict(_id(request))
    names = dict.fromkeys((*sorted(BUILT_IN_ACTIONS), *domain.actions, *domain.responses, *domain.forms))
    names.setdefault(choice.action)
    scores = [{"action": name, "score": choice.confidence * (name == choice.action)} for name in names]
    return web.json_response(
        {
            "scores": scores,
            "policy": choice.policy,
            "confidence": choice.confidence,
            "why": choice.why,
            "runner_up": choice.runner_up,
            "tracker": history.as_dict(_verbosity(request)),
        }
    )


@operation(
    "Add a customer's message without answering it.",
    access="rasa",
    query=_VERBOSE,
    body=record({"text": string(_LONGEST_TEXT, empty=False), "sender": {"const": "user"}}),
    answers={200: _TRACKER},
    refuses=(409,),
)
async def add_message(request: web.Request) -> web.Response:
    """POST /conversations/{id}/messages {text, sender: "user"}: heard and not answered"""
    data = read_object(await read_body(request))
    text = data.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST_TEXT:
        raise ApiError(400, f"'text' must be a text of 1 to {_LONGEST_TEXT} characters.")
    if data.get("sender") != "user":
        raise ApiError(400, "Only messages of the 'user' can be added here.")
    require_model(request)
    return _tracker(request, await request.app[RASA].trackers.hear(_id(request), clean(text).strip()))


_ROUTES: Final = (
    ("GET", "/status", rasa_models.status),
    ("POST", "/model/parse", rasa_models.parse),
    ("GET", "/domain", rasa_models.domain),
    ("PUT", "/model", rasa_models.replace),
    ("DELETE", "/model", rasa_models.unload),
    ("POST", r"/conversations/{id:[\s\S]+}/tracker/events", append_events),
    ("PUT", r"/conversations/{id:[\s\S]+}/tracker/events", replace_events),
    ("GET", r"/conversations/{id:[\s\S]+}/tracker", tracker),
    ("DELETE", r"/conversations/{id:[\s\S]+}/tracker", erase),
    ("GET", r"/conversations/{id:[\s\S]+}/story", story),
    ("POST", r"/conversations/{id:[\s\S]+}/trigger_intent", trigger_intent),
    ("POST", r"/conversations/{id:[\s\S]+}/predict", predict),
    ("POST", r"/conversations/{id:[\s\S]+}/messages", add_message),
)


def _id(request: web.Request) -> str:
    found = request.match_info["id"]
    if len(found) > _LONGEST_ID or clean(found) != found:
        raise ApiError(400, "That can be no conversation's id.")
    return found


def _tracker(request: web.Request, history: History) -> web.Response:
    return web.json_response(history.as_dict(_verbosity(request)))


def _verbosity(request: web.Request) -> Verbosity:
    text = request.query.get("include_events", "AFTER_RESTART").upper()
    if text not in get_args(Verbosity):
        raise ApiError(400, f"'include_events' is one of {', '.join(get_args(Verbosity))}.")
    return text  # type: ignore[return-value]


def _until(request: web.Request) -> float | None:
    text = request.query.get("until")
    if text is None:
        return None
    try:
        until = float(text)
    except ValueError:
        until = math.nan
    if math.isnan(until):
        raise ApiError(400, "'until' must be a time in seconds since the epoch.")
    return until


def _events(value: Any) -> tuple[Event, ...]:
    """The events in a body: one, or a list.

    Raises:
        ApiError: when one of them is none.
    """
    now = time.time()
    shapes = clean_json(value if isinstance(value, list) else [value])
    events = []
    for place, shape in enumerate(shapes):
        try:
            event = event_from_dict(shape, timestamp=now)
            rest.items(Reply(conversation_id="", channel=rest.NAME, parts=parts_of((event,))))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise ApiError(400, f"Event {place + 1} cannot be used: {error}.") from error
        if not 0 <= event.timestamp <= _LATEST_TIME:
            raise ApiError(400, f"Event {place + 1} has a 'timestamp' that is no time.")
        if isinstance(event, OwnerSet) and event.owner not in get_args(Owner):
            raise ApiError(
                400, f"Event {place + 1} has an 'owner' that is none of {', '.join(get_args(Owner))}."
            )
        events.append(event)
    return tuple(events)


def _entities(value: Any) -> dict[str, Any]:
    """Entities as Rasa takes them, an object of values or a list of objects, as values by name."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, list) or not all(
        isinstance(one, Mapping) and isinstance(one.get("entity"), str) for one in value
    ):
        raise ApiError(400, "'entities' must be an object of values, or a list of objects with 'entity'.")
    found: dict[str, list[Any]] = {}
    for one in value:
        marks = {key: one[key] for key in ("role", "group") if one.get(key)}
        shape = {"value": one.get("value"), **marks} if marks else one.get("value")
        found.setdefault(one["entity"], []).append(shape)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


async def _on_channel(work: Any) -> Any:
    try:
        return await work
    except OtherChannel as error:
        raise ApiError(400, f"The conversation is on the channel {error}.") from error

"""Each platform as the conformance kit needs it: what it sends, signed by another hand than ours, and its limits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from slack_sdk.signature import Clock, SignatureVerifier
from standardwebhooks import Webhook as StandardWebhook
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WeComCrypto

from bot.channels import accounts, wechat_crypto
from bot.channels.base import Channel, Incoming
from bot.channels.callback import Callback
from bot.channels.chatwoot import Chatwoot
from bot.channels.facebook import Facebook
from bot.channels.slack import Slack
from bot.channels.telegram import Telegram
from bot.channels.webhook import Webhook
from bot.channels.wechat import WeChat
from bot.channels.wecom import WeCom
from bot.channels.whatsapp import WhatsApp
from tests.unit import whatsapp_cloud

Json = Mapping[str, Any]
NEW, OLD, OTHER = ("a-" + "n" * 30, "a-" + "o" * 30, "a-" + "x" * 30)
AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One channel under test, opened with the secrets NEW and OLD.

    Attributes:
        said: the platform's body for a customer's text with a message id.
        wrap: a body as the platform calls with it under a secret at a time.
        ignored: bodies that are no customer's message.
        handshake: a good query with its answer, and a bad one; None where the platform has none.
        dated: signatures carry a time.
        covers_body: signatures are over the body.
        size: the length of what a payload says, and the most that it may be (0: no limit is known).
        answer: what the platform's API answers when all is well.
    """

    name: str
    open: Callable[[aiohttp.ClientSession, str], Channel]
    said: Callable[[str, str], bytes]
    wrap: Callable[[bytes, str, datetime], Incoming]
    ignored: tuple[bytes, ...] = ()
    handshake: tuple[Json, str, Json] | None = None
    dated: bool = True
    covers_body: bool = True
    size: Callable[[Json], tuple[int, int]]
    answer: Callable[[Any], Any] = lambda _: {}


def incoming(body: bytes, now: datetime, **headers: str) -> Incoming:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Incoming(headers=named, query={}, body=body, received_at=now)


def hex_hmac(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def compact(value: Any) -> bytes:
    return json.dumps(value).encode()


# ── Meta ─────────────────────────────────────────────────────────────────────────────────────────────────


def _meta(body: bytes, secret: str, now: datetime) -> Incoming:
    return incoming(body, now, X_Hub_Signature_256="sha256=" + hex_hmac(secret, body))


_HUB = {"hub.mode": "subscribe", "hub.challenge": "1158", "hub.verify_token": "known"}


def _whatsapp(session: aiohttp.ClientSession, url: str) -> Channel:
    return WhatsApp(
        phone_number_id=whatsapp_cloud.NUMBER,
        access_token="token",
        app_secrets=(NEW, OLD),
        verify_token="known",
        session=session,
        api_url=url,
    )


def _whatsapp_size(payload: Json) -> tuple[int, int]:
    if payload["type"] == "text":
        return len(payload["text"]["body"]), 4096
    if payload["type"] == "interactive":
        return len(payload["interactive"]["body"]["text"]), 1024
    return 0, 0


WHATSAPP = Case(
    name="whatsapp",
    open=_whatsapp,
    said=lambda words, number: whatsapp_cloud.from_ann(whatsapp_cloud.text(words, id=number)),
    wrap=_meta,
    ignored=(
        whatsapp_cloud.webhook(whatsapp_cloud.value(statuses=[{"id": "wamid.1", "status": "read"}])),
        whatsapp_cloud.from_ann(whatsapp_cloud.message("reaction", {"emoji": "👍"})),
        whatsapp_cloud.webhook(whatsapp_cloud.value(whatsapp_cloud.text("hi")), field="message_echoes"),
        whatsapp_cloud.webhook(whatsapp_cloud.value(whatsapp_cloud.text("hi"), number="other")),
    ),
    handshake=(_HUB, "1158", {**_HUB, "hub.verify_token": "guessed"}),
    dated=False,
    size=_whatsapp_size,
    answer=lambda _: {"messages": [{"id": "wamid.out"}]},
)


def _facebook(session: aiohttp.ClientSession, url: str) -> Channel:
    entry = accounts.FacebookAccount.model_validate(
        {"page_id": "P1", "page-access-token": "t", "secret": [NEW, OLD], "verify": "known", "api_url": url}
    )
    return Facebook(entry=entry, session=session)


def page(*events: Json, of: str = "P1") -> bytes:
    return compact({"object": "page", "entry": [{"id": of, "time": 1, "messaging": list(events)}]})


def to_page(**content: Any) -> Json:
    return {"sender": {"id": "U1"}, "recipient": {"id": "P1"}, "timestamp": 1700000000000, **content}


FACEBOOK = Case(
    name="facebook",
    open=_facebook,
    said=lambda words, number: page(to_page(message={"mid": number, "text": words})),
    wrap=_meta,
    ignored=(
        page(to_page(message={"mid": "m", "text": "hi", "is_echo": True, "app_id": 1})),
        page(to_page(read={"watermark": 1}), to_page(delivery={"mids": ["m"]})),
        page(to_page(reaction={"mid": "m", "action": "react"})),
        page(to_page(message={"mid": "m", "text": "hi"}), of="another"),
        compact({"object": "page", "entry": [{"id": "P1", "standby": [to_page(message={"mid": "m"})]}]}),
    ),
    handshake=(_HUB, "1158", {**_HUB, "hub.mode": "unsubscribe"}),
    dated=False,
    size=lambda payload: (len(payload.get("text", "")), 2000),
    answer=lambda _: {"recipient_id": "U1", "message_id": "m_out"},
)


# ── WeChat and WeCom ─────────────────────────────────────────────────────────────────────────────────────


def xml(**fields: str) -> bytes:
    inside = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>".encode()


def _wechat_text(words: str, number: str) -> bytes:
    return xml(
        ToUserName="gh_1", FromUserName="openid", CreateTime="1", MsgType="text", Content=words, MsgId=number
    )


def _wechat_event(event: str) -> bytes:
    return xml(ToUserName="gh_1", FromUserName="openid", CreateTime="1", MsgType="event", Event=event)


def sha1(*pieces: str) -> str:
    return hashlib.sha1("".join(sorted(pieces)).encode()).hexdigest()


def _wechat_plain(body: bytes, secret: str, now: datetime) -> Incoming:
    timestamp, nonce = str(int(now.timestamp())), hashlib.sha1(body).hexdigest()[:10]
    query = {"signature": sha1(secret, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    return Incoming(headers={}, query=query, body=body, received_at=now)


def encrypted(crypto: Any, body: bytes, now: datetime) -> Incoming:
    """As wechatpy, the independent party, encrypts and signs."""
    import xmltodict

    timestamp, nonce = str(int(now.timestamp())), "415670741"
    try:
        outer = xmltodict.parse(crypto.encrypt_message(body.decode(), nonce, timestamp))["xml"]
        sealed, signature = outer["Encrypt"], outer["MsgSignature"]
    except UnicodeDecodeError:  # wechatpy encrypts only text
        sealed = wechat_crypto.encrypt(AES_KEY, crypto._id, body)
        signature = sha1(crypto.token, timestamp, nonce, sealed)
    query = {"timestamp": timestamp, "nonce": nonce, "msg_signature": signature, "encrypt_type": "aes"}
    sent = xml(ToUserName="gh_1", Encrypt=sealed)
    return Incoming(headers={}, query=query, body=sent, received_at=now)


def _wechat_aes(body: bytes, secret: str, now: datetime) -> Incoming:
    return encrypted(WeChatCrypto(secret, AES_KEY, "wx1"), body, now)


def _wecom_aes(body: bytes, secret: str, now: datetime) -> Incoming:
    return encrypted(WeComCrypto(secret, AES_KEY, "ww1"), body, now)


def _wechat(session: aiohttp.ClientSession, url: str, **more: str) -> Channel:
    fields = {"app_id": "wx1", "app_secret": "s", "token": [NEW, OLD], "api_url": url, **more}
    return WeChat(entry=accounts.WeChatAccount.model_validate(fields), session=session)


def _wecom(session: aiohttp.ClientSession, url: str) -> Channel:
    fields = {"corp_id": "ww1", "agent_id": 7, "secret": "s", "token": [NEW, OLD], "aes_key": AES_KEY}
    return WeCom(entry=accounts.WeComAccount.model_validate({**fields, "api_url": url}), session=session)


def _tencent_size(payload: Json) -> tuple[int, int]:
    if payload["msgtype"] == "text":
        return len(payload["text"]["content"].encode()), 2048
    if payload["msgtype"] == "msgmenu":
        return len(payload["msgmenu"]["head_content"].encode()), 1024
    if payload["msgtype"] == "template_card":
        return len(payload["template_card"]["sub_title_text"]), 160
    return 0, 0


def tencent_answer(_request: Any) -> Json:
    return {"errcode": 0, "errmsg": "ok", "access_token": "at", "expires_in": 7200, "msgid": "out"}


_QUERY = {"timestamp": "1714036504", "nonce": "1514711492", "echostr": "4375120948345356249"}
_SHAKE = {**_QUERY, "signature": sha1(NEW, _QUERY["timestamp"], _QUERY["nonce"])}
_TENCENT: dict[str, Any] = {
    "said": _wechat_text,
    "ignored": tuple(map(_wechat_event, ("subscribe", "unsubscribe", "VIEW", "LOCATION"))),
    "size": _tencent_size,
    "answer": tencent_answer,
}

WECHAT = Case(
    name="wechat",
    open=_wechat,
    wrap=_wechat_plain,
    handshake=(_SHAKE, _QUERY["echostr"], {**_SHAKE, "nonce": "1"}),
    covers_body=False,
    **_TENCENT,
)
WECHAT_AES = Case(
    name="wechat",
    open=lambda session, url: _wechat(session, url, aes_key=AES_KEY),
    wrap=_wechat_aes,
    handshake=(_SHAKE, _QUERY["echostr"], {**_SHAKE, "signature": ""}),
    **_TENCENT,
)


def _wecom_echo() -> tuple[Json, str, Json]:
    from wechatpy.enterprise.crypto import PrpCrypto

    echo = PrpCrypto(base64.b64decode(AES_KEY + "=")).encrypt("1616140317555161061", "ww1").decode()
    query = {"timestamp": "1409659589", "nonce": "263014780", "echostr": echo}
    good = {**query, "msg_signature": sha1(NEW, *query.values())}
    return good, "1616140317555161061", {**good, "nonce": "2"}


WECOM = Case(name="wecom", open=_wecom, wrap=_wecom_aes, handshake=_wecom_echo(), **_TENCENT)


# ── the others ───────────────────────────────────────────────────────────────────────────────────────────


class _At(Clock):
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> float:
        return self._now.timestamp()


def _slack_wrap(body: bytes, secret: str, now: datetime) -> Incoming:
    timestamp = str(int(now.timestamp()))
    verifier = SignatureVerifier(secret, _At(now))
    signed = f"v0:{timestamp}:".encode() + body
    try:
        signature = verifier.generate_signature(timestamp=timestamp, body=body) or ""
    except UnicodeDecodeError:  # slack-sdk signs only text
        signature = "v0=" + hex_hmac(secret, signed)
    return incoming(body, now, X_Slack_Request_Timestamp=timestamp, X_Slack_Signature=signature)


def slack_event(event: Json, number: str = "Ev1") -> bytes:
    return compact(
        {
            "type": "event_callback",
            "team_id": "T1",
            "event_id": number,
            "authorizations": [{"user_id": "UBOT", "is_bot": True}],
            "event": {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", **event},
        }
    )


def slack_press(value: str, **more: Any) -> bytes:
    payload = {
        "type": "block_actions",
        "user": {"id": "U1"},
        "team": {"id": "T1"},
        "container": {"channel_id": "D1", "message_ts": "1.1"},
        "actions": [{"type": "button", "value": value, "action_ts": "1700000001.5", "action_id": "choice-0"}],
        **more,
    }
    return b"payload=" + quote_plus(json.dumps(payload)).encode()


def _slack(session: aiohttp.ClientSession, url: str) -> Channel:
    fields = {"slack_token": "xoxb-1", "slack_signing_secret": [NEW, OLD], "api_url": f"{url}/api"}
    return Slack(entry=accounts.SlackAccount.model_validate(fields), session=session)


def _slack_size(payload: Json) -> tuple[int, int]:
    if payload.get("blocks", [{}])[0].get("type") == "section":
        return len(payload["blocks"][0]["text"]["text"]), 3000
    return len(payload["text"]), 4000


SLACK = Case(
    name="slack",
    open=_slack,
    said=lambda words, number: slack_event(
        {"text": escape(words, quote=False), "ts": f"1700000000.{number}"}, number
    ),
    wrap=_slack_wrap,
    ignored=(
        slack_event({"text": "hi", "ts": "1.1", "bot_id": "B1"}),
        slack_event({"text": "hi", "ts": "1.1", "user": "UBOT"}),
        slack_event({"subtype": "message_changed", "ts": "1.1", "message": {"text": "hi"}}),
        slack_event({"subtype": "message_deleted", "ts": "1.1"}),
        slack_event({"subtype": "bot_message", "ts": "1.1", "text": "hi"}),
        slack_event({"text": "not to us", "ts": "1.1", "channel": "C1", "channel_type": "channel"}),
        compact({"type": "app_rate_limited", "team_id": "T1"}),
    ),
    size=_slack_size,
    answer=lambda _: {"ok": True, "ts": "1700000002.1"},
)


def _telegram_wrap(body: bytes, secret: str, now: datetime) -> Incoming:
    return incoming(body, now, X_Telegram_Bot_Api_Secret_Token=secret)


def telegram_update(number: int, **content: Any) -> bytes:
    return compact({"update_id": number, **content})


def telegram_message(**content: Any) -> Json:
    user = {"id": 77, "is_bot": False, "first_name": "Ann"}
    chat = {"id": 77, "type": "private"}
    return {"message_id": 5, "date": 1700000000, "chat": chat, "from": user, **content}


def telegram_answer(request: Any) -> Json:
    if request.path.endswith("/getMe"):
        return {"ok": True, "result": {"id": 123, "is_bot": True, "first_name": "Bot", "username": "bot"}}
    return {"ok": True, "result": {"message_id": 9, "date": 1, "chat": {"id": 77, "type": "private"}}}


def _telegram(session: aiohttp.ClientSession, url: str) -> Channel:
    fields = {"access_token": "123:abc", "secret_token": [NEW, OLD], "api_url": url}
    return Telegram(entry=accounts.TelegramAccount.model_validate(fields), session=session)


TELEGRAM = Case(
    name="telegram",
    open=_telegram,
    said=lambda words, number: telegram_update(int(number), message=telegram_message(text=words)),
    wrap=_telegram_wrap,
    ignored=(
        telegram_update(1, edited_message=telegram_message(text="hi")),
        telegram_update(1, message=telegram_message(text="hi", **{"from": {"id": 1, "is_bot": True}})),
        telegram_update(1, message=telegram_message(new_chat_title="x")),
        telegram_update(1, my_chat_member={"chat": {"id": 77}}),
        telegram_update(1, channel_post=telegram_message(text="hi")),
    ),
    dated=False,
    covers_body=False,
    size=lambda payload: (len(payload.get("text", "").encode("utf-16-le")) // 2, 4096),
    answer=telegram_answer,
)


def _chatwoot_wrap(body: bytes, secret: str, now: datetime) -> Incoming:
    timestamp = str(int(now.timestamp()))
    signature = "sha256=" + hex_hmac(secret, f"{timestamp}.".encode() + body)
    return incoming(body, now, X_Chatwoot_Timestamp=timestamp, X_Chatwoot_Signature=signature)


def chatwoot_event(**changes: Any) -> bytes:
    data: dict[str, Any] = {
        "event": "message_created",
        "id": 9,
        "content": "hi",
        "message_type": "incoming",
        "private": False,
        "account": {"id": 1},
        "sender": {"name": "Ann"},
        "conversation": {"id": 42, "status": "pending"},
    }
    return compact({**data, **changes})


def _chatwoot(session: aiohttp.ClientSession, url: str) -> Channel:
    fields = {"account_id": 1, "access_token": "t", "secret": [NEW, OLD], "api_url": url}
    return Chatwoot(entry=accounts.ChatwootAccount.model_validate(fields), session=session)


CHATWOOT = Case(
    name="chatwoot",
    open=_chatwoot,
    said=lambda words, number: chatwoot_event(content=words, id=int(number)),
    wrap=_chatwoot_wrap,
    ignored=(
        chatwoot_event(message_type="outgoing"),
        chatwoot_event(message_type="template"),
        chatwoot_event(message_type="activity"),
        chatwoot_event(private=True),
        chatwoot_event(conversation={"id": 42, "status": "open"}),
        chatwoot_event(event="message_updated"),
        chatwoot_event(event="conversation_resolved"),
        chatwoot_event(account={"id": 2}),
    ),
    size=lambda payload: (len(payload["content"]), 4000),
    answer=lambda _: {"id": 10},
)


def whsec(secret: str) -> str:
    return "whsec_" + base64.b64encode(secret.encode()).decode()


def _standard(body: bytes, secret: str, now: datetime) -> Incoming:
    number = "msg_" + hashlib.sha1(body).hexdigest()
    try:
        data = body.decode()
    except UnicodeDecodeError:  # the reference library signs only text
        signed = f"{number}.{int(now.timestamp())}.".encode() + body
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(digest).decode()
    else:
        signature = StandardWebhook(whsec(secret)).sign(number, now, data)
    return incoming(
        body,
        now,
        webhook_id=number,
        webhook_timestamp=str(int(now.timestamp())),
        webhook_signature=signature,
    )


def _webhook(session: aiohttp.ClientSession, url: str) -> Channel:
    fields = {"url": f"{url}/in", "secret": [whsec(NEW), whsec(OLD)]}
    return Webhook(entry=accounts.WebhookAccount.model_validate(fields), session=session)


def _callback(session: aiohttp.ClientSession, url: str) -> Channel:
    fields = {"url": f"{url}/in", "secret": [whsec(NEW), whsec(OLD)]}
    return Callback(entry=accounts.CallbackAccount.model_validate(fields), session=session)


def _rest_body(words: str, number: str) -> bytes:
    return compact({"sender": "7", "message": words, "metadata": {"message_id": number}})


WEBHOOK = Case(name="webhook", open=_webhook, said=_rest_body, wrap=_standard, size=lambda payload: (0, 0))
CALLBACK = Case(name="callback", open=_callback, said=_rest_body, wrap=_standard, size=lambda payload: (0, 0))

CASES = {
    "whatsapp": WHATSAPP,
    "wechat": WECHAT,
    "wechat-aes": WECHAT_AES,
    "wecom": WECOM,
    "slack": SLACK,
    "telegram": TELEGRAM,
    "facebook": FACEBOOK,
    "chatwoot": CHATWOOT,
    "webhook": WEBHOOK,
    "callback": CALLBACK,
}

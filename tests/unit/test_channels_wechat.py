"""WeChat and WeCom: Tencent's published vectors, wechatpy as the independent party, and what counts as said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from bot.channels import wechat_crypto
from bot.channels.accounts import WeComAccount
from bot.channels.base import BadMessage, Incoming
from bot.channels.wechat_inbound import message, read_fields
from bot.channels.wecom import WeCom
from bot.messages import Attachment, Button, Message, Part
from tests.channel_cases import AES_KEY, NEW, WECHAT, WECHAT_AES, WECOM, xml
from tests.channel_conformance import NOW, opened

# Tencent's own examples (the pages on message encryption) and one of wechatpy's tests.
OFFICIAL_KEY = "A" * 43
OFFICIAL_SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv"
    "6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNq"
    "J4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
WECOM_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
WECOM_CORP = "wx5823bf96d3bd56c7"
WECOM_SEALED = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
    "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
    "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
    "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
    "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)
THIRD_PARTY_TEXT = (
    "<xml>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[test]]></Content>\n"
    "<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>\n"
    "<ToUserName><![CDATA[messense]]></ToUserName>\n<AgentID>1</AgentID>\n"
    "<CreateTime>1411525903</CreateTime>\n</xml>"
)
THIRD_PARTY_SEALED = (
    "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8GqxlhZgURn"
    "AtObvesEl5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qvSUCUld+/WIXrx0oy"
    "KQmpB6o8NRrrNrsDf03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQyPR+mf1nDnAtQmmNOuiR5MIkd"
    "Q39xn1vWwi1O5oazPoQJz0nTYjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3"
)


@pytest.mark.parametrize(
    ("pieces", "signature"),
    [
        (("AAAAA", "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("AAAAA", "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("AAAAA", "1714112445", "415670741", OFFICIAL_SEALED), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        (("QDG6eK", "1409659813", "1372623149", WECOM_SEALED), "477715d11cdb4164915debcba66cb864d751f3e6"),
        (
            ("123456", "1411525903", "461056294", THIRD_PARTY_SEALED),
            "407518b7649e86ef23978113f92d27afa9296533",
        ),
    ],
)
def test_published_signatures(pieces: tuple[str, ...], signature: str) -> None:
    token, *signed = pieces
    assert wechat_crypto.sign(*pieces) == signature
    assert wechat_crypto.verify((token,), signature, *signed)
    assert not wechat_crypto.verify((token + "x",), signature, *signed)
    assert not wechat_crypto.verify((), signature, *signed)
    assert not wechat_crypto.verify((token,), signature, *signed[:-1], None)


@given(token=st.text(max_size=20), timestamp=st.text(max_size=12), nonce=st.text(max_size=12))
def test_wechatpy_believes_what_we_sign(token: str, timestamp: str, nonce: str) -> None:
    try:
        check_signature(token, wechat_crypto.sign(token, timestamp, nonce), timestamp, nonce)
    except UnicodeEncodeError:
        return  # it takes no halves of surrogate pairs
    with pytest.raises(InvalidSignatureException):
        check_signature(token, wechat_crypto.sign(token, timestamp, nonce, "more"), timestamp, nonce)


def test_published_messages_decrypt() -> None:
    event = wechat_crypto.decrypt(OFFICIAL_KEY, "wxba5fad812f8e6fb9", OFFICIAL_SEALED)
    assert json.loads(event)["debug_str"] == "hello world"
    fields = read_fields(wechat_crypto.decrypt(WECOM_KEY, WECOM_CORP, WECOM_SEALED))
    assert (fields["Content"], fields["FromUserName"]) == ("hello", "mycreate")
    assert (fields["MsgId"], fields["AgentID"]) == ("4561255354251345929", "218")


def test_the_published_encryption_is_ours() -> None:
    key = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
    sealed = wechat_crypto.encrypt(
        key, "wx49f0ab532d5d035a", THIRD_PARTY_TEXT.encode(), random=b"1234567890123456"
    )
    assert sealed == THIRD_PARTY_SEALED
    assert wechat_crypto.decrypt(key, "wx49f0ab532d5d035a", sealed).decode() == THIRD_PARTY_TEXT


@given(message=st.binary(max_size=200))
def test_what_is_encrypted_decrypts_for_its_receiver_alone(message: bytes) -> None:
    sealed = wechat_crypto.encrypt(AES_KEY, "wx1", message)
    assert wechat_crypto.decrypt(AES_KEY, "wx1", sealed) == message
    for key, receiver in ((AES_KEY, "wx2"), (OFFICIAL_KEY, "wx1"), (AES_KEY, "")):
        with pytest.raises(BadMessage):
            wechat_crypto.decrypt(key, receiver, sealed)


def test_wechatpy_decrypts_what_we_encrypt() -> None:
    sealed = wechat_crypto.encrypt(AES_KEY, "wx1", "你好".encode())
    signature = wechat_crypto.sign(NEW, "1", "2", sealed)
    plain = WeChatCrypto(NEW, AES_KEY, "wx1").decrypt_message({"Encrypt": sealed}, signature, "1", "2")
    assert plain in ("你好", "你好".encode())


@given(sealed=st.text(max_size=60) | st.binary(max_size=64).map(lambda raw: raw.decode("latin-1")))
def test_noise_is_a_bad_message(sealed: str) -> None:
    with pytest.raises(BadMessage):
        wechat_crypto.decrypt(AES_KEY, "wx1", sealed)


async def test_the_published_url_check_of_wecom() -> None:
    async with aiohttp.ClientSession() as session:
        fields = {
            "corp_id": WECOM_CORP,
            "agent_id": 218,
            "secret": "s",
            "token": "QDG6eK",
            "aes_key": WECOM_KEY,
        }
        channel = WeCom(entry=WeComAccount.model_validate(fields), session=session)
        query = {
            "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
            "timestamp": "1409659589",
            "nonce": "263014780",
            "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
        }
        assert channel.handshake(query) == "1616140317555161061"


async def test_a_captured_plain_signature_serves_no_other_body() -> None:
    async with opened(WECHAT) as channel:
        call = WECHAT.wrap(WECHAT.said("hi", "1"), NEW, NOW)
        assert channel.verify(call)
        assert channel.verify(call)  # the platform's retry
        assert not channel.verify(replace(call, body=WECHAT.said("forged", "2")))


async def test_with_a_key_nothing_plain_is_taken() -> None:
    async with opened(WECHAT_AES) as channel:
        assert not channel.verify(WECHAT.wrap(WECHAT.said("hi", "1"), NEW, NOW))


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><Content>&a;</Content></xml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml></xml>',
        b"<xml>" + b"x" * 300_000 + b"</xml>",
        b"<xml>\xff\xfe</xml>",
        b'<?xml version="1.0" encoding="nonsense"?><xml></xml>',
        b"",
    ],
)
def test_dangerous_or_broken_xml_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        read_fields(body)


def read(**fields: str) -> Message | None:
    named = {"FromUserName": "openid", "CreateTime": "1", "MsgId": "1", **fields}
    return message(named, channel="wechat", account="wx1", received_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("fields", "said", "attachments"),
    [
        ({"MsgType": "text", "Content": "好", "bizmsgmenuid": "/yes"}, "/yes", ()),
        ({"MsgType": "event", "Event": "CLICK", "EventKey": "/hours"}, "/hours", ()),
        ({"MsgType": "event", "Event": "template_card_event", "EventKey": "/yes"}, "/yes", ()),
        (
            {"MsgType": "image", "MediaId": "M1", "PicUrl": "http://x"},
            "",
            (Attachment(kind="image", reference="wechat-media:M1"),),
        ),
        (
            {"MsgType": "voice", "MediaId": "M2", "Format": "amr", "Recognition": "我的包裹呢"},
            "我的包裹呢",
            (Attachment(kind="audio", reference="wechat-media:M2", mime_type="audio/amr"),),
        ),
        (
            {"MsgType": "location", "Location_X": "23.1", "Location_Y": "113.3", "Label": "广州"},
            "",
            (Attachment(kind="location", reference="geo:23.1,113.3", name="广州"),),
        ),
        ({"MsgType": "sometime"}, "", (Attachment(kind="file", reference="wechat-sometime:"),)),
    ],
)
def test_kinds_of_messages(fields: dict[str, str], said: str, attachments: tuple[Attachment, ...]) -> None:
    found = read(**fields)
    assert found is not None
    assert (found.text, found.attachments) == (said, attachments)


def test_two_presses_are_two_messages_and_one_press_is_one() -> None:
    press = {"MsgType": "event", "Event": "CLICK", "EventKey": "/hours", "MsgId": ""}
    first, again, later = read(**press), read(**press), read(**{**press, "CreateTime": "2"})
    assert first is not None
    assert again is not None
    assert later is not None
    assert first.id == again.id != later.id


async def test_a_message_to_another_application_of_the_company_is_not_ours() -> None:
    async with opened(WECOM) as channel:
        body = xml(FromUserName="u", CreateTime="1", MsgType="text", Content="hi", MsgId="1", AgentID="8")
        call: Incoming = WECOM.wrap(body, NEW, NOW)
        assert channel.verify(call)
        assert channel.parse(call).messages == ()


async def test_choices_are_a_menu_on_wechat_and_a_card_on_wecom() -> None:
    part = Part(
        text="哪一个？",
        buttons=(Button(title="台灯", payload="/lamp"), Button(title="桌子", payload="/desk")),
    )
    async with opened(WECHAT) as channel:
        (menu,) = channel.render([part])
        assert menu["msgmenu"]["head_content"] == "哪一个？"
        assert [one["id"] for one in menu["msgmenu"]["list"]] == ["/lamp", "/desk"]
    async with opened(WECOM) as channel:
        (card,), (again,) = channel.render([part]), channel.render([part])
        assert [one["key"] for one in card["template_card"]["button_list"]] == ["/lamp", "/desk"]
        assert card["template_card"]["task_id"] != again["template_card"]["task_id"]

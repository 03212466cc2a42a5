"""credentials.yml: secrets by name, Rasa's names, and errors that say where and what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.channels.accounts import FacebookAccount, SlackAccount, WeChatAccount
from bot.credentials import Credentials, load_credentials, refuse_literal_secrets
from bot.errors import SettingsError
from encoders.errors import InputError

KEY = "A" * 43
WHSEC = "whsec_" + "QUJD" * 8


def load(folder: Path, text: str, **environment: str) -> Credentials:
    (folder / "credentials.yml").write_text(text, encoding="utf-8")
    return load_credentials(folder, environment)


def test_secrets_come_from_the_environment_and_stay_out_of_sight(tmp_path: Path) -> None:
    text = 'slack:\n  bot_token: ${TOKEN}\n  signing_secret: ["${NEW}", "${OLD}"]\n'
    found = load(tmp_path, text, TOKEN="xoxb-1", NEW="n1", OLD="o1")
    account: Any = found.channels["slack"]
    assert isinstance(account, SlackAccount)
    assert [one.get_secret_value() for one in account.signing_secret] == ["n1", "o1"]
    assert not any(secret in repr(found) for secret in ("xoxb-1", "n1", "o1"))
    assert found.literal == ()
    refuse_literal_secrets(found, "0.0.0.0")


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TOKEN"):
        load(tmp_path, 'slack: {bot_token: "${TOKEN}", signing_secret: s}')


def test_rasas_names_are_known(tmp_path: Path) -> None:
    text = """
slack: {slack_token: t, slack_signing_secret: s}
facebook: {page_id: 1, verify: v, secret: s, page-access-token: t}
socketio:
rest:
"""
    found = load(tmp_path, text)
    assert isinstance(found.channels["slack"], SlackAccount)
    assert isinstance(found.channels["facebook"], FacebookAccount)
    assert set(found.channels) == {"slack", "facebook", "socketio"}
    written = {"slack.slack_token", "slack.slack_signing_secret", "facebook.verify", "facebook.secret"}
    assert set(found.literal) == {*written, "facebook.page-access-token"}
    with pytest.raises(SettingsError, match="slack_token"):
        refuse_literal_secrets(found, "0.0.0.0")
    refuse_literal_secrets(found, "127.0.0.1")


def test_secrets_in_headers_count(tmp_path: Path) -> None:
    found = load(tmp_path, 'callback: {url: "https://x.example", headers: {Authorization: Bearer 1}}')
    assert found.literal == ("callback.headers",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slak: {}", "Did you mean 'slack'"),
        ("slack:\n  bot_token: t\n  signing_secret: s\n  bot_tokn: t", "bot_tokn"),
        ("slack:\n  bot_token: t", "signing_secret"),
        ("slack:\n  bot_token: t\n  signing_secret: [a, b, c]", "signing_secret"),
        ("slack:\n  bot_token: t\n  signing_secret: \"\"", "signing_secret"),
        ("telegram:\n  access_token: t", "secret_token"),
        ("wechat: {app_id: a, app_secret: s, token: t, aes_key: short}", "43 characters"),
        ("webhook: {url: \"https://x.example\", secret: plain}", "whsec_"),
        ("webhook: {url: \"http://x.example\", secret: " + WHSEC + "}", "https://"),
        ("chatwoot: {api_url: \"https://x.example\", account_id: 1, access_token: t}", "url_token"),
        ("socketio: {jwt_key: short}", "jwt_key"),
        ("socketio: {jwt_method: none}", "jwt_method"),
        ("whatsapp:", "phone_number_id"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_where(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises((SettingsError, InputError)) as told:
        load(tmp_path, text)
    assert words in str(told.value)
    assert "credentials.yml" in str(told.value)


def test_a_plain_account_of_wechat_is_fine(tmp_path: Path) -> None:
    found = load(tmp_path, f"wechat: {{app_id: wx1, app_secret: s, token: t, aes_key: {KEY}}}")
    account: Any = found.channels["wechat"]
    assert isinstance(account, WeChatAccount)
    assert account.aes_key.get_secret_value() == KEY


def test_no_file_is_no_channel(tmp_path: Path) -> None:
    assert load_credentials(tmp_path, {}).channels == {}

"""Signatures: published vectors, an independent implementation, and whatever strangers put into headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pywa.utils import webhook_updates_validator

from bot.channels.signing import same, sign_hmac_hex, verify_hmac_hex

# (secret, body, signature): one from the hexdocs page of whatsapp_sdk, one that pywa agrees with.
VECTORS = [
    ("secret", b"test", "sha256=0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914"),
    (
        "appsecret",
        b'{"object":"page"}',
        "sha256=b38a2f589e8e63c7fc3318ee5fad162aa1c05bd62cb1ec87c9a61641619505e2",
    ),
]


@pytest.mark.parametrize(("secret", "body", "signature"), VECTORS)
def test_known_signatures_are_right_and_their_neighbours_wrong(
    secret: str, body: bytes, signature: str
) -> None:
    assert verify_hmac_hex((secret,), body, signature, prefix="sha256=")
    assert not verify_hmac_hex((secret,), body + b" ", signature, prefix="sha256=")
    assert not verify_hmac_hex((secret + "x",), body, signature, prefix="sha256=")
    assert not verify_hmac_hex((secret,), body, signature[:-1], prefix="sha256=")
    assert not verify_hmac_hex((secret,), body, signature.removeprefix("sha256="), prefix="sha256=")


@given(secret=st.text(min_size=1), body=st.binary())
def test_pywa_accepts_what_we_sign(secret: str, body: bytes) -> None:
    try:
        secret.encode()
    except UnicodeEncodeError:
        return  # pywa takes no such secret
    assert webhook_updates_validator(secret, body, "sha256=" + sign_hmac_hex(secret, body))


@given(
    signature=st.one_of(
        st.none(), st.text(), st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape"))
    )
)
def test_no_header_raises_or_passes(signature: str | None) -> None:
    assert not verify_hmac_hex(("secret",), b"body", signature, prefix="sha256=")
    assert not verify_hmac_hex(("secret",), b"body", f"sha256={signature}", prefix="sha256=")


def test_two_secrets_are_valid_while_one_replaces_the_other() -> None:
    both = ("new", "old")
    assert verify_hmac_hex(both, b"x", sign_hmac_hex("old", b"x"))
    assert verify_hmac_hex(both, b"x", sign_hmac_hex("new", b"x"))
    assert not verify_hmac_hex(both, b"x", sign_hmac_hex("older", b"x"))


def test_without_a_secret_nothing_is_right() -> None:
    assert not verify_hmac_hex((), b"x", sign_hmac_hex("", b"x"))
    assert not verify_hmac_hex(("",), b"x", sign_hmac_hex("", b"x"))


@given(st.text(), st.text())
def test_same_is_equality(one: str, other: str) -> None:
    assert same(one, one)
    assert same(one, other) == (one == other)

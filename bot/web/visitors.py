"""Who writes in the chat: a visitor's signed tokens, and a shop's own for its customers.

A visitor has two tokens: one of a quarter of an hour that goes with every request, and one that only gets a new
pair. Which conversations are theirs is in the conversation's id, so that no list of rights has to be kept.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.web.errors import ApiError

CHANNEL: Final = "web"
TOKEN_S: Final = 15 * 60.0
REMEMBERED_S: Final = 30 * 86_400.0
"""An anonymous visitor who comes back within this time finds the last chat."""
SIGNED_IN_S: Final = 12 * 3600.0
"""A customer whom the shop vouched for stays so while the page is open, at most this long."""
SHORTEST_SECRET: Final = 32

_LONGEST_VOUCH_S = 86_400.0
_LONGEST_ID = 200
_ALGORITHM = "HS256"
_ISSUER = "kefu"
# With the separator of `bot.channels.rest`, which keeps senders there from being conversations here.
_CONVERSATION = re.compile(r"web:([A-Za-z0-9_-]{24})\.[A-Za-z0-9_-]{8,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody in the chat.

    Attributes:
        id: 24 characters; with it alone nothing can be done.
        customer: the shop's id of a customer whom it vouched for; empty for everybody else.
        until: when the token ends that was shown, in seconds since the epoch.
    """

    id: str
    customer: str = ""
    until: float

    def owns(self, conversation_id: object) -> bool:
        """Whether this is the id of a conversation of theirs, begun or not."""
        found = _CONVERSATION.fullmatch(conversation_id) if isinstance(conversation_id, str) else None
        return found is not None and found[1] == self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """Gives visitors their tokens and reads them.

    Attributes:
        key: signs the tokens; where none is given they end with the process.
        customers: the secret that the shop signs its customers' identity with; empty where it has none.
    """

    key: str = field(default_factory=lambda: secrets.token_urlsafe(SHORTEST_SECRET), repr=False)
    customers: str = field(default="", repr=False)
    now: Callable[[], float] = time.time

    def met(self) -> dict[str, Any]:
        """Tokens of somebody new: `{visitor, token, expires_in, renewal}`."""
        return self._tokens(secrets.token_urlsafe(18), "", self.now() + REMEMBERED_S)

    def vouched_for(self, identity: str) -> dict[str, Any]:
        """Tokens of a customer: the shop's JWT says with `sub` who it is, with `aud` `kefu`, and ends within a day.

        Raises:
            ApiError: 401 where it does not, or where the server has no secret for it.
        """
        claims = self._claims(identity, self.customers, "kefu")
        customer, until = claims["sub"], claims["exp"]
        if not 0 < len(customer) <= _LONGEST_ID or until > self.now() + _LONGEST_VOUCH_S:
            raise ApiError(401, "The customer's identity must name who it is and end within a day.")
        digest = hashlib.sha256(f"customer:{customer}".encode("utf-8", "surrogatepass")).digest()
        return self._tokens(urlsafe_b64encode(digest[:18]).decode(), customer, self.now() + SIGNED_IN_S)

    def renewed(self, renewal: str) -> dict[str, Any]:
        """New tokens for the one that renews. A customer's end when they would have, an anonymous visitor's later.

        Raises:
            ApiError: 401 where it is not right or too old.
        """
        claims = self._claims(renewal, self.key, "renewal")
        customer = str(claims.get("customer", ""))
        ends = float(claims["exp"]) if customer else self.now() + REMEMBERED_S
        return self._tokens(claims["sub"], customer, ends)

    def visitor(self, token: str) -> Visitor:
        """Whose token this is.

        Raises:
            ApiError: 401 where it is not right or too old.
        """
        claims = self._claims(token, self.key, "chat")
        return Visitor(id=claims["sub"], customer=str(claims.get("customer", "")), until=float(claims["exp"]))

    def _tokens(self, visitor: str, customer: str, ends: float) -> dict[str, Any]:
        until = min(self.now() + TOKEN_S, ends)
        return {
            "visitor": visitor,
            "token": self._signed(visitor, customer, "chat", until),
            "expires_in": max(int(until - self.now()), 0),
            "renewal": self._signed(visitor, customer, "renewal", ends),
        }

    def _signed(self, visitor: str, customer: str, audience: str, until: float) -> str:
        import jwt

        claims = {"iss": _ISSUER, "aud": audience, "sub": visitor, "exp": int(until)}
        return jwt.encode({**claims, **({"customer": customer} if customer else {})}, self.key, _ALGORITHM)

    def _claims(self, token: str, key: str, audience: str) -> Mapping[str, Any]:
        import jwt

        issuer = None if audience == _ISSUER else _ISSUER  # the shop's own name is no matter of ours
        try:
            if not key:
                raise jwt.InvalidTokenError
            # The one algorithm and not what the token says: `none` and public keys as secrets are old tricks.
            # The clock is ours, so `exp` is held against it here.
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=audience,
                issuer=issuer,
                options={"require": ["exp", "sub", "aud"], "verify_exp": False, "verify_iat": False},
            )
            if not isinstance(claims["sub"], str) or float(claims["exp"]) <= self.now():
                raise jwt.InvalidTokenError
        except (jwt.InvalidTokenError, TypeError, ValueError, OverflowError) as error:
            raise ApiError(401, "Who you are could not be confirmed, or is too long ago.") from error
        return claims

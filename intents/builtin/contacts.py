"""E-mail addresses, web addresses and telephone numbers."""

from __future__ import annotations

import re
from typing import Final

from intents.builtin.found import Found, longest

_EMAIL: Final = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+%-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])", re.ASCII
)
_URL: Final = re.compile(
    r"(?<![\w@.])(?:https?://|www\.)[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[^\s<>\"'，。；！？、（）]*)?"
    r"|(?<![\w@.])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|io|cn|de|uk|eu|edu|gov|co)(?:/[^\s<>\"'，。；！？、（）]*)?(?![\w@])",
    re.ASCII,
)


def find_emails(text: str) -> list[Found]:
    return longest(
        Found(entity="email", value=match[0], start=match.start(), end=match.end(), info={"value": match[0]})
        for match in _EMAIL.finditer(text)
    )


def find_urls(text: str) -> list[Found]:
    """Web addresses with a scheme, with `www.`, or under a common ending; none inside an e-mail address."""
    emails = [range(one.start, one.end) for one in find_emails(text)]
    found = []
    for match in _URL.finditer(text):
        address = match[0].rstrip(".,;:!?)")
        if not any(match.start() in span for span in emails):
            end = match.start() + len(address)
            found.append(
                Found(entity="url", value=address, start=match.start(), end=end, info={"value": address})
            )
    return longest(found)


def find_phones(text: str, *, region: str) -> list[Found]:
    """Valid telephone numbers, the value in international form (E.164).

    Args:
        region: where numbers without a country code are taken to be from, such as `US` or `CN`.
    """
    if sum(character.isdigit() for character in text) < 6:
        return []
    import phonenumbers

    return longest(
        Found(
            entity="phone-number",
            value=phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164),
            start=match.start,
            end=match.end,
            info={"value": match.raw_string},
        )
        for match in phonenumbers.PhoneNumberMatcher(text, region)
    )

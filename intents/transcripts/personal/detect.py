"""All personal data in a text."""

from __future__ import annotations

from encoders.text import HAN
from intents.transcripts.personal.addresses import find_addresses
from intents.transcripts.personal.chinese_addresses import find_chinese_addresses
from intents.transcripts.personal.chinese_names import find_chinese_names, find_names_beside
from intents.transcripts.personal.codes import find_codes
from intents.transcripts.personal.contacts import find_contacts
from intents.transcripts.personal.english_names import find_english_names
from intents.transcripts.personal.lower_names import find_lower_names
from intents.transcripts.personal.numbers import find_numbers
from intents.transcripts.personal.span import Span, without_overlaps

_HALF_WIDTH = {
    0xFEE0 + code: code for code in (*range(48, 58), *range(65, 91), *range(97, 123), *map(ord, "@.-_#/?=&"))
}


def find_personal_data(text: str) -> list[Span]:
    """The text's personal data, in order and without overlaps.

    Types: name, phone, email, card, iban, id_number, address, plate, order_number, tracking_number, and url for
    links that carry a token.
    """
    found: list[Span] = []
    text = text.translate(_HALF_WIDTH)  # as many characters as before
    if any(map(str.isdigit, text)):
        found += find_numbers(text)
        found += find_codes(text)
        found += find_addresses(text)
    found += find_contacts(text)
    found += find_english_names(text)
    found += find_lower_names(text)
    if HAN.search(text):
        found += find_chinese_addresses(text)
        found += find_chinese_names(text)
        found += find_names_beside(text, without_overlaps(found))
    return without_overlaps(found)

"""PDF files written by hand: what stands where on their pages, and the Markdown that becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.chunk import chunks
from knowledge.ingest import read_documents
from knowledge.ingest.pdf_letters import plain

pytestmark = pytest.mark.integration

Text = tuple[float, float, float, str]
"""x and y in points from the lower left corner, the font's size, and what is written there."""


def placed_pdf(pages: Sequence[Sequence[Text]]) -> bytes:
    """A PDF file with texts at places."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, texts in enumerate(pages):
        drawn = "".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, size, text in texts)
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * number} 0 R"
            f"/Resources<</Font<</F1 3 0 R>>>>>>".encode(),
            b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn.encode("latin-1")),
        ]
    data, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def text_of(tmp_path: Path, *pages: Sequence[Text]) -> str:
    (tmp_path / "a.pdf").write_bytes(placed_pdf(pages))
    (document,) = read_documents([tmp_path])
    return document.text


def test_larger_lines_are_headings_and_passages_stand_under_them(tmp_path: Path) -> None:
    texts = [
        (50, 800, 24, "Shipping"),
        (50, 770, 11, "We send parcels every weekday, and what it costs depends on where it is going to"),
        (50, 756, 11, "and on how heavy it is."),
        (50, 720, 16, "What we can-"),
        (50, 700, 16, "not send"),
        (50, 680, 11, "Gas and fuel."),
    ]
    assert text_of(tmp_path, texts) == (
        "# Shipping\n\nWe send parcels every weekday, and what it costs depends on where it is going to and on how "
        "heavy it is.\n\n## What we cannot send\n\nGas and fuel."
    )
    (document,) = read_documents([tmp_path])
    assert document.title == "Shipping"
    assert chunks(document)[0].title == "Shipping"


def test_what_stands_in_columns_is_a_table_also_with_figures_at_their_right(tmp_path: Path) -> None:
    rows = [("Country", "Price", "Days"), ("Northern Ireland", "5.90", "3-5"), ("Ireland", "19.50", "4-7")]
    ends = {"Price": 226, "5.90": 231, "19.50": 226}
    texts: list[Text] = [(50, 800, 11, "What a parcel costs depends on the country.")]
    for number, (country, price, days) in enumerate(rows):
        y = 770 - 16 * number
        texts += [(50, y, 11, country), (ends[price], y, 11, price), (320, y, 11, days)]
    found = text_of(tmp_path, texts)
    assert "| Country | Price | Days |\n|---|---|---|\n| Northern Ireland | 5.90 | 3-5 |" in found
    (document,) = read_documents([tmp_path])
    assert "Ireland – Price: 19.50, Days: 4-7" in chunks(document)[0].text


def test_shapes_of_a_font_become_the_letters_that_are_typed() -> None:
    assert plain("ofﬁce，⾸⻚的⻋使⽤") == "office，首页的车使用"


def test_items_and_lines_that_leave_room_stand_alone(tmp_path: Path) -> None:
    texts = [
        (50, 800, 11, "Before you send something back to us, please do the following three small things:"),
        (60, 785, 11, "1."),
        (75, 785, 11, "Write to us and tell us which of the things that you have bought it is, and also"),
        (75, 771, 11, "why it comes back."),
        (60, 757, 11, "2."),
        (75, 757, 11, "Print the label."),
        (50, 730, 11, "Short one"),
        (50, 716, 11, "Another line."),
    ]
    lines = [line for line in text_of(tmp_path, texts).split("\n") if line]
    assert lines[1:] == [
        "1. Write to us and tell us which of the things that you have bought it is, and also why it comes back.",
        "2. Print the label.",
        "Short one",
        "Another line.",
    ]


def test_the_second_column_goes_on_where_the_first_one_ends(tmp_path: Path) -> None:
    texts = [
        (50, 800, 11, "The blades of the mower want to be"),
        (50, 786, 11, "sharp and clean at all times, also in"),
        (320, 800, 11, "winter, when nobody uses it."),
    ]
    assert text_of(tmp_path, texts) == (
        "The blades of the mower want to be sharp and clean at all times, also in winter, when nobody uses it."
    )


def test_headers_and_footers_of_most_pages_are_left_out(tmp_path: Path) -> None:
    pages = [
        [(50, 820, 9, "Fernhill Garden"), (50, 700, 11, f"Chapter about {topic}."), (280, 20, 9, f"Page {n}")]
        for n, topic in enumerate(("mowers", "hedges", "ponds"), start=1)
    ]
    assert text_of(tmp_path, *pages) == "\n\n".join(
        f"Chapter about {topic}." for topic in ("mowers", "hedges", "ponds")
    )
    assert "Fernhill Garden" in text_of(tmp_path, *pages[:2])

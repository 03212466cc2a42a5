"""Files of every kind, good and damaged, and pages from a real server on loopback."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import docx
import pytest

from encoders.errors import InputError
from knowledge.chunk import chunks
from knowledge.ingest import read_documents
from knowledge.ingest.limits import MOST_UNPACKED

PAGE = """<html lang="{lang}"><head><title>{title} - Shop</title></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/basket">Basket</a></li></ul></nav>
<main><article><h1>{title}</h1><p>{text}</p><h2>Costs</h2>
<table><tr><th>Country</th><th>Price</th></tr><tr><td>Spain</td><td>4 EUR</td></tr></table>
<ul><li>Print the label</li><li>Take it to the post</li></ul></article></main>
<footer>Cookie settings. All rights reserved.</footer></body></html>"""
RETURNS = PAGE.format(
    lang="en-GB", title="Returns", text="You can return an item within 30 days of its delivery."
)


def pdf(*lines: str) -> bytes:
    """A small PDF file, written by hand."""
    text = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
    stream = f"BT /F1 12 Tf 72 720 Td {text}ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(data)
    return data + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def word(path: Path) -> None:
    document = docx.Document()
    document.add_heading("Warranty", level=1)
    document.add_paragraph("The warranty lasts two years.")
    document.add_heading("What is covered", level=2)
    document.add_paragraph("Faults in material", style="List Bullet")
    document.add_paragraph("Faults in making", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (*table.rows[0].cells, *table.rows[1].cells), ("Part", "Years", "Motor", "5"), strict=True
    ):
        cell.text = text
    document.save(str(path))


@pytest.mark.integration
def test_a_folder_of_all_kinds(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Gift cards\n\nThey never expire.", encoding="utf-8")
    (tmp_path / "b.html").write_text(RETURNS, encoding="utf-8")
    (tmp_path / "c.pdf").write_bytes(
        pdf("Opening hours", "We are open from nine to five, Mon-", "day to Friday.")
    )
    word(tmp_path / "d.docx")
    (tmp_path / "e.txt").write_text("配送时间\n\n订单通常在三天内送达。", encoding="utf-8")
    (tmp_path / "f.csv").write_text("question,answer\nDo you ship to Spain?,Yes.\n", encoding="utf-8")
    (tmp_path / ".hidden.md").write_text("# x\n\ny", encoding="utf-8")
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    found = {one.id: one for one in read_documents([tmp_path])}
    assert set(found) >= {"a", "b.html", "c.pdf", "d.docx", "e.txt"}
    assert len(found) == 6
    page = found["b.html"]
    assert page.title == "Returns"
    assert page.language == "en"
    assert "30 days" in page.text
    assert "Basket" not in page.text
    assert "Cookie" not in page.text
    assert "Spain – Price: 4 EUR" in "\n".join(one.text for one in chunks(page)).replace("Country: ", "")
    assert "open from nine to five" in found["c.pdf"].text
    assert found["d.docx"].title == "Warranty"
    passages = "\n".join(one.text for one in chunks(found["d.docx"]))
    assert "- Faults in material\n- Faults in making" in passages
    assert "Motor – Years: 5" in passages.replace("Part: ", "")
    assert found["e.txt"].title == "配送时间"
    assert found["e.txt"].language == "zh"


def test_a_table_of_a_spreadsheet_that_writes_semicolons_is_read(tmp_path: Path) -> None:
    table = '\ufeffQuestion;Answer;ID\r\nDo you ship?;"Yes, daily; not on Sundays.";ship\r\n'
    (tmp_path / "faq.csv").write_bytes(table.encode("utf-8"))
    (document,) = read_documents([tmp_path])
    assert (document.id, document.text) == ("ship", "Yes, daily; not on Sundays.")


@pytest.mark.integration
@pytest.mark.parametrize("name", ["bad.pdf", "bad.docx", "empty.html", "latin.txt", "empty.md"])
def test_a_damaged_file_is_named_and_left_out_only_when_asked(name: str, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# Good\n\nText.", encoding="utf-8")
    content = {"latin.txt": "caf\xe9".encode("latin-1"), "empty.html": b"<html></html>", "empty.md": b""}
    (tmp_path / name).write_bytes(content.get(name, b"not a document at all"))
    with pytest.raises(InputError, match=name):
        read_documents([tmp_path])
    told: list[str] = []
    assert [one.id for one in read_documents([tmp_path], damaged=lambda error: told.append(str(error)))] == [
        "good"
    ]
    assert len(told) == 1
    assert name in told[0]


@pytest.mark.integration
def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(MOST_UNPACKED // 2**24 + 1):
            part.write(bytes(2**24))
    with pytest.raises(InputError, match=r"bomb\.docx: unpacks to more than"):
        read_documents([tmp_path])


def test_the_same_article_twice_is_one_and_the_same_answer_of_two_places_is_two(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Cards\n\nWe take  cards.", encoding="utf-8")
    (tmp_path / "b.md").write_text("# Cards\n\nWe take cards.\n", encoding="utf-8")
    for place in ("north", "south"):
        (tmp_path / f"{place}.md").write_text(f"---\nplace: {place}\n---\n# Cards\n\nYes.", encoding="utf-8")
    found = {one.id: one for one in read_documents([tmp_path])}
    assert set(found) == {"a", "north", "south"}
    assert found["a"].metadata["also"] == ["b"]


class _Site(BaseHTTPRequestHandler):
    """A small site with a sitemap, rules, redirects and traps."""

    def do_GET(self) -> None:
        host = self.headers["Host"]
        redirects = {
            "/moved": "/returns",
            "/inside": "http://169.254.169.254/latest/meta-data",
            "/loop": "/loop",
        }
        bodies = {
            "/robots.txt": ("text/plain", "User-agent: *\nDisallow: /secret\n"),
            "/sitemap.xml": (
                "application/xml",
                f"<urlset><url><loc>http://{host}/returns</loc></url>"
                f"<url><loc>http://{host}/secret</loc></url></urlset>",
            ),
            "/returns": ("text/html; charset=utf-8", RETURNS),
            "/secret": ("text/html", RETURNS),
            "/huge": ("text/html", "x" * (11 * 1024 * 1024)),
            "/picture": ("image/png", "x"),
        }
        if self.path in redirects:
            self.send_response(302)
            self.send_header("Location", redirects[self.path])
            self.end_headers()
            return
        kind, body = bodies.get(self.path, ("text/html", ""))
        self.send_response(200 if self.path in bodies else 404)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


HERE = frozenset({"127.0.0.1"})


@pytest.mark.integration
def test_a_sitemap_stands_for_its_pages_and_robots_txt_is_obeyed(site: str) -> None:
    told: list[str] = []
    found = read_documents(
        [f"{site}/sitemap.xml"], damaged=lambda error: told.append(str(error)), allowed=HERE
    )
    assert [one.title for one in found] == ["Returns"]
    assert found[0].id == "127.0.0.1/returns"
    assert "Basket" not in found[0].text
    assert len(told) == 1
    assert "robots.txt" in told[0]


@pytest.mark.integration
def test_a_list_of_addresses_is_fetched(site: str, tmp_path: Path) -> None:
    (tmp_path / "pages.txt").write_text(f"# help centre\n{site}/moved\n", encoding="utf-8")
    assert read_documents([tmp_path / "pages.txt"], allowed=HERE)[0].url == f"{site}/returns"
    with pytest.raises(InputError, match="lists web addresses"):
        read_documents([tmp_path])


@pytest.mark.integration
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/inside", "not on the public internet"),
        ("/loop", "redirects"),
        ("/huge", "more than 10 MiB"),
        ("/picture", "image/png"),
        ("/nothing", "status 404"),
    ],
)
def test_what_a_site_cannot_make_us_do(site: str, path: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_documents([site + path], allowed=HERE)


@pytest.mark.integration
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/returns",
        "http://localhost:{port}/returns",
        "http://127.1:{port}/returns",
        "http://0x7f000001:{port}/returns",
        "http://2130706433:{port}/returns",
        "http://[::1]:{port}/returns",
        "http://[::ffff:127.0.0.1]:{port}/returns",
        "http://0.0.0.0:{port}/returns",
        "http://user:word@example.com/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[fd00::1]/",
        "http://[64:ff9b::7f00:1]/",
    ],
)
def test_nothing_inside_the_network_is_reached(site: str, address: str) -> None:
    with pytest.raises(InputError, match=r"not on the public internet|name or password"):
        read_documents([address.format(port=site.rsplit(":", 1)[1])])

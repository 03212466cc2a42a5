"""The text of messages that are kept as HTML or XML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_MARKUP = re.compile(
    r"</?[A-Za-z][\w:-]*(?:\s[^<>]*)?/?>|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-z]{2,8});|<!--|<!\[CDATA\["
)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>", re.I)
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe"})
_BLOCKS = frozenset(
    ("address article blockquote br dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
     "section table td th tr ul").split()
)  # fmt: skip


def plain_text(text: str) -> str:
    """What a person would read of `text`: tags and scripts out, entities resolved, a line for each block.

    Nothing is fetched or expanded: the standard library's tokenizer knows no external entities. Text without
    markup comes back as it is.
    """
    if not _MARKUP.search(text):
        return text
    reading = _Reading()
    reading.feed(_DOCTYPE.sub("", text))
    reading.close()
    lines = (" ".join(line.split()) for line in "".join(reading.parts).replace("\xa0", " ").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reading(HTMLParser):
    """Collects the text outside of what is never shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "img":
            self.parts.append(" [image] ")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)

    def unknown_decl(self, data: str) -> None:
        """A CDATA section of XML is text."""
        if data.startswith("CDATA[") and not self._silent:
            self.parts.append(data.removeprefix("CDATA["))

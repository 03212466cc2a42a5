"""The characters of files that other systems wrote, in whatever encoding, and texts that were decoded wrongly."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from encoders.errors import InputError
from encoders.progress import Progress
from encoders.records import MAX_LINE
from encoders.text import HAN

_BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_COMMON = frozenset(
    "的一是不了在有我你他这个们中来上大为和国地到以说时要就出会可也对生能而子那得于着下自之年过发后作里用好没您单货款订退换快递请问谢号码商品收查怎么"
)
_SUSPECT = re.compile(r"[ÃÂâåäæçèéïðÐÑ][\u0080-\u00bf\u2018-\u203a\u0152-\u0178€‚ƒ„…†‡ˆ‰™š›œžŸ]|ï»¿|Ã.")


def encoding_of(path: Path) -> str:
    """The file's codec: by its byte order mark, UTF-8 when all of it is, else UTF-16, GB18030 or cp1252.

    Raises:
        InputError: when the file cannot be read.
    """
    with open_bytes(path) as file:
        head = file.read(4)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        file.seek(0)
        sample = file.read(4096)
        if wide := _wide(sample):
            return wide
        file.seek(0)
        return "utf-8" if _is_utf8(file) else _eight_bit(path)


def lines_of(path: Path, *, step: Progress | None = None) -> Iterator[tuple[int, str]]:
    """(number, line) of each line that has something on it; of a line longer than `MAX_LINE`, its beginning.

    `step` is told the kibibytes read. Within a file in an 8-bit encoding, lines that are UTF-8 are read as UTF-8: exports are pasted together.

    Raises:
        InputError: when the file cannot be read.
    """
    encoding = encoding_of(path)
    read = _Read(step)
    if encoding.startswith(("utf-16", "utf-32")):
        with path.open(encoding=encoding, errors="replace", newline="\n") as text:
            for number, line in enumerate(text, start=1):
                read.more(2 * len(line))
                if line.strip():
                    yield number, line[: MAX_LINE + 1]
        return
    with open_bytes(path) as file:
        for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
            rest = raw
            while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
                rest = file.readline(MAX_LINE + 1)
            read.more(len(raw))
            if raw.strip():
                yield number, _decoded(raw, encoding)


def chunks_of(path: Path, *, step: Progress | None = None) -> Iterator[str]:
    """The file's text in pieces, whatever its lines; `step` is told the kibibytes read.

    Raises:
        InputError: when the file cannot be read.
    """
    encoding = encoding_of(path)
    read = _Read(step)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while chunk := file.read(_BLOCK):
            read.more(len(chunk.encode("utf-8", "surrogatepass")))
            yield chunk


def mended(text: str) -> str:
    """The text as it was meant, when it is UTF-8 that somebody read as cp1252, Latin-1 or GBK (mojibake)."""
    if text.isascii():
        return text
    if _SUSPECT.search(text):
        from ftfy import fix_encoding

        return str(fix_encoding(text))
    return _from_gbk(text) if HAN.search(text) else text


def open_bytes(path: Path) -> BinaryIO:
    """The opened file.

    Raises:
        InputError: when it cannot be opened.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).") from error


@dataclass(slots=True)
class _Read:
    """How far a file is read, told in whole kibibytes."""

    step: Progress | None
    bytes: int = 0

    def more(self, count: int) -> None:
        self.bytes += count
        if self.step is not None and self.bytes >= _BLOCK:
            self.step(self.bytes // 1024)
            self.bytes %= 1024


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode("utf-8-sig" if encoding == "utf-8-sig" else "utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252" if encoding.startswith("utf-8") else encoding, "replace")


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of what is mostly Latin or punctuation is zero."""
    if len(sample) < 8 or b"\0" not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 4 * even and odd > len(sample) / 20:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd and even > len(sample) / 20 else None


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _eight_bit(path: Path) -> str:
    """GB18030 or cp1252: whichever the first thousand lines that are no UTF-8 read as sensible text in."""
    sample: list[bytes] = []
    with open_bytes(path) as file:
        while (raw := file.readline(MAX_LINE)) and len(sample) < 1000:
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError:
                sample.append(raw)
    chinese = 0
    for raw in sample:
        try:
            han = HAN.findall(raw.decode("gb18030"))
        except UnicodeDecodeError:
            continue
        high = sum(byte > 127 for byte in raw)
        chinese += 2 * len(han) >= 0.7 * high and any(character in _COMMON for character in han)
    return "gb18030" if 2 * chinese > len(sample) else "cp1252"


def _from_gbk(text: str) -> str:
    """浣犲ソ is 你好 in UTF-8 read as GBK: bytes that are UTF-8 again are no accident when there are enough of them."""
    try:
        meant = text.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return text
    return meant if len(HAN.findall(meant)) >= 2 else text

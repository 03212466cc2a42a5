from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.transcripts.conversation import Conversation
from intents.transcripts.csv_table import read_table
from intents.transcripts.encodings import encoding_of, lines_of, mended
from intents.transcripts.markup import plain_text

CHINESE = "会话,角色,内容\n1,客户,你好，请问订单什么时候发货？\n1,客服,您好，今天下午发出。\n"
ENGLISH = "chat,speaker,text\n1,customer,the café’s grinder – it’s €40 too dear\n1,agent,that’s naïve\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)
def test_chinese_tables_are_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.csv").write_bytes(CHINESE.encode(encoding))

    (conversation,) = read_table(tmp_path / "t.csv")

    assert isinstance(conversation, Conversation)
    assert conversation.turns[0].text == "你好，请问订单什么时候发货？"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_english_tables_are_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.csv").write_bytes(ENGLISH.encode(encoding))

    (conversation,) = read_table(tmp_path / "t.csv")

    assert isinstance(conversation, Conversation)
    assert conversation.turns[0].text == "the café’s grinder – it’s €40 too dear"


def test_lines_in_two_encodings_are_each_read_in_their_own(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes("naïve\n".encode("cp1252") + "你好\n".encode() + b"plain\n")

    assert [line for _, line in lines_of(tmp_path / "x")] == ["naïve\n", "你好\n", "plain\n"]
    assert encoding_of(tmp_path / "x") == "cp1252"


@pytest.mark.parametrize(
    ("text", "wrongly"),
    [
        ("café crème", "cp1252"),
        ("it’s €40", "cp1252"),
        ("café crème", "latin-1"),
        ("你好，我的订单到哪了", "latin-1"),
        ("“quoted” – naïve", "latin-1"),
        ("物流", "gb18030"),
        ("你好", "gb18030"),
    ],
)
def test_utf8_read_as_something_else_is_mended(text: str, wrongly: str) -> None:
    assert mended(text.encode("utf-8").decode(wrongly)) == text


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=40))
def test_chinese_that_was_right_stays(text: str) -> None:
    assume_not_gbk = text.encode("gb18030")
    try:
        assume_not_gbk.decode("utf-8")
    except UnicodeDecodeError:
        assert mended(text) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one</p><p>two &amp; three</p>", "one\n\ntwo & three"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<style>p{}</style><script>alert(1)</script>hi<img src=x onerror=alert(1)>", "hi [image]"),
        ("<message><![CDATA[is 3 < 4?]]></message>", "is 3 < 4?"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><b>&e;</b>', "&e;"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("I <3 it", "I <3 it"),
        ("&lt;b&gt; stays text", "<b> stays text"),
    ],
)
def test_markup_becomes_what_a_person_reads(markup: str, text: str) -> None:
    assert plain_text(markup) == text

"""The project's Markdown articles as reviewers see and write them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.project import Project
from encoders.errors import InputError
from encoders.records import read_text
from knowledge.ingest import document_files
from knowledge.ingest.markdown import read_markdown

_FRONT = re.compile(r"\A---[ \t]*\n(?P<front>.*?)^---[ \t]*\n+", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"[\w-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A file of the knowledge folder. `seen` is its hash: who writes names the text they had before them."""

    id: str
    title: str
    language: str
    text: str
    file: str
    seen: str


def articles(project: Project) -> list[Article]:
    """The Markdown articles, by title; those that cannot be read are left out."""
    if not project.articles.is_dir():
        return []
    found = []
    for path in document_files(project.articles):
        if path.suffix == ".md":
            try:
                found.append(_article(project, path))
            except InputError:
                continue
    return sorted(found, key=lambda one: (one.language, one.title.casefold()))


def new_article_path(project: Project, document_id: str, language: str) -> Path:
    """Where a new article goes: beside those of its language, where these have a folder.

    Raises:
        InputError: for an id that cannot be a file's name.
    """
    if not _ID.fullmatch(document_id):
        raise InputError("id", f"{document_id!r} is no id: letters, digits, - and _ only, at most 80.")
    folder = project.articles / language
    return (folder if folder.is_dir() else project.articles) / f"{document_id}.md"


def new_text(document_id: str, title: str, language: str, text: str, today: date) -> str:
    """A new article's file."""
    front = {"id": document_id, "title": title, "language": language}
    lines = [f"{key}: {_yaml(value)}" for key, value in front.items()]
    return "\n".join(["---", *lines, f"updated: {today}", "---", "", text.strip(), ""])


def changed_text(before: str, title: str, text: str, today: date) -> str:
    """An article's file with another title and text; the other lines of its front matter stay."""
    found = _FRONT.match(before)
    front = found["front"] if found else ""
    for key, value in (("title", _yaml(title)), ("updated", str(today))):
        line = f"{key}: {value}\n"
        pattern = rf"^{key}[ \t]*:.*\n"
        if re.search(pattern, front, re.MULTILINE):
            front = re.sub(pattern, lambda _, line=line: line, front, count=1, flags=re.MULTILINE)
        else:
            front += line
    return f"---\n{front}---\n\n{text.strip()}\n"


def _article(project: Project, path: Path) -> Article:
    document = read_markdown(path, default_id=path.stem)
    return Article(
        id=document.id,
        title=document.title,
        language=document.language,
        text=document.text,
        file=path.relative_to(project.folder).as_posix(),
        seen=hashlib.sha256(read_text(path).encode()).hexdigest(),
    )


def _yaml(value: str) -> str:
    """As it stands in front matter: quoted where it is not plain words."""
    plain = re.fullmatch(r"[^\W\d_](?:[\w ,.()/&'’-]*[\w)])?", value) and value.lower() not in (
        "true",
        "false",
        "null",
        "yes",
        "no",
        "on",
        "off",
    )
    return value if plain else json.dumps(value, ensure_ascii=False)

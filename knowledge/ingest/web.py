"""Pages from the web: addresses, lists of them and sitemaps, fetched politely and within limits."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import aiohttp

from encoders.errors import InputError
from encoders.progress import progress
from knowledge.documents import Document
from knowledge.ingest.guard import GuardedResolver, Refused, check_address
from knowledge.ingest.html import html_document
from knowledge.ingest.sitemap import sitemap_addresses

AGENT = "kefu"
MOST_BYTES = 10 * 1024 * 1024
"""Of one page, unpacked."""
PAGE_S = 20.0
MOST_REDIRECTS = 5
MOST_PAGES = 5000
LONGEST_PAUSE_S = 10.0
"""A site that wants longer pauses between pages gets this one."""
_HTML = ("text/html", "application/xhtml+xml")
_XML = ("application/xml", "text/xml", "application/rss+xml")

Damaged = Callable[[InputError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What an address gave, after redirects."""

    url: str
    kind: str
    body: bytes


def fetch_documents(
    addresses: Sequence[str],
    *,
    damaged: Damaged | None = None,
    allowed: frozenset[str] = frozenset(),
    most: int = MOST_PAGES,
) -> list[Document]:
    """The pages at web addresses as articles; a sitemap stands for the pages it lists.

    Args:
        damaged: is told of a page that cannot be used, which is then left out.
        allowed: hosts that are fetched although they are not on the public internet.
        most: pages, with those that sitemaps list.

    Raises:
        InputError: for a page that cannot be used, where `damaged` is not given, and for too many.
    """
    return asyncio.run(_fetch_all(addresses, damaged, allowed, most))


async def _fetch_all(
    addresses: Sequence[str], damaged: Damaged | None, allowed: frozenset[str], most: int
) -> list[Document]:
    connector = aiohttp.TCPConnector(resolver=GuardedResolver(allowed=allowed), limit=4)
    timeout = aiohttp.ClientTimeout(total=PAGE_S)
    headers = {"User-Agent": AGENT, "Accept": "text/html, application/xml;q=0.9"}
    documents: list[Document] = []
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers) as session:
        site = _Site(session=session, allowed=allowed)
        waiting = list(dict.fromkeys(addresses))
        known = set(waiting)
        with progress("Fetching pages", None) as step:
            while waiting:
                address = waiting.pop(0)
                try:
                    found = await _read(site, address)
                except InputError as error:
                    if damaged is None:
                        raise
                    damaged(error)
                    continue
                step(note=address)
                if isinstance(found, Document):
                    documents.append(found)
                    continue
                new = [one for one in found if one not in known]
                if len(known) + len(new) > most:
                    raise InputError(address, f"leads to more than {most} pages.")
                waiting += new
                known.update(new)
    return documents


async def _read(site: _Site, address: str) -> Document | list[str]:
    """The article at an address, or the addresses that a sitemap lists.

    Raises:
        InputError: when there is neither.
    """
    page = await site.page(address)
    if page.kind in _XML or urlsplit(page.url).path.endswith((".xml", ".xml.gz")):
        return sitemap_addresses(page.body, where=address)
    if page.kind not in _HTML:
        raise InputError(address, f"is no web page but {page.kind or 'of an unknown kind'}.")
    return html_document(page.body, where=address, default_id=address_id(address), url=page.url)


def address_id(url: str) -> str:
    """A stable id that can be read: the host and path, and a hash where there is a query."""
    parts = urlsplit(url)
    path = parts.path.strip("/").removesuffix(".html").removesuffix(".htm")
    tail = f"-{hashlib.sha256(parts.query.encode()).hexdigest()[:8]}" if parts.query else ""
    return f"{parts.hostname}/{path}".rstrip("/") + tail


@dataclass(slots=True, kw_only=True)
class _Site:
    """A session that obeys robots.txt and the guard, one page at a time."""

    session: aiohttp.ClientSession
    allowed: frozenset[str]
    robots: dict[str, RobotFileParser] = field(default_factory=dict)

    async def page(self, address: str) -> Page:
        """What is at an address.

        Raises:
            InputError: when it may not be fetched, or cannot be.
        """
        try:
            rules = await self._rules(address)
            if not rules.can_fetch(AGENT, address):
                raise InputError(address, "the site's robots.txt asks not to fetch it.")
            await asyncio.sleep(min(float(rules.crawl_delay(AGENT) or 0), LONGEST_PAUSE_S))
            status, page = await self._follow(address)
        except (Refused, aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise InputError(address, f"cannot be fetched ({reason}).") from error
        if status != 200:
            raise InputError(address, f"cannot be fetched (status {status}).")
        return page

    async def _rules(self, address: str) -> RobotFileParser:
        """The site's robots.txt; without one everything may be fetched, with a broken site nothing (RFC 9309)."""
        parts = urlsplit(address)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self.robots:
            rules = RobotFileParser()
            status, page = await self._follow(f"{root}/robots.txt")
            if status >= 500:
                rules.parse(["User-agent: *", "Disallow: /"])
            else:
                rules.parse(page.body.decode("utf-8", "replace").splitlines() if status == 200 else [])
            self.robots[root] = rules
        return self.robots[root]

    async def _follow(self, address: str) -> tuple[int, Page]:
        """The answer after redirects, each judged as the first address was."""
        for _ in range(MOST_REDIRECTS + 1):
            check_address(address, allowed=self.allowed)
            async with self.session.get(address, allow_redirects=False) as answer:
                if answer.status in (301, 302, 303, 307, 308) and "Location" in answer.headers:
                    address = urljoin(address, answer.headers["Location"])
                    continue
                body = await _limited(answer)
                return answer.status, Page(url=address, kind=answer.content_type, body=body)
        raise ValueError(f"more than {MOST_REDIRECTS} redirects")


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_chunked(65536):
        body += piece
        if len(body) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES // (1024 * 1024)} MiB")
    return bytes(body)

"""The `Retry-After` header (RFC 9110, section 10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Longer than any platform asks for; a broken header must not park a message for years.
_LONGEST = timedelta(days=1)


def retry_after(header: str | None, *, now: datetime | None = None) -> timedelta | None:
    """How long to wait by a header that gives seconds or a date; None where it gives neither."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdecimal():
        # More digits than this are certainly too long, and could be too many for a timedelta.
        return min(timedelta(seconds=int(text[:9])), _LONGEST)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - (now or datetime.now(UTC)), timedelta(0)), _LONGEST)

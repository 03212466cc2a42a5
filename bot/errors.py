"""What goes wrong in the bot in ways a person can put right; the whole tree is in `encoders.errors`."""

from __future__ import annotations

from encoders.errors import KefuError


class SettingsError(KefuError):
    """A setting that is unknown, wrong or unsafe."""


class StoreError(KefuError):
    """The database cannot be used: missing, damaged, taken by another process, or of another version."""

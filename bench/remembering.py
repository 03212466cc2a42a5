"""An encoder that embeds a text once, for benches that fit many indexes over the same texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from encoders.encoder import Encoder


class Remembering:
    """As the encoder it wraps, with every vector kept."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.id = encoder.name, encoder.id
        self._encoder = encoder
        self._known: dict[tuple[str, str], Any] = {}

    def encode(self, texts: Sequence[str], *, kind: Any = "query", progress: Any = None) -> Any:
        """Vectors (n, d); see `Encoder.encode`."""
        new = [text for text in dict.fromkeys(texts) if (kind, text) not in self._known]
        for text, vector in zip(new, self._encoder.encode(new, kind=kind, progress=progress), strict=True):
            self._known[kind, text] = vector
        if not texts:
            return self._encoder.encode([])
        return np.stack([self._known[kind, text] for text in texts])

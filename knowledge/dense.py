"""Nearest vectors by inner product: exact for few, inverted lists of one-byte vectors for many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.logistic import Floats
from encoders.progress import progress
from knowledge.vectors import Vectors

EXACT = 20_000
"""Up to so many vectors every one is compared."""
PROBES = 48
"""Lists that a search looks into; each holds about a quarter of √n vectors."""
AT_ONCE = 20_000
"""So many vectors are added between two looks at the clock."""
_ROWS, _LISTS = "vectors.npy", "lists.faiss"


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseIndex:
    """Unit vectors that can be searched and looked up by number.

    Attributes:
        rows: (n, d) in float32 where they are few, else in float16 mapped from disk.
        searcher: a FAISS index over the same rows.
    """

    rows: NDArray[np.float16] | Vectors
    searcher: Any

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """Over unit vectors (n, d)."""
        if len(vectors) <= EXACT:
            return cls(rows=np.asarray(vectors, np.float32), searcher=_exact(vectors))
        return cls(rows=np.asarray(vectors, np.float16), searcher=_lists(vectors))

    def __len__(self) -> int:
        return len(self.rows)

    def search(
        self, query: Vectors, count: int, *, among: NDArray[np.bool_] | None = None
    ) -> NDArray[np.int64]:
        """The numbers of the `count` vectors nearest to (d,), or of nearly these where they are many.

        `among` (n,) says which vectors count; all where None.
        """
        if not len(self):
            return np.zeros(0, np.int64)
        vector = np.asarray(query, np.float32)[None]
        _, numbers = self.searcher.search(vector, min(count, len(self)), params=self._parameters(among))
        return np.asarray(numbers[0][numbers[0] >= 0], np.int64)

    def _parameters(self, among: NDArray[np.bool_] | None) -> Any:
        import faiss

        if among is None:
            return None
        library: Any = faiss  # its types do not know what its wrappers take
        chosen = library.IDSelectorBitmap(np.packbits(among, bitorder="little"))
        if len(self) <= EXACT:
            return library.SearchParameters(sel=chosen)
        return library.SearchParametersIVF(sel=chosen, nprobe=PROBES)

    def cosines(self, query: Vectors, numbers: NDArray[np.int_]) -> Floats:
        """Of the vectors of these numbers (n,)."""
        return np.asarray(np.asarray(self.rows[numbers], np.float32) @ np.asarray(query, np.float32), float)

    def save(self, folder: Path) -> None:
        """Write it into `folder`."""
        import faiss

        np.save(folder / _ROWS, self.rows.astype(np.float16), allow_pickle=False)
        if len(self) > EXACT:
            faiss.write_index(self.searcher, str(folder / _LISTS))

    @classmethod
    def load(cls, folder: Path) -> DenseIndex:
        """The inverse of `save`; what is large stays on disk.

        Raises:
            OSError, ValueError, RuntimeError: when it cannot be read.
        """
        import faiss

        rows = np.load(folder / _ROWS, mmap_mode="r", allow_pickle=False)
        if len(rows) <= EXACT:
            return cls(rows=np.array(rows, np.float32), searcher=_exact(rows))
        lists: Any = faiss.read_index(str(folder / _LISTS), faiss.IO_FLAG_MMAP)
        lists.nprobe = PROBES
        # By default every search starts threads that read ahead, which costs more than the search.
        mapped: Any = faiss.downcast_InvertedLists(lists.invlists)
        mapped.prefetch_nthread = 0
        return cls(rows=rows, searcher=lists)


def _exact(rows: NDArray[Any]) -> Any:
    import faiss

    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(np.ascontiguousarray(rows, np.float32))
    return index


def _lists(vectors: Vectors) -> Any:
    """k-means cells (Sivic and Zisserman, "Video Google", 2003), as FAISS has them, each value in eight bits."""
    import faiss

    count, dimension = vectors.shape
    lists = min(int(4 * np.sqrt(count)), count // 40)  # FAISS wants 39 vectors a list to learn it from
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT, False,
    )  # fmt: skip
    index.cp.niter = 8
    sample = np.random.default_rng(0).choice(count, min(count, 40 * lists), replace=False)
    data = np.ascontiguousarray(vectors, np.float32)
    with progress("Indexing vectors", count) as step:
        index.train(data[np.sort(sample)])
        for start in range(0, count, AT_ONCE):
            index.add(data[start : start + AT_ONCE])
            step(len(data[start : start + AT_ONCE]))
    index.nprobe = PROBES
    return index

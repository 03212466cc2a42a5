"""Adapting an encoder to a project's questions and articles. Needs torch."""

from __future__ import annotations

from typing import Any

from encoders.errors import KefuError


def tuning_function() -> Any:
    """`knowledge.tuning.tune.tune_encoder`.

    Raises:
        KefuError: where what training needs is not installed.
    """
    try:
        from knowledge.tuning.tune import tune_encoder
    except ImportError as error:
        raise _missing(error) from None
    return tune_encoder


def reranking_functions() -> tuple[Any, Any]:
    """`tune_reranker` and `Choice` of `knowledge.tuning.rerank`.

    Raises:
        KefuError: where what training needs is not installed.
    """
    try:
        from knowledge.tuning.rerank import Choice, tune_reranker
    except ImportError as error:
        raise _missing(error) from None
    return tune_reranker, Choice


def _missing(error: ImportError) -> KefuError:
    return KefuError(f"Tuning needs {error.name}, which is not installed. Run pip install 'kefu[train]'")

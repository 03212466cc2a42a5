"""The page of an evaluation, from figures by hand."""

from __future__ import annotations

from pathlib import Path

from knowledge.measure import _gain
from knowledge.report import write_knowledge_report

ARM = {f"recall_at_{k}": 0.5 for k in (1, 3, 5, 10)} | {"mrr": 0.6, "ndcg_at_10": 0.7}
WHOLE = {
    "questions": 3,
    "answerable": 2,
    "arms": {"lexical": ARM, "dense": ARM, "fused": ARM},
    "answerability_auroc": None,
    "citations_faithful": 1.0,
    "citations_right": 0.5,
}


def test_the_page_shows_what_went_wrong_and_escapes_it(tmp_path: Path) -> None:
    listed = {"id": "1", "question": "<script>alert(1)</script>", "p": 0.4, "found": ["a", "b"]}
    report = WHOLE | {
        "by_language": {"en": WHOLE},
        "reliability": [{"stated": 0.4, "observed": 0.5, "questions": 3}],
        "latency": {"median_ms": 3.0, "p95_ms": 9.0},
        "latency_quantiles_ms": [1.0, 3.0, 12.0],
        "gaps": [listed],
        "near_misses": [listed | {"wanted": ["c"], "rank": None}],
    }
    write_knowledge_report(report, tmp_path, title="Index & questions")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "Near-misses" in page
    assert "Gaps" in page
    assert page.count("<svg") == 3
    assert "right: 40% → 50%" in page
    assert "done: 12 → 100%" in page
    assert (tmp_path / "report.json").is_file()


def test_ndcg_is_one_for_the_best_order_and_falls_with_the_place() -> None:
    assert _gain(["a", "b", "c"], {"a", "b"}) == 1.0
    assert _gain(["c", "a"], {"a"}) < _gain(["a", "c"], {"a"}) == 1.0
    assert _gain(["c"], {"a"}) == 0.0

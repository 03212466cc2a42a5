"""Questions about places in the middle of conversations: DSTC11 track 5 (alexa/dstc11-track5, validation part).

    python -m bench.knowledge_track5 DATA [--encoder NAME] [--tuned FOLD | --project FOLDER]

Documents are the FAQs of all places, a question is the last turn of a dialog with the turns before it as context;
nothing says which place is meant. Ranking is judged by five-fold cross-validation over the dialogs that a FAQ
answers; detection, whether a turn needs knowledge at all, on the half that the ranker was not fitted on, with the
reviews as documents too, and both ways round. `--tuned` does one fold with an encoder that was tuned on the others
(minutes): the sum over five calls is the figure. `--project` writes FAQs and questions as an assistant's folder, for
`kefu knowledge tune FOLDER`, with or without `--reranker own`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np

from bench.remembering import Remembering
from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH
from knowledge.build import assembled_index
from knowledge.documents import Document, Question
from knowledge.index import KnowledgeIndex
from knowledge.ranker import SIGNALS

FOLDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description="Retrieval in conversations: DSTC11 track 5.")
    parser.add_argument("data", type=Path, help="a folder with knowledge.json, logs.json and labels.json")
    parser.add_argument("--encoder", default=ENGLISH)
    parser.add_argument(
        "--tuned", type=int, choices=range(FOLDS), help="only this fold, with a tuned encoder"
    )
    parser.add_argument("--project", type=Path, help="only write a folder to tune")
    options = parser.parse_args()
    places = json.loads((options.data / "knowledge.json").read_text(encoding="utf-8"))
    faqs, reviews = documents(places, "faqs"), documents(places, "reviews")
    asked = questions(options.data, {one.id for one in faqs})
    if options.project is not None:
        write_project(options.project / "knowledge", faqs, asked)
        return
    if options.tuned is not None:
        rank_tuned(faqs, asked, options.encoder, options.tuned)
        return
    encoder = Remembering(Encoder.load(serving_encoder(options.encoder)))
    rank(faqs, asked, encoder)
    detect(faqs + reviews, questions(options.data, {one.id for one in faqs + reviews}), encoder)


def documents(places: dict[str, Any], kind: str) -> list[Document]:
    """FAQs, or reviews, of all places, each a document under the place's name."""
    found = []
    for domain, of_domain in places.items():
        for number, place in of_domain.items():
            for key, entry in place[kind].items():
                text = f"{entry['question']} {entry['answer']}" if kind == "faqs" else _review(entry)
                found.append(
                    Document(
                        id=f"{domain}-{number}-{kind}-{key}", title=place["name"], text=text, language="en"
                    )
                )
    return found


def _review(entry: dict[str, Any]) -> str:
    return " ".join(entry["sentences"].values())


def questions(data: Path, known: set[str]) -> list[Question]:
    """Last turns with what was said before; answered by those of the known documents that the labels name."""
    logs = json.loads((data / "logs.json").read_text(encoding="utf-8"))
    labels = json.loads((data / "labels.json").read_text(encoding="utf-8"))
    return [
        Question(
            id=str(number),
            question=turns[-1]["text"],
            context=tuple(turn["text"] for turn in turns[:-1]),
            document_ids=tuple(dict.fromkeys(_ids(label, known)))
            or (("elsewhere",) if label["target"] else ()),
            language="en",
        )
        for number, (turns, label) in enumerate(zip(logs, labels, strict=True))
    ]


def _ids(label: dict[str, Any], known: set[str]) -> list[str]:
    ids = [
        f"{one['domain']}-{one['entity_id']}-{one['doc_type']}s-{one['doc_id']}"
        for one in label.get("knowledge", ())
    ]
    return [one for one in ids if one in known]


def write_project(folder: Path, faqs: Sequence[Document], asked: Sequence[Question]) -> None:
    """FAQs and questions in the files of an assistant's folder."""
    folder.mkdir(parents=True)
    for name, records in (("faqs", faqs), ("questions", asked)):
        lines = [json.dumps(asdict(one)) for one in records]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def rank(faqs: Sequence[Document], asked: Sequence[Question], encoder: Any) -> None:
    """Recall of the first by arm, each question judged by an index that was not fitted on its fold."""
    known = {one.id for one in faqs}
    answered = [place for place, one in enumerate(asked) if set(one.document_ids) & known]
    order = np.random.default_rng(0).permutation(len(asked))
    hits: dict[str, list[bool]] = {}
    plain = assembled_index(faqs, encoder, [])
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS].tolist())
        index = assembled_index(faqs, encoder, [one for place, one in enumerate(asked) if place not in held])
        for place in held & set(answered):
            for arm, first in arms(index, plain, asked[place]).items():
                hits.setdefault(arm, []).append(first in asked[place].document_ids)
    print(f"{len(answered)} questions, {len(faqs)} FAQs; R@1:")
    for arm, right in hits.items():
        print(f"  {arm:44s} {np.mean(right):.3f}")


def rank_tuned(faqs: Sequence[Document], asked: Sequence[Question], name: str, fold: int) -> None:
    """One fold: the encoder is tuned, and the ranker fitted, on the questions of the other folds."""
    from encoders.resolve import resolve_encoder
    from encoders.torch_encoder import load_torch_encoder
    from knowledge.tuning.contrast import TorchVectors, contrast
    from knowledge.tuning.pairs import mined, passage_texts

    known = {one.id for one in faqs}
    order = np.random.default_rng(0).permutation(len(asked))
    held = set(order[fold::FOLDS].tolist())
    others = [one for place, one in enumerate(asked) if place not in held]
    shown = [one for one in others if set(one.document_ids) & known]
    module, tokens = load_torch_encoder(resolve_encoder(name), name=name)
    vectors, texts = TorchVectors(module, tokens), passage_texts(faqs)
    bodies = vectors.encode(texts.bodies, kind="document")
    pairs = mined(shown, texts, vectors.encode([one.question for one in shown]), bodies)
    contrast(module, tokens, pairs, texts.bodies, epochs=3, seed=0)
    index = assembled_index(faqs, cast(Encoder, Remembering(vectors)), others)
    tested = [asked[place] for place in sorted(held) if set(asked[place].document_ids) & known]
    hits: Counter[str] = Counter()
    for one in tested:
        for arm, first in arms(index, index, one).items():
            if not arm.endswith("not fitted"):
                hits[arm] += first in one.document_ids
    print(f"fold {fold}, {len(tested)} questions, encoder tuned on {len(shown)} others; right first:")
    for arm, right in hits.items():
        print(f"  {arm:44s} {right}")


def arms(index: KnowledgeIndex, plain: KnowledgeIndex, question: Question) -> dict[str, str]:
    """The first document by each arm; `plain` was not fitted on any question."""
    found: dict[str, str] = {}
    for name, text in (
        ("the question", question.question),
        ("the last three turns", " ".join((*question.context[-2:], question.question))),
    ):
        candidates = index.candidates(index.query(text, index.encoder.encode([text])[0]), most=400)
        for arm in ("dense", "lexical"):
            best = int(np.argmax(candidates.signals[:, SIGNALS.index(arm)]))
            found[f"{arm}, {name}"] = index.base.passages[int(candidates.passages[best])].document_id
    for name, one in (("not fitted", plain), ("fitted", index)):
        hits = one.search(question.question, context=question.context, k=1).passages
        found[f"fused with the conversation, {name}"] = hits[0].document_id if hits else ""
    return found


def detect(all_documents: Sequence[Document], asked: Sequence[Question], encoder: Any) -> None:
    """F1 of p_seeking ≥ .5 on the half that was not fitted on."""
    order = np.random.default_rng(0).permutation(len(asked))
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    truth = np.array([bool(one.document_ids) for one in asked])
    for train, test in (halves, halves[::-1]):
        index = assembled_index(all_documents, encoder, [asked[place] for place in train])
        found = (index.search(asked[place].question, context=asked[place].context) for place in test)
        said = np.array([(one.p_seeking or 0.0) >= 0.5 for one in found])
        print(f"detection F1 {2 * (said & truth[test]).sum() / (said.sum() + truth[test].sum()):.4f}")


if __name__ == "__main__":
    main()

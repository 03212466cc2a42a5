"""`kefu knowledge`: index articles and search them by themselves."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from encoders.errors import InputError

if TYPE_CHECKING:
    from knowledge.documents import Document, Question
    from knowledge.filters import Filter
    from knowledge.index import KnowledgeIndex

app = typer.Typer(no_args_is_help=True)


@app.command()
def build(
    source: Annotated[
        list[str],
        typer.Argument(
            help="Folders, files (Markdown, HTML, PDF, Word, text, FAQ CSV, JSONL) and web addresses; "
            "a .txt of addresses or a sitemap stands for its pages."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The index's folder; an older index there is replaced.")],
    encoder: Annotated[str, typer.Option(help="A name or folder; auto fits the articles' script.")] = "auto",
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Leave out what cannot be read, and say so.")
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="A host to fetch from although it is not on the public internet; may be repeated."),
    ] = None,
    reranker: Annotated[
        Path | None, typer.Option(help="A folder that `kefu knowledge tune --reranker` kept.")
    ] = None,
) -> None:
    """Index SOURCE; questions*.jsonl beside the articles fit the probabilities."""
    from encoders.encoder import Encoder, serving_encoder
    from encoders.resolve import default_encoder
    from knowledge.build import build_index
    from knowledge.ingest import question_files, read_documents, read_questions

    damaged = (lambda error: typer.echo(f"left out: {error}", err=True)) if skip_damaged else None
    documents = read_documents(source, damaged=damaged, allowed=frozenset(allow_host or ()))
    name = encoder if encoder != "auto" else default_encoder([one.title + one.text for one in documents])
    files = question_files(source)
    loaded = Encoder.load(serving_encoder(name))
    questions = read_questions(files) if files else ()
    facts = build_index(documents, loaded, out, questions=questions, reranker=reranker).facts
    typer.echo(f"{facts['documents']} documents, {facts['passages']} passages in {out}")


@app.command()
def search(
    index: Annotated[Path, typer.Argument(help="An index made by `kefu knowledge build`.")],
    question: Annotated[str | None, typer.Argument(help="Or give many with --input.")] = None,
    input_: Annotated[
        Path | None,
        typer.Option("--input", help='JSONL: {"id", "question"[, "context": earlier turns, oldest first]}.'),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="JSONL, one line of hits a question.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Hits a question.")] = 5,
    where: Annotated[
        list[str] | None,
        typer.Option(help="KEY=VALUE: only articles whose metadata fits or is silent; may be repeated."),
    ] = None,
    on: Annotated[str | None, typer.Option(help="Only articles that hold on this day: 2026-12-31.")] = None,
) -> None:
    """Search INDEX."""
    from knowledge.ingest import read_questions

    if (question is None) == (input_ is None):
        raise InputError("knowledge search", "give a QUESTION or --input FILE.jsonl.")
    if input_ is not None and output is None:
        raise InputError("--output", "is needed with --input.")
    fits = filter_of(where or [], on)
    if input_ is not None and output is not None:
        write_hits(opened(index), read_questions([input_], labelled=False), output, k=k, where=fits)
        return
    for hit in opened(index).search(str(question), k=k, where=fits).passages:
        typer.echo(f"{hit.p:.3f}  {hit.id}  {hit.title}")


@app.command()
def evaluate(
    index: Annotated[Path, typer.Argument(help="An index made by `kefu knowledge build`.")],
    questions: Annotated[
        Path, typer.Argument(help='JSONL: {"id", "question", "document_ids"[, "context"]}.')
    ],
    report: Annotated[Path | None, typer.Option(help="A folder for report.json and report.html.")] = None,
) -> None:
    """Measure INDEX on QUESTIONS that it was not fitted on: arms, answerability, citations, time, gaps."""
    from knowledge.ingest import read_questions
    from knowledge.measure import measure_index
    from knowledge.report import write_knowledge_report

    asked = read_questions([questions])
    if not asked:
        raise InputError(questions, "has no questions.")
    figures = measure_index(opened(index), asked)
    if report is not None:
        write_knowledge_report(figures, report, title=f"Knowledge index {index.name} on {questions.name}")
    shown = {name: value for name, value in figures.items() if not isinstance(value, list)}
    typer.echo(json.dumps(shown, indent=2))


@app.command()
def tune(
    project: Annotated[Path, typer.Argument(help="An assistant's folder, with knowledge/questions*.jsonl.")],
    encoder: Annotated[
        str, typer.Option(help="A name or folder; auto is the tuned one, or fits the articles' script.")
    ] = "auto",
    reranker: Annotated[
        str | None,
        typer.Option(
            help="Tune a reranker instead: own trains one from the encoder; or a cross-encoder's folder or name."
        ),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="How often each question is seen.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed holds the same questions out.")] = 0,
) -> None:
    """Adapt the encoder, or a reranker, to PROJECT; kept only if held-out questions are answered better."""
    from knowledge.ingest import question_files, read_documents, read_questions
    from knowledge.tuning import reranking_functions, tuning_function

    documents = read_documents([project / "knowledge"])
    files = question_files([project / "knowledge"])
    questions = read_questions(files) if files else []
    name = _tuned_from(project, encoder, documents, reranker is not None)
    if reranker is None:
        place, effect = project / "encoder", "uses it"
        tuned = tuning_function()(documents, questions, place, encoder=name, epochs=epochs, seed=seed)
    else:
        place, effect = project / "reranker", "reads the best passages with it"
        tune_reranker, choice = reranking_functions()
        chosen = choice(encoder=name, reranker=reranker, epochs=epochs, seed=seed)
        tuned = tune_reranker(documents, questions, place, chosen)
    typer.echo(json.dumps(asdict(tuned), indent=2))
    if tuned.kept:
        typer.echo(f"Kept in {place}: the next `kefu train {project}` {effect}.")
    else:
        typer.echo("Not kept: held-out questions are not answered better for certain. Nothing has changed.")


def _tuned_from(project: Path, encoder: str, documents: list[Document], reranking: bool) -> str:
    """The encoder to begin with: the one that is named; for a reranker the project's tuned one, if it has one."""
    from encoders.resolve import default_encoder

    if encoder != "auto":
        return encoder
    if reranking and (project / "encoder").is_dir():
        return str((project / "encoder").absolute())
    return default_encoder([one.title + one.text for one in documents])


def opened(index: Path) -> KnowledgeIndex:
    """An index with the encoder it was made with.

    Raises:
        KefuError: when either cannot be used.
    """
    from encoders.artifacts import open_artifact
    from encoders.encoder import Encoder, serving_encoder
    from knowledge.index import KIND, KnowledgeIndex

    facts = open_artifact(index, kind=KIND, verify=False)
    return KnowledgeIndex.open(index, Encoder.load(serving_encoder(str(facts["encoder"]))))


def filter_of(pairs: list[str], on: str | None) -> Filter | None:
    """What `--where` and `--on` say; None where they say nothing.

    Raises:
        InputError: for a pair without a value, and a day that is none.
    """
    from datetime import date

    from knowledge.filters import Filter

    if not pairs and on is None:
        return None
    equal = [tuple(part.strip() for part in pair.partition("=")[::2]) for pair in pairs]
    for pair, (key, value) in zip(pairs, equal, strict=True):
        if not key or not value:
            raise InputError("--where", f"{pair!r} is not KEY=VALUE.")
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        raise InputError("--on", f"{on!r} is no day.", remedy="Write 2026-12-31.") from None
    language = next((value for key, value in equal if key == "language"), "")
    rest = tuple((key, value) for key, value in equal if key != "language")
    return Filter(language=language, on=day, equal=rest)


def write_hits(
    index: KnowledgeIndex, questions: list[Question], output: Path, *, k: int, where: Filter | None = None
) -> None:
    """One line of hits for each question, in their order; the file appears when all are there."""
    from encoders.progress import progress

    draft = output.with_name(f".{output.name}.part")
    with draft.open("w", encoding="utf-8") as file, progress("Searching", len(questions)) as step:
        for one in questions:
            file.write(json.dumps(hits_line(index, one, k=k, where=where), ensure_ascii=False) + "\n")
            step()
    draft.replace(output)


def hits_line(
    index: KnowledgeIndex, question: Question, *, k: int, where: Filter | None = None
) -> dict[str, Any]:
    """A question's hits in the shape that the command promises."""
    found = index.search(question.question, context=question.context, where=where, k=k)
    return {
        "id": question.id,
        "hits": [
            {
                "document_id": hit.document_id, "passage_id": hit.id, "score": round(hit.score, 6),
                "p": round(hit.p, 6), "title": hit.title, "text": hit.text,
            }
            for hit in found.passages
        ],
        "p_answerable": round(found.p_answerable, 6),
        "p_seeking": None if found.p_seeking is None else round(found.p_seeking, 6),
    }  # fmt: skip

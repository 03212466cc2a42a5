"""Files that people bring → documents and questions."""

from __future__ import annotations

from knowledge.ingest.lines import document_of, question_of, read_questions
from knowledge.ingest.received import read_received
from knowledge.ingest.sources import document_files, question_files, read_documents

__all__ = [
    "document_files",
    "document_of",
    "question_files",
    "question_of",
    "read_documents",
    "read_questions",
    "read_received",
]

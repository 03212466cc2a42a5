"""The report of a mining run: one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from intents.mining.answers import Answer
from intents.mining.output import Mined, MinedIntent, MiningSummary
from intents.mining.problem_turns import ProblemTurn

_EXAMPLES = 12
_ANSWERS = 3

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 0; display: inline; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .6rem .2rem 0; }
th, td { border-bottom: 1px solid var(--line); vertical-align: top; } .n { text-align: right; }
details { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem 1rem; margin: .6rem 0; }
summary { cursor: pointer; } small, .where { opacity: .7; } .where { font-size: .8rem; white-space: nowrap; }
blockquote { margin: .4rem 0; padding: .4rem .8rem; background: var(--soft); white-space: pre-wrap; }
.bar { display: inline-block; height: .6rem; background: #4a8; border-radius: .2rem; }
"""


def report_html(summary: MiningSummary, mined: Mined) -> str:
    """The whole page; everything that people wrote is escaped, and nothing is loaded from elsewhere."""
    turns, intents = mined.turns, mined.intents
    largest = max((len(intent.turns) for intent in intents), default=1)
    assigned = {index for intent in intents for index in intent.turns}
    held = [turn for index, turn in enumerate(turns) if index not in assigned]
    body = [
        "<h1>Mined intents</h1>",
        f"<p>{summary.turns} problem turns, {len(intents)} intents, {summary.held_back} turns held back.</p>",
        _facts(summary),
        "<table><tr><th>Intent<th class=n>Turns<th><th class=n>Coherence<th>Known intents</tr>",
        *(_row(intent, largest) for intent in intents),
        "</table>",
        *(_section(intent, turns) for intent in intents),
    ]
    if held:
        body.append("<details><summary><h2>Held back</h2></summary>" + _examples(held) + "</details>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Mined intents</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _facts(summary: MiningSummary) -> str:
    facts = summary.facts
    return (
        f"<p><small>Encoder {escape(str(facts.get('encoder')))}, seed {facts.get('seed')}, "
        f"granularity {escape(str(facts.get('granularity')))}. Replaced: {_counted(facts.get('redacted'))}. "
        f"Left out or noted: {_counted(facts.get('cleaned'))}.</small></p>"
    )


def _counted(counts: Mapping[str, int] | None) -> str:
    return ", ".join(f"{count} {escape(kind)}" for kind, count in (counts or {}).items()) or "nothing"


def _row(intent: MinedIntent, largest: int) -> str:
    width = round(10 * len(intent.turns) / largest, 2)
    return (
        f'<tr><td><a href="#{escape(intent.name)}">{escape(intent.name)}</a><td class=n>{len(intent.turns)}'
        f'<td><span class=bar style="width:{width}rem"></span><td class=n>{intent.coherence:.2f}'
        f"<td>{_match(intent)}</tr>"
    )


def _match(intent: MinedIntent) -> str:
    if intent.match.intent is None:
        return "new"
    return f"{intent.match.status} {escape(intent.match.intent)} ({intent.match.share:.0%} of its turns)"


def _section(intent: MinedIntent, turns: Sequence[ProblemTurn]) -> str:
    answers = "".join(_answer(answer) for answer in intent.answers[:_ANSWERS])
    return (
        f'<details id="{escape(intent.name)}" open><summary><h2>{escape(intent.name)}</h2> '
        f"<small>{len(intent.turns)} turns, coherence {intent.coherence:.2f}, {_match(intent)}</small></summary>"
        + _examples([turns[index] for index in intent.turns])
        + (f"<h3>What agents answered</h3>{answers}" if answers else "")
        + "</details>"
    )


def _examples(turns: Sequence[ProblemTurn]) -> str:
    items = [
        f"<li>{escape(turn.text)} <span class=where>{escape(_where(turn))}, {escape(turn.reason)}</span></li>"
        for turn in turns[:_EXAMPLES]
    ]
    if len(turns) > _EXAMPLES:
        items.append(f"<li><small>and {len(turns) - _EXAMPLES} more in assignments.jsonl</small></li>")
    return "<ul>" + "".join(items) + "</ul>"


def _answer(answer: Answer) -> str:
    evidence = "the customer thanked" if answer.thanked else "no thanks followed"
    return (
        f"<blockquote>{escape(answer.text)}</blockquote><span class=where>{escape(answer.conversation)}"
        f":{answer.turn}, {evidence}, score {answer.score:.2f}</span>"
    )


def _where(turn: ProblemTurn) -> str:
    return turn.id if turn.turn is None else f"{turn.id}:{turn.turn}"

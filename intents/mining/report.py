"""The report of a mining run: one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from intents.mining.advice import Advice
from intents.mining.output import Mined, MinedIntent, MiningSummary
from intents.mining.problem_turns import ProblemTurn
from intents.mining.report_map import map_svg, periods_svg
from intents.mining.responses import Draft
from intents.transcripts.conversation import Conversation

_EXAMPLES, _DRAFTS = 10, 4
_MOST_CONVERSATIONS, _MOST_TURNS, _MOST_CHARACTERS = 600, 60, 500

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --main: #2a7a68; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.25rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1.05rem; margin: 0; display: inline; } h4 { margin: .9rem 0 .2rem; font-size: .95rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .6rem .2rem 0; }
th, td { border-bottom: 1px solid var(--line); vertical-align: top; } .n { text-align: right; }
details { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; margin: .5rem 0; }
summary { cursor: pointer; } small, .where { opacity: .7; } .where { font-size: .82rem; }
blockquote { margin: .4rem 0 0; padding: .4rem .8rem; background: var(--soft); white-space: pre-wrap; }
ul { margin: .3rem 0; padding-left: 1.2rem; } code { background: var(--soft); padding: 0 .25rem; border-radius: .2rem; }
a { color: var(--main); } .bar { display: inline-block; height: .6rem; background: var(--main); border-radius: .2rem; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0; }
.facts b { display: block; font-size: 1.5rem; }
svg { width: 100%; height: auto; } svg.map { background: var(--soft); border-radius: .5rem; }
svg text { font-size: 11px; fill: currentColor; } svg circle { fill: var(--main); stroke: var(--main); }
svg.periods text { text-anchor: middle; } rect.all { fill: #8885; } rect.covered { fill: var(--main); }
.customer { margin: .2rem 0; } .agent, .bot { margin: .2rem 0 .2rem 1.5rem; opacity: .85; }
"""


def report_html(summary: MiningSummary, mined: Mined) -> str:
    """The whole page; everything that people wrote is escaped, and nothing is loaded from elsewhere."""
    shown = _shown_conversations(mined)
    body = [
        "<h1>Mined intents</h1>",
        _facts(summary, mined),
        "<h2>Map</h2><p><small>Alike intents are close. A circle's area is its turns; the darker, the more "
        "they say one thing.</small></p>",
        map_svg(
            mined.advice.places,
            {intent.name: len(intent.turns) for intent in mined.intents},
            {intent.name: intent.coherence for intent in mined.intents},
        ),
        _periods(mined.advice),
        _advice(mined, shown),
        "<h2>Intents</h2>",
        _table(mined),
        *(_section(intent, mined, shown) for intent in mined.intents),
        _general(mined, shown),
        _held_back(mined, shown),
        _conversations(shown, mined.conversations),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Mined intents</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body></html>\n"
    )


def _facts(summary: MiningSummary, mined: Mined) -> str:
    facts = summary.facts
    numbers = {
        "conversations": facts.get("conversations"), "problem turns": summary.turns, "intents": len(mined.intents),
        "held back": summary.held_back, "responses": len(mined.drafts),
    }  # fmt: skip
    return (
        "<div class=facts>"
        + "".join(f"<span><b>{value}</b>{name}</span>" for name, value in numbers.items() if value)
        + "</div>"
        f"<p><small>Encoder {escape(str(facts.get('encoder')))}, seed {facts.get('seed')}, "
        f"granularity {escape(str(facts.get('granularity')))}. "
        f"Why turns were taken: {_counted(facts.get('reasons'))}. Replaced: {_counted(facts.get('redacted'))}. "
        f"Left out or noted: {_counted(facts.get('cleaned'))}.</small></p>"
    )


def _counted(counts: Mapping[str, int] | None) -> str:
    return ", ".join(f"{count} {escape(kind)}" for kind, count in (counts or {}).items()) or "nothing"


def _periods(advice: Advice) -> str:
    if len(advice.periods) < 2:
        return ""
    return (
        "<h2>Coverage over time</h2><p><small>Conversations, and dark those in which an intent was found.</small></p>"
        + periods_svg(advice.periods)
    )


def _advice(mined: Mined, shown: Mapping[str, int]) -> str:
    merges = [
        f"<li>{_link(pair.one)} and {_link(pair.other)} say much the same (similarity {pair.similarity:.2f}): "
        f"to make them one, <code>name: {escape(pair.one)}</code> for both in <code>review.yml</code></li>"
        for pair in mined.advice.merges
    ]
    splits = [
        f"<li>{_link(split.intent)} may be two ({split.sizes[0]} and {split.sizes[1]} turns): "
        + " · as against · ".join(
            "; ".join(f"“{escape(_cut(mined.turns[index].text, 90))}”" for index in half)
            for half in split.typical
        )
        + "</li>"
        for split in mined.advice.splits
    ]
    parts = [("To merge", merges), ("To split", splits)]
    found = "".join(f"<h4>{title}</h4><ul>{''.join(items)}</ul>" for title, items in parts if items)
    return f"<h2>Worth a look</h2>{found}" if found else ""


def _table(mined: Mined) -> str:
    largest = max((len(intent.turns) for intent in mined.intents), default=1)
    rows = [
        f"<tr><td>{_link(intent.name)}<td class=n>{len(intent.turns)}"
        f'<td><span class=bar style="width:{10 * len(intent.turns) / largest:.2f}rem"></span>'
        f"<td class=n>{intent.coherence:.2f}<td>{_match(intent)}</tr>"
        for intent in mined.intents
    ]
    return (
        "<table><tr><th>Intent<th class=n>Turns<th><th class=n>Coherence<th>Known intents</tr>"
        + "".join(rows)
        + "</table>"
    )


def _match(intent: MinedIntent) -> str:
    if intent.match.intent is None:
        return "new"
    return f"{intent.match.status} {escape(intent.match.intent)} ({intent.match.share:.0%} of its turns)"


def _section(intent: MinedIntent, mined: Mined, shown: Mapping[str, int]) -> str:
    drafts = [draft for draft in mined.drafts if draft.intent == intent.name]
    slots = [
        f"<li>{escape(slot.slot)}, asked in {slot.share:.0%} of the cases by <code>{escape(slot.response)}</code></li>"
        for slot in intent.slots
    ]
    return (
        f'<details id="i-{escape(intent.name)}" open><summary><h3>{escape(intent.name)}</h3> '
        f"<small>{len(intent.turns)} turns, coherence {intent.coherence:.2f}, {_match(intent)}</small></summary>"
        + _examples(typical_turns(intent, mined), mined.turns, shown, len(intent.turns))
        + (f"<h4>What agents answered</h4>{_drafts(drafts, shown)}" if drafts else "")
        + (f"<h4>What agents ask first</h4><ul>{''.join(slots)}</ul>" if slots else "")
        + "</details>"
    )


def typical_turns(intent: MinedIntent, mined: Mined) -> list[int]:
    """The turns that the report shows: those that belong most surely, each wording once."""
    ordered = sorted(intent.turns, key=lambda index: -round(float(mined.confidence[index]), 3))
    once = {mined.turns[index].text.casefold(): index for index in reversed(ordered)}
    return [index for index in ordered if once[mined.turns[index].text.casefold()] == index][:_EXAMPLES]


def _examples(
    indices: Sequence[int], turns: Sequence[ProblemTurn], shown: Mapping[str, int], total: int
) -> str:
    items = [
        f"<li>{escape(_cut(turns[i].text))} <span class=where>{_where(turns[i].id, turns[i].turn, shown)}, "
        f"{escape(turns[i].reason)}</span></li>"
        for i in indices
    ]
    if total > len(indices):
        items.append(f"<li><small>and {total - len(indices)} more in assignments.jsonl</small></li>")
    return "<ul>" + "".join(items) + "</ul>"


def _drafts(drafts: Sequence[Draft], shown: Mapping[str, int]) -> str:
    parts = [
        f"<blockquote>{escape(draft.text)}</blockquote><span class=where><code>{escape(draft.name)}</code> "
        f"said {draft.uses} times in {draft.conversations} conversations, worked {draft.worked} times; "
        f"{', '.join(_where(id, turn, shown) for id, turn in draft.sources[:3])}{_values(draft)}</span>"
        for draft in drafts[:_DRAFTS]
    ]
    if len(drafts) > _DRAFTS:
        parts.append(f"<p><small>and {len(drafts) - _DRAFTS} more in responses.yml</small></p>")
    return "".join(parts)


def _values(draft: Draft) -> str:
    kinds = (f"{escape(name)}: {escape(', '.join(values[:3]))}" for name, values in draft.values.items())
    return "".join(f"<br>{kind}" for kind in kinds)


def _general(mined: Mined, shown: Mapping[str, int]) -> str:
    drafts = [draft for draft in mined.drafts if not draft.intent]
    if not drafts:
        return ""
    return f"<details><summary><h3>Said with any intent</h3></summary>{_drafts(drafts, shown)}</details>"


def _held_back(mined: Mined, shown: Mapping[str, int]) -> str:
    assigned = {index for intent in mined.intents for index in intent.turns}
    held = [index for index in range(len(mined.turns)) if index not in assigned]
    if not held:
        return ""
    examples = _examples(held[: 3 * _EXAMPLES], mined.turns, shown, len(held))
    title = f"<h3>Held back</h3> <small>{len(held)} turns like no other</small>"
    return f"<details><summary>{title}</summary>{examples}</details>"


def _shown_conversations(mined: Mined) -> dict[str, int]:
    """The conversations that the report holds itself, with their numbers in it."""
    wanted = [mined.turns[index].id for intent in mined.intents for index in typical_turns(intent, mined)]
    wanted += [id for draft in mined.drafts for id, _ in draft.sources[:1]]
    held = [id for id in dict.fromkeys(wanted) if id in mined.conversations]
    return {id: number for number, id in enumerate(held[:_MOST_CONVERSATIONS])}


def _conversations(shown: Mapping[str, int], conversations: Mapping[str, Conversation]) -> str:
    if not shown:
        return ""
    parts = [
        f'<details id="c-{number}"><summary>{escape(id)}</summary>{_dialog(conversations[id])}</details>'
        for id, number in shown.items()
    ]
    return "<h2>Conversations</h2>" + "".join(parts)


def _dialog(conversation: Conversation) -> str:
    lines = [
        f"<p class={turn.speaker}><span class=where>{index}</span> {escape(_cut(turn.text))}</p>"
        for index, turn in enumerate(conversation.turns[:_MOST_TURNS])
    ]
    return "".join(lines)


def _link(name: str) -> str:
    return f'<a href="#i-{escape(name)}">{escape(name)}</a>'


def _where(id: str, turn: int | None, shown: Mapping[str, int]) -> str:
    place = escape(id if turn is None else f"{id}:{turn}")
    return f'<a href="#c-{shown[id]}">{place}</a>' if id in shown else place


def _cut(text: str, most: int = _MOST_CHARACTERS) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

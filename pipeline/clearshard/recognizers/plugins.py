"""Recognizers in Python that a configuration names: by import path, or by an entry point's name.

    redaction.plugins = ["acme.badges:BadgeRecognizer", "acme-badges"]

One that is merely installed is never used: what is redacted is what the configuration says, on
every machine. It is loaded from where modules are installed (or `PYTHONPATH`), as workers load it,
and never from the working folder. Its package counts, whole, in the digest of the redactor.

Whatever it does wrong quarantines the transcript: it raises, finds a type that it has not
declared, or a range that is none. Its name in a shard is that of its class, and nothing else that
it says of a result gets there.
"""

import hashlib
import inspect
import math
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from presidio_analyzer import EntityRecognizer, PatternRecognizer, RecognizerResult

from clearshard.children import module_path
from clearshard.errors import ConfigError
from clearshard.recognizers.fail_closed import fail_closed
from clearshard.recognizers.user_file import in_vain_patterns

GROUP = "clearshard.recognizers"
_ENTITY_TYPE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_UNKNOWN_VERSION = "none"


class _Unusable(Exception):
    """Why a recognizer cannot be used, and what to do."""


class PluginMisbehaved(Exception):
    """A recognizer of the user returned what no recognizer may."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A recognizer that a configuration names, found and not yet loaded.

    Attributes:
        name: As it is configured.
        module: Where it is.
        attribute: What it is called there.
        distribution: Name and version of what was installed, as far as that is known.
        files: Its whole package, or its module if that is in none.
    """

    name: str
    module: str
    attribute: str
    distribution: str
    files: tuple[Path, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of its version and of every file of its package."""
        digest = hashlib.sha256(f"{self.module}:{self.attribute} {self.distribution}".encode())
        for path in self.files:
            digest.update(f"\0{path.name}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    @property
    def told(self) -> str:
        """What a run record says of it."""
        return f"{self.name}: {self.module}:{self.attribute}, {self.distribution}, {self.digest}"


def find_plugins(names: Sequence[str]) -> list[Plugin]:
    """The recognizers that a configuration names, in its order.

    Raises:
        ConfigError: With every one that cannot be found.
    """
    found: list[Plugin] = []
    problems: list[str] = []
    for place, name in enumerate(names):
        try:
            if name in names[:place]:
                raise _Unusable("is named twice")
            found.append(_find(name))
        except _Unusable as problem:
            problems.append(f"redaction.plugins.{place} → {name} {problem}")
    if problems:
        raise ConfigError("configuration", problems)
    return found


def load_plugins(
    names: Sequence[str], language: str, regex_seconds: float
) -> list[EntityRecognizer]:
    """New instances, failing closed.

    Args:
        names: As they are configured.
        language: One that was made for another would never be right.
        regex_seconds: Time that one pattern may take on one transcript.

    Raises:
        ConfigError: With every one that cannot be used.
    """
    made: list[EntityRecognizer] = []
    problems: list[str] = []
    for place, plugin in enumerate(find_plugins(names)):
        try:
            made.append(_Checked(_make(plugin, language), regex_seconds))
        except _Unusable as problem:
            problems.append(f"redaction.plugins.{place} → {plugin.name} {problem}")
    if problems:
        raise ConfigError("configuration", problems)
    return made


def _find(name: str) -> Plugin:
    module, _, attribute = name.partition(":")
    version = None
    if not attribute:
        entry = _entry_point(name)
        module, attribute = entry.module, entry.attr
        if entry.dist is not None:
            version = f"{entry.dist.name} {entry.dist.version}"
    root = _root(module)
    if version is None:
        top = module.partition(".")[0]
        known = sorted(set(metadata.packages_distributions().get(top, ())))
        version = ", ".join(f"{d} {metadata.version(d)}" for d in known) or _UNKNOWN_VERSION
    return Plugin(name, module, attribute, version, _files(root))


def _entry_point(name: str) -> metadata.EntryPoint:
    entries = metadata.entry_points(group=GROUP, name=name)
    different = {(entry.module, entry.attr): entry for entry in entries}
    if not different:
        raise _Unusable(
            f"is no import path (package.module:Class), and nothing that is installed here has an "
            f"entry point of this name in the group {GROUP}: install the package that has it"
        )
    if len(different) > 1:
        raise _Unusable("is an entry point of several packages: name the import path instead")
    (entry,) = different.values()
    if not entry.attr:
        raise _Unusable("is an entry point that names no class: it must say package.module:Class")
    return entry


def _root(module: str) -> Path:
    """The outermost package of a module that is no namespace, or the module itself."""
    missing = _Unusable(
        f"cannot be imported: there is no module {module} where modules are installed. Install its "
        "package where clearshard is, or name its folder in PYTHONPATH; the working folder is not "
        "looked in"
    )
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        try:
            spec = find_spec(".".join(parts[:count]))
        except Exception as error:  # noqa: BLE001 - a package can raise anything
            if isinstance(error, ModuleNotFoundError) and error.name == ".".join(parts[:count]):
                raise missing from None
            raise _Unusable(f"cannot be imported: {type(error).__name__}. Mend it") from None
        if spec is None:
            raise missing
        if spec.origin is None:  # a namespace
            continue
        path = Path(spec.origin)
        if not path.is_file():
            raise _Unusable("is not in files of its own: install it unpacked")
        root = path.parent if path.stem == "__init__" else path
        kept = {os.path.realpath(p) for p in module_path()}
        folders = {os.path.realpath(p or Path.cwd()) for p in sys.path}
        if os.path.realpath(root.parents[count - 1]) in folders - kept:
            raise missing
        return root
    raise missing


def _files(root: Path) -> tuple[Path, ...]:
    if root.is_file():
        return (root,)
    return tuple(
        path
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    )


def _make(plugin: Plugin, language: str) -> EntityRecognizer:
    try:
        made: Any = import_module(plugin.module)
        for part in plugin.attribute.split("."):
            made = getattr(made, part)
    except AttributeError:
        raise _Unusable(f"is not there: {plugin.module} has no {plugin.attribute}") from None
    except Exception as error:  # noqa: BLE001 - a package can raise anything
        raise _Unusable(f"cannot be imported: {type(error).__name__}. Mend it") from None
    if not (inspect.isclass(made) and issubclass(made, EntityRecognizer)):
        raise _Unusable("is no class of recognizers (presidio_analyzer.EntityRecognizer)")
    try:
        recognizer: EntityRecognizer = made()
    except Exception as error:  # noqa: BLE001 - a package can raise anything
        raise _Unusable(
            f"cannot be made: {type(error).__name__}. It is called without arguments"
        ) from None
    if recognizer.supported_language != language:
        raise _Unusable(f"was made for another language than {language}")
    types = recognizer.supported_entities
    if not types or not all(isinstance(t, str) and _ENTITY_TYPE.fullmatch(t) for t in types):
        raise _Unusable("must find entity types, in UPPER_SNAKE_CASE (supported_entities)")
    for problem in in_vain_patterns(recognizer):
        raise _Unusable(problem.removeprefix(" → "))
    return recognizer


class _Checked(EntityRecognizer):  # type: ignore[misc]  # untyped base
    """A recognizer of the user, whose every result is looked at."""

    def __init__(self, recognizer: EntityRecognizer, regex_seconds: float) -> None:
        self._recognizer = fail_closed(recognizer, regex_seconds, of_user=True)
        super().__init__(
            supported_entities=list(recognizer.supported_entities),
            name=type(recognizer).__name__,
            context=[word for word in recognizer.context or () if isinstance(word, str)],
        )
        self.patterns = recognizer.patterns if isinstance(recognizer, PatternRecognizer) else ()

    def load(self) -> None:
        """It is loaded."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None
    ) -> list[RecognizerResult]:
        """What it finds in a text.

        Raises:
            PluginMisbehaved: It returned what no recognizer may.
        """
        wanted = [name for name in self.supported_entities if name in entities]
        found = self._recognizer.analyze(text, wanted, nlp_artifacts)
        if not isinstance(found, list | tuple):
            raise PluginMisbehaved
        return [self._result(one, len(text)) for one in found]

    def _result(self, one: Any, size: int) -> RecognizerResult:
        if not (
            isinstance(one, RecognizerResult)
            and type(one.start) is type(one.end) is int
            and 0 <= one.start < one.end <= size
            and one.entity_type in self.supported_entities
            and isinstance(one.score, int | float)
            and math.isfinite(one.score)
            and 0 <= one.score <= 1
        ):
            raise PluginMisbehaved
        return RecognizerResult(
            entity_type=one.entity_type,
            start=one.start,
            end=one.end,
            score=one.score,
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )

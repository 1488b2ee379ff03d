"""What decides a row, by name: two digests, of what made it and of what it promises.

**The redactor** (`redactor_digest`) is everything that decides what a transcript becomes: settings,
packages, models, lists and the code from its bytes to its row. A row of another redactor is stale:
kept, counted, and redone when somebody asks for that.

The code counts by module, and each is named here, so that nothing is redone for a module that only
lies beside those that decide. Whatever a worker imports must stand in one of two lists: `CODE`, or
`NOT_COUNTED` with the reason. `tests/run/test_fingerprint.py` walks the imports.

**The promise** (`promise_digest`) is what a row promises whoever uses it, whichever redactor made
it. A redactor changes with releases of this package, its models and the packages below it; that
alone does not take away what an earlier one has promised, so its rows may stay until somebody asks
to have them redone. What is *asked for* is another matter: which recognizers and NERs read, the
user's own among them, which types of data go, from which score on, and what stands in their place.

A row that was made under one promise could be kept under another if the first removes at least as
much. Nobody can tell that for certain: a recognizer more can also take a span away from a better
one, a profile names what it finds otherwise. So the only order is equality: **whoever asks for
anything else gets everything redone**, and a row made under less is never kept. The same holds for
rows with other columns.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from clearshard.config import Config, read_text
from clearshard.recognizers.plugins import find_plugins
from clearshard.recognizers.table import names_of
from clearshard.recognizers.unknown_word import word_list
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.redaction.ner import pipeline_digest
from clearshard.redaction.policy_names import ON_REQUEST, removed_types
from clearshard.redaction.redactor import detector_settings
from clearshard.redaction.steps import steps_of
from clearshard.tagger.model import tagger_path

#: Packages whose version can change what is read, what is found or how it is replaced.
PACKAGES = (
    "PyYAML",
    "msgspec",
    "numpy",
    "phonenumbers",
    "presidio-analyzer",
    "presidio-anonymizer",
    "regex",
    "spacy",
    "thinc",
    "tldextract",
)
#: Besides, where names are drawn: its lists.
NAMES_PACKAGE = "Faker"
#: Packages that the code below imports, and why their version does not count.
PACKAGES_NOT_COUNTED = {
    "pyarrow": "holds rows; their values and columns are those that it is given",
    "zstandard": "gives the bytes of a transcript, which is known by their digest",
}

#: Package → its modules between the bytes of a transcript and its row. Steps do not import each
#: other, but a row is what all of them make of it. A package's own name stands for what is in it.
CODE = {
    "records": "states tasks transcript",
    "recognizers": """
        recognizers card dates fail_closed finder frameworks gate group handle iban late
        license models never number_sequence number_words phone plugins reach
        table unknown_word url user_file vocabulary whole_date
    """,
    "recognizers.lists": "medicine occupations things",
    "recognizers.requested": "attributes formed listed moments quantities",
    "redaction": """
        apply context conversation detector entities foreign_words identities in_vain invented
        looked_for ner on_request once one_address operators patterns personal policy_names
        propagate reading readings recognized redactor replace residual resolve scores step_kinds
        steps whole_words
    """,
    "redaction.batch_ner": """
        encoder first_layer normalise parameters plain_words runtime transitions word_cache
        word_types
    """,
    "redaction.view": "alignment characters escapes extent markup numerals overrides scripts views",
    "redaction.written": "forms parts pieces runs values",
    "run": "assigned work",
    "shards": "pseudonyms staging",
    "sources": """
        alignment channels containers deletion faults heard json_keys sessions streams transcripts
    """,
    "sources.adapters": """
        adapters aws_transcribe deepgram gateway language_names segments streaming values voices
        whisper whisperx
    """,
    "tagger": "features model network tagging tokens vectors",
}

_PAGE = "says what the package holds, and does nothing"
_CARRIES = "carries work to a worker and back, and changes nothing of it"
_VALUES = "what it has read counts, by value"
_BYTES = "moves bytes; a transcript is known by their digest, a checkpoint by its name"
#: What a worker imports besides, and why it does not count.
NOT_COUNTED = {
    "clearshard": "finds the names of the Python API",
    "clearshard.children": _CARRIES,
    "clearshard.config": "gives the names of what is below it",
    "clearshard.config.loading": _VALUES,
    "clearshard.config.places": _VALUES,
    "clearshard.config.sections": _VALUES,
    "clearshard.config.whole": _VALUES,
    "clearshard.engines": _PAGE,
    "clearshard.engines.engine": "says what an engine is",
    "clearshard.errors": "says why nothing was made",
    "clearshard.keys": "of work under another key nothing is taken: the key's id is compared",
    "clearshard.layout": "says where in an output a file lies, which is no part of a row",
    "clearshard.records": _PAGE,
    "clearshard.records.facts": "no row holds a fact",
    "clearshard.records.places": "says where in the shards a row lies, which is no part of it",
    "clearshard.records.schemas": "the columns of a row count, by name and type",
    "clearshard.recognizers.lists": _PAGE,
    "clearshard.recognizers.requested": _PAGE,
    "clearshard.redaction": _PAGE,
    "clearshard.redaction.batch_ner": _PAGE,
    "clearshard.redaction.view": _PAGE,
    "clearshard.redaction.written": _PAGE,
    "clearshard.run": "makes the package the function that runs a job",
    "clearshard.run.fingerprint": "what it names counts",
    "clearshard.shards": _PAGE,
    "clearshard.toml": _VALUES,
    "clearshard.sources": _PAGE,
    "clearshard.storage": _PAGE,
    "clearshard.storage.beneath": _BYTES,
    "clearshard.storage.failures": _BYTES,
    "clearshard.storage.files": _BYTES,
    "clearshard.storage.sources": _BYTES,
    "clearshard.storage.store": _BYTES,
    "clearshard.surroundings": "says when the environment may be read, and no setting of a row",
    "clearshard.tagger": _PAGE,
    "clearshard.transport": _PAGE,
    "clearshard.transport.addresses": "says where a key may be sent, which is no part of a row",
    "clearshard.transport.databases": "says where a registry is asked, which is no part of a row",
    "clearshard.vault": _PAGE,
    "clearshard.vault.sealed": _BYTES,
    "clearshard.vault.vault": _BYTES,
    "clearshard.vault.wrapping": _BYTES,
}

#: Settings whose values are in no order.
_SETS = ("entities", "also_entities", "keep_entities", "languages")
#: Not asked of redaction: a pattern that takes longer than this quarantines, and removes nothing.
NOT_ASKED = frozenset(("regex_timeout_seconds",))


def counted() -> Iterator[str]:
    """The modules of `CODE`, by their full names."""
    for package, names in CODE.items():
        for name in names.split():
            is_package = package.rpartition(".")[2] == name
            yield f"clearshard.{package}" if is_package else f"clearshard.{package}.{name}"


def code_digest(package: Traversable) -> str:
    """SHA-256 of the code that decides what a transcript becomes.

    Args:
        package: The folder of the package `clearshard`.

    Raises:
        FileNotFoundError: A module that counts is not there.
    """
    digest = hashlib.sha256()
    for module in sorted(counted()):
        digest.update(f"\0{module}\0".encode())
        digest.update(_source(package, module).read_bytes())
    return digest.hexdigest()


def _source(package: Traversable, module: str) -> Traversable:
    *folders, name = module.split(".")[1:]
    for folder in folders:
        package = package / folder
    inner = package / name / "__init__.py"
    return inner if inner.is_file() else package / f"{name}.py"


#: Of the code as it is loaded. A program that goes on while an upgrade is installed beneath it runs
#: what it has loaded, and must not say that it was the new one.
_CODE_DIGEST = code_digest(resources.files("clearshard"))


def redactor_digest(config: Config) -> str:
    """SHA-256 of everything that decides what a transcript becomes: settings, models, code.

    Raises:
        ConfigError: The configuration names a model or a file that is not there.
    """
    settings = detector_settings(config)
    digest = hashlib.sha256(
        msgspec.json.encode(
            {
                "settings": config.redaction.model_dump(mode="json"),
                "read": _read_as(config),
                "columns": str(SHARD_SCHEMA),
                "packages": {name: _version(name) for name in _packages(config)},
                # What is a letter, and what its lower case is.
                "unicode": unicodedata.unidata_version,
                "code": _CODE_DIGEST,
            },
            order="sorted",
        )
    )
    if settings.user_recognizers is not None:
        digest.update(read_text(settings.user_recognizers).encode())
    for plugin in find_plugins(settings.plugins):
        digest.update(plugin.digest.encode())
    if settings.profile != "stock":
        digest.update(tagger_path().read_bytes())
    for ner in settings.ners:
        digest.update(pipeline_digest(ner).encode())
    digest.update(word_list().read_bytes())
    return digest.hexdigest()


def promise_digest(config: Config) -> str:
    """SHA-256 of what is asked of redaction, and of the form of its result.

    Every setting counts but those of `NOT_ASKED`, so that none is forgotten that is added later;
    of what a setting names (a file, a pipeline) the content counts, wherever it lies. Of a profile
    its recognizers and steps count by name: one that a release adds to it asks for more, one that
    a release improves does not.

    Raises:
        ConfigError: The configuration names a model or a file that is not there.
    """
    asked: dict[str, Any] = config.redaction.model_dump(mode="json", exclude=set(NOT_ASKED))
    for name in _SETS:
        asked[name] = asked[name] and sorted(set(asked[name]))
    asked["table"] = names_of(config.redaction.profile)
    asked["steps"] = [step.name for step in steps_of(config.redaction.profile)]
    if config.redaction.recognizers is not None:
        content = read_text(config.path(config.redaction.recognizers)).encode()
        asked["recognizers"] = hashlib.sha256(content).hexdigest()
    # A configuration that names none asks for what it always did.
    del asked["plugins"]
    if not asked["also_entities"]:
        del asked["also_entities"]
    named = (*(config.redaction.entities or ()), *config.redaction.also_entities)
    if requested := removed_types(named, ON_REQUEST):
        # A name of a policy may come to stand for more of them.
        asked["requested"] = sorted(requested)
    if config.redaction.plugins:
        asked["plugins"] = [p.digest for p in find_plugins(config.redaction.plugins)]
    if config.redaction.spacy_model is not None:
        # It is the only one that is read by spaCy.
        asked["spacy_model"] = pipeline_digest(detector_settings(config).ners[-1])
    # Read in another form, or believed to be of another language, it is another transcript.
    asked["read"] = _read_as(config)
    all_of_it = msgspec.json.encode({"asked": asked, "columns": str(SHARD_SCHEMA)}, order="sorted")
    return hashlib.sha256(all_of_it).hexdigest()


def _read_as(config: Config) -> Mapping[str, str | None]:
    """The settings that decide what is read as a transcript's text."""
    return {"format": config.sources.format, "language": config.sources.language}


def _packages(config: Config) -> Iterator[str]:
    yield from PACKAGES
    if config.redaction.draws_names:
        yield NAMES_PACKAGE


@cache
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"

"""A spaCy pipeline with nothing in it but what finds entities, as Presidio sees it."""

# ruff: noqa: SIM905 - lists of words read better as words

import hashlib
from collections.abc import Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clearshard.errors import ConfigError
from clearshard.recognizers.models import STOCK, require_recorded
from clearshard.records.transcript import Span
from clearshard.redaction.entities import Reading
from clearshard.redaction.scores import TAGGER

if TYPE_CHECKING:  # it takes as long to import as all else of a worker; few runs have an NER
    from spacy.language import Language

#: spaCy's entity labels → Presidio's types, as stock Presidio maps them.
NER_TYPES = {
    "PER": "PERSON",
    "PERSON": "PERSON",
    "NORP": "NRP",
    "FAC": "LOCATION",
    "LOC": "LOCATION",
    "GPE": "LOCATION",
    "LOCATION": "LOCATION",
    "ADDRESS": "STREET_ADDRESS",
    "DATE": "DATE_TIME",
    "TIME": "DATE_TIME",
}
#: Labels that are no personal data for stock Presidio, nor for us. Any label that is in neither
#: table is one that somebody has trained on purpose: it is found under its own name.
_NOT_PERSONAL = frozenset(
    "CARDINAL EVENT LANGUAGE LAW MONEY ORDINAL ORG ORGANIZATION PERCENT PRODUCT QUANTITY "
    "WORK_OF_ART".split()
)
#: Pipes that the NER may listen to; all others of a pipeline are not loaded.
_EMBEDDINGS = frozenset(("tok2vec",))
#: Pipes that need a framework which is never loaded: `clearshard.recognizers.frameworks`.
_TRANSFORMERS = frozenset(("transformer", "curated_transformer"))
_ENTITIES = "doc.ents"
#: What stock Presidio reads with; made for written text.
STOCK_NER = STOCK
#: The name that Presidio gives to whatever its spaCy model finds.
RECOGNIZER = "SpacyRecognizer"


def load_ner(model: str) -> "Language":
    """A spaCy pipeline with nothing in it but its entity recognizers and what they need.

    Args:
        model: Name of an installed pipeline package, or a path.

    Raises:
        ConfigError: It is not installed, cannot be loaded, has no NER or needs a transformer; or is
            that of stock Presidio in another release.
    """
    import spacy
    from thinc.api import NumpyOps, set_current_ops

    if model == STOCK:
        require_recorded(STOCK, pipeline_digest(model))
    # spaCy's default kernel (blis) picks a generic code path on many processors; NumPy's does not.
    set_current_ops(NumpyOps(use_blis=False))
    try:
        config = spacy.util.load_config(model_folder(model) / "config.cfg")
        factories = {n: config["components"][n]["factory"] for n in config["nlp"]["pipeline"]}
        if not _TRANSFORMERS.isdisjoint(factories.values()):
            raise _not_usable(
                model, "needs PyTorch, which is not used. Name one without transformers"
            )
        blank = spacy.blank(config["nlp"]["lang"])
        finders = [name for name, factory in factories.items() if _finds_entities(blank, factory)]
        keep = {*finders, *(n for n, factory in factories.items() if factory in _EMBEDDINGS)}
        nlp = (
            spacy.load(model, exclude=[n for n in factories if n not in keep]) if finders else None
        )
    except ConfigError:
        raise
    except Exception as error:  # noqa: BLE001 - a package may raise anything on import
        raise _not_usable(model, f"cannot be loaded ({type(error).__name__})") from None
    if nlp is None:
        raise _not_usable(model, "has no NER")
    if not any(_listens(nlp.get_pipe(name)) for name in finders):
        for name in [n for n in nlp.pipe_names if n not in finders]:
            nlp.remove_pipe(name)
    return nlp


def model_folder(model: str) -> Path:
    """The folder that holds a pipeline's configuration and weights.

    Raises:
        OSError: There is none.
    """
    path = Path(model)
    if path.exists():
        return path
    import spacy

    try:
        package = spacy.util.get_package_path(model)
    except ImportError:
        raise FileNotFoundError(model) from None
    meta = spacy.util.get_model_meta(package)
    return Path(package) / f"{package.name}-{meta['version']}"


def pipeline_digest(model: str) -> str:
    """SHA-256 of everything in a pipeline's folder, wherever it lies.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        folder = model_folder(model)
    except OSError:
        raise _not_usable(model, "is not an installed pipeline") from None
    digest = hashlib.sha256()
    files = (p for p in folder.rglob("*") if p.is_file() and p.parent.name != "__pycache__")
    for path in sorted(files):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def entity_types(nlp: "Language") -> list[str]:
    """The types that a pipeline of `load_ner` can find, sorted."""
    labels = {
        label for name in nlp.pipe_names for label in getattr(nlp.get_pipe(name), "labels", ())
    }
    return types_of_labels(labels)


def types_of_labels(labels: Set[str]) -> list[str]:
    """What labels of entities are called by Presidio, sorted; without what is not personal."""
    return sorted({NER_TYPES.get(label, label) for label in labels - _NOT_PERSONAL})


def spans_of(
    readings: Sequence[Reading], starts: Sequence[int], recognizer: str = RECOGNIZER
) -> list[Span]:
    """What was found in a transcript, under Presidio's names.

    Args:
        readings: One for each range that was read.
        starts: Where each range starts in the transcript.
        recognizer: Who has read.
    """
    return [
        Span(
            start + entity.start_char,
            start + entity.end_char,
            NER_TYPES.get(entity.label, entity.label),
            entity.score,
            recognizer,
        )
        for reading, start in zip(readings, starts, strict=True)
        for entity in reading.entities
        # The tagger gives these labels where they were asked for alone.
        if recognizer == TAGGER or entity.label not in _NOT_PERSONAL
    ]


def _not_usable(model: str, why: str) -> ConfigError:
    return ConfigError("configuration", [f"redaction.spacy_model → {model} {why}"])


def _finds_entities(blank: "Language", factory: str) -> bool:
    return blank.has_factory(factory) and _ENTITIES in blank.get_factory_meta(factory).assigns


def _listens(pipe: Any) -> bool:
    model = getattr(pipe, "model", None)
    return model is not None and any(n.name.endswith("-listener") for n in model.walk())

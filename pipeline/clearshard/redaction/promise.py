"""What a redacted transcript promises whoever uses it, whichever redactor made it.

A redactor changes with every release of this package, its models and the packages below it; that
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
from typing import Any

import msgspec

from clearshard.config import Config, read_text
from clearshard.recognizers.plugins import find_plugins
from clearshard.recognizers.table import names_of
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.redaction.ner import pipeline_digest
from clearshard.redaction.redactor import detector_settings, read_as
from clearshard.redaction.steps import steps_of

#: Settings whose values are in no order.
_SETS = ("entities", "keep_entities", "languages")
#: Not asked of redaction: a pattern that takes longer than this quarantines, and removes nothing.
_NOT_ASKED = frozenset(("regex_timeout_seconds",))


def promise_digest(config: Config) -> str:
    """SHA-256 of what is asked of redaction, and of the form of its result.

    Every setting counts but those of `_NOT_ASKED`, so that none is forgotten that is added later;
    of what a setting names (a file, a pipeline) the content counts, wherever it lies. Of a profile
    its recognizers and steps count by name: one that a release adds to it asks for more, one that
    a release improves does not.

    Raises:
        ConfigError: The configuration names a model or a file that is not there.
    """
    asked: dict[str, Any] = config.redaction.model_dump(mode="json", exclude=set(_NOT_ASKED))
    for name in _SETS:
        asked[name] = asked[name] and sorted(set(asked[name]))
    asked["table"] = names_of(config.redaction.profile)
    asked["steps"] = [step.name for step in steps_of(config.redaction.profile)]
    if config.redaction.recognizers is not None:
        asked["recognizers"] = _digest(read_text(config.path(config.redaction.recognizers)))
    # A configuration that names none asks for what it always did.
    del asked["plugins"]
    if config.redaction.plugins:
        asked["plugins"] = [p.digest for p in find_plugins(config.redaction.plugins)]
    if config.redaction.spacy_model is not None:
        # It is the last of those that read; the one before it is the profile's.
        asked["spacy_model"] = pipeline_digest(detector_settings(config).ners[-1])
    # Read in another form, or believed to be of another language, it is another transcript.
    asked["read"] = read_as(config)
    content = msgspec.json.encode({"asked": asked, "columns": str(SHARD_SCHEMA)}, order="sorted")
    return hashlib.sha256(content).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

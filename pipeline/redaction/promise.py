"""What a redacted transcript promises whoever uses it, whichever redactor made it.

A redactor changes with every model, recognizer and line of code; that alone does not take away what
an earlier one has promised, so its rows may stay until somebody asks to have them redone. What is
asked for is another matter: which types of data go, from which score on, and what stands in their
place. A row that was made to another promise is never used again, and neither is one with other
columns: whoever asks for more to be removed must not find less.
"""

import hashlib

import msgspec

from pipeline.config import Config
from pipeline.records import SHARD_SCHEMA

_ASKED_FOR = (
    "entities",
    "keep_entities",
    "languages",
    "operator",
    "operators",
    "score_threshold",
)


def promise_digest(config: Config) -> str:
    """SHA-256 of what is asked of redaction, and of the form of its result."""
    settings = config.redaction.model_dump(mode="json", include=set(_ASKED_FOR))
    content = msgspec.json.encode(
        {"settings": settings, "columns": str(SHARD_SCHEMA)}, order="sorted"
    )
    return hashlib.sha256(content).hexdigest()

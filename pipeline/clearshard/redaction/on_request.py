"""Whether something was found because somebody asked for more than what is personal."""

from clearshard.records.transcript import Span
from clearshard.redaction.policy_names import ON_REQUEST
from clearshard.redaction.scores import TAGGER

#: Recognizers of such types: those of `clearshard.recognizers.requested`, by name.
RECOGNIZERS = frozenset(
    (
        *("AttributeRecognizer", "FormedNameRecognizer", "ListedRecognizer"),
        *("MomentRecognizer", "QuantityRecognizer"),
    )
)


def is_on_request(span: Span) -> bool:
    """Whether it is of a type on request; what a recognizer of the user finds is none of these."""
    return span.entity_type in ON_REQUEST and (
        span.recognizer == TAGGER or span.recognizer in RECOGNIZERS
    )

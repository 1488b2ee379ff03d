"""What the record of a run says of its configuration."""

from clearshard.config import Redaction
from clearshard.records.run import RedactionTerms


def redaction_terms(settings: Redaction) -> RedactionTerms:
    """What redaction was asked for, as it was configured."""
    return RedactionTerms(
        profile=settings.profile,
        operator=settings.operator,
        operators=dict(sorted(settings.operators.items())),
        entities=settings.entities,
        keep_entities=settings.keep_entities,
        score_threshold=settings.score_threshold,
        languages=settings.languages,
        spacy_model=settings.spacy_model,
        recognizers=settings.recognizers,
    )

"""What is configured to find something and never could: each is an error, never a silence."""

from collections.abc import Collection, Iterable, Iterator

from presidio_analyzer import EntityRecognizer, PatternRecognizer

from clearshard.recognizers.finder import Finder
from clearshard.redaction.context import highest_score

_MOST = 1.0


def in_vain(
    recognizers: Iterable[EntityRecognizer], wanted: Collection[str], threshold: float
) -> Iterator[str]:
    """What is wrong with recognizers of the user that can remove nothing.

    Args:
        recognizers: Those of the user.
        wanted: The entity types that are looked for.
        threshold: Spans below this score are dropped.
    """
    for recognizer in recognizers:
        if not set(recognizer.supported_entities) & set(wanted):
            types = ", ".join(recognizer.supported_entities)
            yield (
                f"{recognizer.name} finds {types}, which redaction.entities and "
                "keep_entities leave in the text: it would remove nothing"
            )
            continue
        for pattern in getattr(recognizer, "patterns", ()):
            best = round(highest_score(pattern.score, recognizer.context or ()), 4)
            if best < threshold:
                yield (
                    f"{recognizer.name}: {pattern.name} scores {best:g} at most, below "
                    f"redaction.score_threshold ({threshold:g}): it would remove nothing"
                )


def best_score(recognizer: EntityRecognizer) -> float:
    """The highest score that a recognizer can give; 1 where nobody can tell."""
    if isinstance(recognizer, Finder):
        return recognizer.score
    cls = type(recognizer)
    if (
        not isinstance(recognizer, PatternRecognizer)
        # What a check digit confirms has the highest score.
        or cls.validate_result is not PatternRecognizer.validate_result
        or cls.analyze is not PatternRecognizer.analyze
    ):
        return _MOST
    context = recognizer.context or ()
    return max(round(highest_score(p.score, context), 4) for p in recognizer.patterns)

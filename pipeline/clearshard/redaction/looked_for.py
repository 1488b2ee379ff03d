"""What is looked for, out of what could be found: the same for who checks and for who detects."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearshard.config import Redaction
from clearshard.recognizers.table import LANGUAGE, Recognizers
from clearshard.redaction.in_vain import best_score, in_vain
from clearshard.redaction.policy_names import kept_types, problem_with, removed_types
from clearshard.redaction.scores import NER_SCORE

_PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class LookedFor:
    """The entity types of a detector.

    Attributes:
        supported: Those that its recognizers can find.
        wanted: Those that it looks for.
        reachable: Those of them of which anything can score as much as is asked.
        in_vain: What is wrong with recognizers of the user that would remove nothing.
    """

    supported: frozenset[str]
    wanted: frozenset[str]
    reachable: frozenset[str]
    in_vain: tuple[str, ...]


def looked_for(
    entities: Sequence[str] | None,
    keep_entities: Sequence[str],
    score_threshold: float,
    ner_types: Sequence[Sequence[str]],
    recognizers: Recognizers,
) -> LookedFor:
    """What a detector looks for.

    Args:
        entities: Types to look for; None is every type.
        keep_entities: Types that are left in the text.
        score_threshold: Candidates below are dropped.
        ner_types: What each NER can find.
        recognizers: Those that run besides.
    """
    supported = frozenset[str]().union(
        *ner_types, *(recognizer.supported_entities for recognizer in recognizers.every)
    )
    wanted = supported if entities is None else removed_types(entities, supported)
    wanted -= kept_types(keep_entities, supported)
    reachable = wanted & frozenset[str]().union(
        *(ner_types if score_threshold <= NER_SCORE else ()),
        *(
            recognizer.supported_entities
            for recognizer in recognizers.every
            if best_score(recognizer) >= score_threshold
        ),
    )
    vain = tuple(in_vain(recognizers.users, wanted, score_threshold))
    return LookedFor(supported, wanted, reachable, vain)


def problems_of_types(settings: Redaction, types: LookedFor) -> list[str]:
    """What is wrong with the types that a configuration names, or leaves."""
    supported = types.supported
    problems = [
        f"redaction.entities → unknown entity type {name}"
        for name in sorted(set(settings.entities or ()))
        if not removed_types([name], supported)
    ]
    problems += [
        f"redaction.keep_entities → {problem}"
        for name in sorted(set(settings.keep_entities))
        if (problem := problem_with(name, settings.keep_entities, supported)) is not None
    ]
    problems += [
        f"redaction.operators → unknown entity type {name}"
        for name in sorted(set(settings.operators) - supported)
    ]
    if not types.wanted:
        # Presidio would take an empty list for "all of them".
        problems.append("redaction.entities → no type is left to look for")
    elif not types.reachable:
        problems.append(
            "redaction.score_threshold → nothing that is looked for can score as much: nothing "
            "would be removed"
        )
    if settings.entities is None and _PERSON not in supported:
        problems.append(
            f"redaction.spacy_model → finds no {_PERSON}, and with this profile nothing else does: "
            "names would stay. List what is to be looked for in redaction.entities if they may"
        )
    return [*problems, *(f"redaction.recognizers → {problem}" for problem in types.in_vain)]


def problems_of_languages(settings: Redaction) -> list[str]:
    """Languages that nobody has made a recognizer for."""
    return [
        f"redaction.languages → no recognizer was made for {language}"
        for language in settings.languages
        if language != LANGUAGE
    ]

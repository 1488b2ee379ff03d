"""What is looked for, out of what could be found: the same for who checks and for who detects."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearshard.config import Redaction
from clearshard.recognizers.table import LANGUAGE, Recognizers
from clearshard.redaction.in_vain import best_score, in_vain
from clearshard.redaction.policy_names import (
    ON_REQUEST,
    kept_types,
    problem_with,
    removed_types,
)
from clearshard.redaction.scores import NER_SCORE

_PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class Named:
    """The entity types, or names of policies, that a configuration names.

    Attributes:
        entities: To look for; None is every type but those that are found on request.
        also: To look for besides.
        keep: To leave in the text.
    """

    entities: Sequence[str] | None
    also: Sequence[str]
    keep: Sequence[str]


@dataclass(frozen=True, slots=True)
class LookedFor:
    """The entity types of a detector.

    Attributes:
        supported: Those that its recognizers can find.
        keepable: Those of them that are looked for unless they are kept.
        wanted: Those that it looks for.
        requested: Those of them that were asked for by name and are found on request alone.
        reachable: Those of them of which anything can score as much as is asked.
        in_vain: What is wrong with recognizers of the user that would remove nothing.
    """

    supported: frozenset[str]
    keepable: frozenset[str]
    wanted: frozenset[str]
    requested: frozenset[str]
    reachable: frozenset[str]
    in_vain: tuple[str, ...]


def looked_for(
    named: Named,
    score_threshold: float,
    ner_types: Sequence[Sequence[str]],
    requested_types: Sequence[str],
    recognizers: Recognizers,
) -> LookedFor:
    """What a detector looks for.

    Args:
        named: What the configuration names.
        score_threshold: Candidates below are dropped.
        ner_types: What each NER finds, the tagger among them.
        requested_types: What the tagger finds besides, on request.
        recognizers: Those that run besides.
    """
    by_default = frozenset[str]().union(
        *ner_types, *(r.supported_entities for r in recognizers.every)
    )
    on_request = frozenset(requested_types).union(
        *(r.supported_entities for r in recognizers.requested)
    )
    supported = by_default | on_request
    by_name = removed_types((*(named.entities or ()), *named.also), supported)
    asked = by_name | by_default if named.entities is None else by_name
    keepable = asked | by_default
    wanted = asked - kept_types(named.keep, keepable)
    requested = wanted & by_name & on_request
    reachable = wanted & frozenset[str]().union(
        *((*ner_types, requested_types) if score_threshold <= NER_SCORE else ()),
        *(
            recognizer.supported_entities
            for recognizer in (*recognizers.every, *recognizers.requested)
            if best_score(recognizer) >= score_threshold
        ),
    )
    vain = tuple(in_vain(recognizers.users, wanted, score_threshold))
    return LookedFor(supported, keepable, wanted, requested, reachable, vain)


def problems_of_types(settings: Redaction, types: LookedFor) -> list[str]:
    """What is wrong with the types that a configuration names, or leaves."""
    supported = types.supported
    problems = [
        f"redaction.{setting} → {_unknown(name, settings)}"
        for setting, names in (
            ("entities", settings.entities or ()),
            ("also_entities", settings.also_entities),
        )
        for name in sorted(set(names))
        if not removed_types([name], supported)
    ]
    problems += [
        f"redaction.keep_entities → {problem}"
        for name in sorted(set(settings.keep_entities))
        if (problem := _problem_of_kept(name, settings, types)) is not None
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


def _problem_of_kept(name: str, settings: Redaction, types: LookedFor) -> str | None:
    holders = removed_types([name], types.supported)
    if not holders:
        return _unknown(name, settings)
    if holders.isdisjoint(types.keepable):
        # Nobody asks for it, so it stays.
        return None
    return problem_with(name, settings.keep_entities, types.keepable)


def _unknown(name: str, settings: Redaction) -> str:
    if settings.profile == "stock" and removed_types([name], ON_REQUEST):
        return f"{name} is found with the profiles strict and balanced alone"
    return f"unknown entity type {name}"


def problems_of_languages(settings: Redaction) -> list[str]:
    """Languages that nobody has made a recognizer for."""
    return [
        f"redaction.languages → no recognizer was made for {language}"
        for language in settings.languages
        if language != LANGUAGE
    ]

"""What a run was made under, in words.

Digests prove that two runs were made alike; they tell nobody what was asked for. Whoever reads a
record, a card, a report or a bundle is told the same here. Values come from configurations and
policies as they are: whoever shows them makes them inert.
"""

import tomllib
from functools import lru_cache
from typing import Any

from clearshard.records.run import RedactionTerms, RunRecord

#: Of runs whose record is older than what is asked for.
NOT_RECORDED = "not recorded"

_PROFILES = {
    "strict": "strict: all recognizers",
    "balanced": "balanced: all recognizers but the one for words in no dictionary",
    "stock": "stock: the recognizers that Presidio switches on by itself",
}
_REPLACED = {
    "tag": "by its type, as in <PERSON>",
    "numbered_tag": "by its type and a number, as in <PERSON_1>: the same value of a transcript "
    "has the same number",
    "mask": "by asterisks, one a character",
    "hash": "by its type and a keyed hash, as in <PERSON_9f2c4b1a6d0e>: the same value everywhere "
    "has the same hash",
    "surrogate": "by an invented value of the same kind",
    "drop": "by nothing",
}


def terms_of(record: RunRecord) -> dict[str, str]:
    """What a run was made under: what is told → in words, in the order to tell it."""
    told = {"policy": policy_name(record.policy_toml)}
    if record.below_published:
        # The reasons that were given are for who reads the record.
        rules = ", ".join(waived.rule for waived in record.below_published)
        told["below published"] = f"these rules of the published policy are not kept: {rules}"
    redaction = record.redaction
    if redaction is None:
        return {**told, "redaction": NOT_RECORDED}
    return {
        **told,
        "profile": _profile(redaction),
        "replaced": _replaced(redaction),
        "looked for": _looked_for(redaction),
        "kept": _listed(redaction.keep_entities, "no type"),
        "threshold": f"what scores less than {redaction.score_threshold:g} stays",
        "languages": _listed(redaction.languages, "none"),
        **({"below default": "; ".join(record.below_default)} if record.below_default else {}),
        "limits": _limits(record),
    }


def made_under(record: RunRecord) -> dict[str, str]:
    """The same, and who ran: for whoever may know that."""
    return {**terms_of(record), "ran by": ran_by(record)}


def ran_by(record: RunRecord) -> str:
    """Who ran, and on which machine."""
    return f"{record.actor} on {record.host}" if record.actor else NOT_RECORDED


@lru_cache(maxsize=8)
def policy_name(policy_toml: str) -> str:
    """Title and version of a recorded policy."""
    try:
        policy: dict[str, Any] = tomllib.loads(policy_toml)
    except (ValueError, RecursionError):
        return NOT_RECORDED
    title, version = policy.get("title"), policy.get("version")
    return f"{title}, version {version}" if isinstance(title, str) else NOT_RECORDED


def _profile(redaction: RedactionTerms) -> str:
    words = _PROFILES.get(redaction.profile, redaction.profile)
    more = [
        *(["recognizers of one's own"] if redaction.recognizers else []),
        *(["another NER besides"] if redaction.spacy_model else []),
    ]
    return f"{words}, and {' and '.join(more)}" if more else words


def _replaced(redaction: RedactionTerms) -> str:
    words = f"{redaction.operator}: {_REPLACED.get(redaction.operator, '')}"
    others = ", ".join(f"{name} by {how}" for name, how in sorted(redaction.operators.items()))
    return f"{words}; but {others}" if others else words


def _looked_for(redaction: RedactionTerms) -> str:
    words = _listed(redaction.entities, "every type that is looked for by default")
    return (
        f"{words}; and {_listed(redaction.also_entities, '')}" if redaction.also_entities else words
    )


def _listed(names: tuple[str, ...] | None, otherwise: str) -> str:
    return ", ".join(sorted(names)) if names else otherwise


def _limits(record: RunRecord) -> str:
    shares = (
        (record.max_quarantined_share, "of the eligible files in quarantine"),
        (record.max_drop_share, "of the files of the run before gone"),
    )
    told = ", ".join(f"at most {share:.1%} {what}" for share, what in shares if share is not None)
    return f"{told}; whatever was gone was accepted" if record.drop_accepted else told

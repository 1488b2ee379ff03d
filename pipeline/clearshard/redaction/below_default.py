"""What a configuration leaves in the text that the default takes out, in words.

No such setting is refused: somebody may be entitled to names, and says so by it. But none is
silent. What it leaves is said on every run, and stays in the record, the ledger and the report, so
that nobody takes such shards for what they are not. See docs/decisions/0022.
"""

from collections.abc import Iterator

from clearshard.config import Redaction
from clearshard.redaction.policy_names import HOLDS, kept_types, removed_types
from clearshard.redaction.scores import NER_SCORE, TAGGER_LEAST

#: What every shard is expected to be without, and the types that may hold it.
_EXPECTED = {
    "people": ("PERSON",),
    "places and addresses": ("LOCATION", "STREET_ADDRESS"),
    "mail addresses": ("EMAIL_ADDRESS",),
    "numbers of phones, cards, accounts and papers": (
        "PHONE_NUMBER",
        "CREDIT_CARD",
        "ACCOUNT_NUMBER",
        "NUMBER_SEQUENCE",
        "US_SSN",
        "US_PASSPORT",
        "US_DRIVER_LICENSE",
        "IBAN_CODE",
        "US_BANK_NUMBER",
    ),
}
_DEFAULT = Redaction()
_PROFILES = {
    "balanced": "words in no dictionary are not looked for",
    "stock": "only what Presidio switches on by itself is looked for; nothing that was made for "
    "speech, or reads what was said as it is written",
}


def below_default(settings: Redaction) -> tuple[str, ...]:
    """One line for each setting by which less is removed than by the default; never content."""
    return tuple(_below(settings))


def _below(settings: Redaction) -> Iterator[str]:
    if settings.profile in _PROFILES:
        yield f"redaction.profile = {settings.profile} → {_PROFILES[settings.profile]}"
    if settings.score_threshold > _DEFAULT.score_threshold:
        yield (
            f"redaction.score_threshold = {settings.score_threshold:g} → what scores less stays in "
            f"the text{_names_above(settings)}"
        )
    types = frozenset(HOLDS)
    if settings.entities is not None:
        asked = (*settings.entities, *settings.also_entities)
        left = types - removed_types(asked, types)
        if left:
            yield f"redaction.entities → {_told(left)}"
    if settings.keep_entities:
        # A type that only a recognizer of the user finds is in no list.
        kept = kept_types(settings.keep_entities, types) | (
            frozenset(name for name in settings.keep_entities if name.isupper())
        )
        yield f"redaction.keep_entities → {_told(kept)}"


def _names_above(settings: Redaction) -> str:
    """Of what finds names, nothing scores more than an NER, but for recognizers of the user."""
    if settings.score_threshold > NER_SCORE:
        return "; no name that an NER or the tagger finds is taken out: people stay in the text"
    if settings.score_threshold > TAGGER_LEAST and settings.profile != "stock":
        return "; what the tagger is less sure of too: some people stay in the text"
    return ""


def _told(left: frozenset[str]) -> str:
    """What stays: the classes that people expect to be gone first, then the types."""
    classes = [name for name, types in _EXPECTED.items() if left.intersection(types)]
    first = f"{', '.join(classes)} stay in the text, by these types: " if classes else ""
    return f"{first or 'what stays in the text: '}{', '.join(sorted(left))}"

"""Addresses of well-known mail providers, run together or cut to pieces: "clem 74 gmailcom".

Recognition loses "at" and "dot" more often than the name of the provider, and nobody says that name
for anything but an address.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator

from pipeline.recognizers.finder import Finder, Found
from pipeline.recognizers.gate import Extent, Gate
from pipeline.recognizers.vocabulary import TOKEN

ENTITY_TYPE = "EMAIL_ADDRESS"
_SCORE = 0.7
#: Words before the provider that may be of the address.
_MOST_WORDS = 4

_PROVIDERS = (
    r"g\s?mail|yahoo|ymail|hot\s?mail|outlook|i\s?cloud|aol|proton\s?mail|msn|gmx|rediff\s?mail"
    r"|live|comcast|verizon|mail\s?inator|fast\s?mail|zoho"
).split("|")
_ENDING = r"(?:com|net|org|co\s?(?:\.|dot)?\s?uk|co\s?(?:\.|dot)?\s?in|in|ca|de|fr|us)"
#: "gmailcom", "gmail com", "gmail dot com", "gmail.com"
_HOST = re.compile(
    rf"\b(?:yahoo\s?mail|{'|'.join(_PROVIDERS)})\s{{0,4}}(?:\.|dot|period|point)?\s{{0,4}}{_ENDING}\b",
    re.IGNORECASE,
)
_SIGNS = frozenset(
    # "live" is mostly a word.
    rf"{provider}\s{{0,4}}(?:\.|dot|period|point)?\s{{0,4}}{_ENDING}"
    if provider == "live"
    else provider
    for provider in _PROVIDERS
)
#: What joins the parts of an address when it is said.
_JOINTS = frozenset("at dot underscore dash hyphen point period minus plus sign".split())
#: Words that are of the sentence around it.
_AROUND = frozenset(
    "is it's its my the email e-mail mail address to me and for on id your send sent or "
    "yes sure ok okay that's thats was this a an i of in with name so".split()
)
_BEFORE = re.compile(r"[^\W_]+(?=[\s.@_\-+]*$)")


def provider_emails() -> Finder:
    """The recognizer."""
    return Finder(
        "ProviderEmailRecognizer",
        [ENTITY_TYPE],
        find_provider_emails,
        _SCORE,
        Gate(_SIGNS, extent=Extent.TEXT),
    )


def find_provider_emails(text: str) -> Iterator[Found]:
    """Addresses that end with a provider."""
    tokens: list[re.Match[str]] = []
    place = 0
    for host in _HOST.finditer(text):
        line_start = text.rfind("\n", place, host.start()) + 1
        if line_start > place:
            tokens, place = [], line_start
        # Read once in a line with many: only a word that the host before has cut begins again.
        if tokens and tokens[-1].end() == place:
            place = tokens.pop().start()
        tokens += TOKEN.finditer(text, place, host.start())
        place = host.start()
        start, words = host.start(), 0
        for token in reversed(tokens):
            word = token.group().lower()
            if word in _AROUND or words == _MOST_WORDS:
                break
            start = token.start()
            words += word not in _JOINTS
        if words or start < host.start():
            yield Found(start, host.end(), ENTITY_TYPE)

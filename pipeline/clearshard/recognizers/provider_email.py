"""Addresses of well-known mail providers, run together or cut to pieces: "clem 74 gmailcom".

Recognition loses "at" and "dot" more often than the name of the provider, and nobody says that name
and "com" for anything but an address. Many say no "dot com" at all: "smith three at outlook". A
country says less: "live in", "comcast us" and "yahoo in" end an address only behind a dot, or where
an "@" is before them.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.vocabulary import TOKEN, is_letter, says_a_digit

ENTITY_TYPE = "EMAIL_ADDRESS"
_SCORE = 0.7
#: Words before the provider that may be of the address.
_MOST_WORDS = 4

_PROVIDERS = (
    r"g\s?mail|yahoo|ymail|hot\s?mail|outlook|i\s?cloud|aol|proton\s?mail|msn|gmx|rediff\s?mail"
    r"|live|comcast|verizon|mail\s?inator|fast\s?mail|zoho"
).split("|")
_ANY = "|".join(_PROVIDERS)
_ENDING = r"(?:com|net|org|co\s?(?:\.|dot)?\s?uk|co\s?(?:\.|dot)?\s?in)"
_DOT = r"\s{0,4}(?:\.|dot|period|point)?\s{0,4}"
#: Words too, or the beginning of the next sentence, as behind a full stop with a blank.
_COUNTRY = r"(?:in|ca|de|fr|us)"
_DOT_SAID = r"\s{1,4}(?:dot|period|point)\s{1,4}"
#: "gmailcom", "gmail com", "gmail dot com", "gmail.com"; "gmail dot in", "@gmail in"
_HOST = re.compile(
    rf"\b(?:yahoo\s?mail|{_ANY})"
    rf"(?:{_DOT}{_ENDING}|{_DOT_SAID}{_COUNTRY}|(?<!live)\.{_COUNTRY})\b"
    rf"|@(?<=[^\W_]@)(?:{_ANY}){_DOT}{_COUNTRY}\b",
    re.IGNORECASE,
)
#: Providers that are nothing else, as a shop or a company is where one works or buys.
_MAIL_ALONE = (
    r"g\s?mail|yahoo|ymail|hot\s?mail|outlook|i\s?cloud|aol|proton\s?mail|msn|gmx|rediff\s?mail"
    r"|mail\s?inator|fast\s?mail"
)
_HOST_WITHOUT_END = re.compile(
    rf"(?<![^\W_])at[ \t]{{1,4}}(?P<host>{_MAIL_ALONE})(?![^\W_])"
    rf"(?!{_DOT}{_ENDING}\b|{_DOT_SAID}{_COUNTRY}\b|\.{_COUNTRY}\b)",
    re.IGNORECASE,
)
_SIGNS = frozenset(
    # "live" is mostly a word.
    rf"live{_DOT}(?:{_ENDING}|{_COUNTRY})" if provider == "live" else provider
    for provider in _PROVIDERS
)
#: What joins the parts of an address when it is said.
_JOINTS = frozenset("at dot underscore dash hyphen point period minus plus sign".split())
#: Words that are of the sentence around it.
_AROUND = frozenset(
    "is it's its my the email e-mail mail address to me and for on id your send sent or "
    "yes sure ok okay that's thats was this a an i of in with name so".split()
)
#: No part of an address without an ending is one of these.
_BEFORE = _AROUND | {"at"}
#: Words that name an address.
_CUES = frozenset("email e-mail mail address id".split())
#: Words that stand between one of these and an address, right before it.
_LEADS = frozenset("is it's its was that's thats to".split())


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
    for host, tokens in _with_tokens_before(_HOST, text):
        start, words = host.start(), 0
        has_sign = _is_behind_a_sign(text, host.start())
        for token in reversed(tokens):
            word = token.group().lower()
            if word in _AROUND or words == _MOST_WORDS:
                break
            # Before a sign that is written, words by themselves are of the sentence around it.
            if has_sign and words and not _is_joined(text, token, start):
                break
            start = token.start()
            words += word not in _JOINTS
        if start < host.start():
            yield Found(start, host.end(), ENTITY_TYPE)
    for host, tokens in _with_tokens_before(_HOST_WITHOUT_END, text):
        start = _start_of_local_part(tokens, host.start())
        if start < host.start():
            yield Found(start, host.end(), ENTITY_TYPE)


def _with_tokens_before(
    host: "re.Pattern[str]", text: str
) -> Iterator[tuple[re.Match[str], list[re.Match[str]]]]:
    """Each host, and what is said in its line before it: read once in a line with many."""
    tokens: list[re.Match[str]] = []
    place = 0
    for found in host.finditer(text):
        line_start = text.rfind("\n", place, found.start()) + 1
        if line_start > place:
            tokens, place = [], line_start
        # Only a word that the host before has cut begins again.
        if tokens and tokens[-1].end() == place:
            place = tokens.pop().start()
        tokens += TOKEN.finditer(text, place, found.start())
        place = found.start()
        yield found, tokens


def _is_behind_a_sign(text: str, place: int) -> bool:
    """Whether an "@" is before a place in its line, with nothing but blanks between."""
    while place and text[place - 1].isspace() and text[place - 1] != "\n":
        place -= 1
    return text[place - 1 : place] == "@"


def _is_joined(text: str, token: re.Match[str], behind: int) -> bool:
    """Whether a token and what stands behind it, from a place on, are parts of one address."""
    if not text[token.end() : behind].strip("._+-"):
        return True
    following = TOKEN.match(text, behind)
    near = (token, following) if following else (token,)
    words = [part.group().lower() for part in near]
    return any(word in _JOINTS or says_a_digit(word) or is_letter(word) for word in words)


def _start_of_local_part(tokens: list[re.Match[str]], at: int) -> int:
    """Where what stands before an "at" begins to be of an address; there, if nothing is.

    A digit, a letter or a sign is said for an address alone: "we met at nine at outlook" costs a
    "nine". Of words it takes one that says so: "my email is ann smith at outlook".
    """
    start, words, is_said = at, 0, False
    joined = True  # to what is behind it
    left = len(tokens)
    while left and (word := tokens[left - 1].group().lower()) not in _BEFORE:
        if word in _JOINTS or says_a_digit(word) or is_letter(word):
            joined = is_said = True
        elif words == _MOST_WORDS or not (joined or _is_named(tokens, left)):
            break
        else:
            joined, words = False, words + 1
        left -= 1
        start = tokens[left].start()
    return start if is_said or _is_named(tokens, left) else at


def _is_named(tokens: list[re.Match[str]], left: int) -> bool:
    """Whether the words of a sentence that lead to an address are the last of so many tokens."""
    around = [token.group().lower() for token in tokens[max(0, left - _MOST_WORDS) : left]]
    while around and around[-1] not in _AROUND:
        around.pop()
    behind = [word for word in around[:-1] if word in _CUES]
    return bool(behind) and around[-1] in _LEADS

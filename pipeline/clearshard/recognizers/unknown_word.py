"""Words that are in no dictionary: names, places, handles that no other recognizer knew.

Whoever speaks uses words that everybody knows, or else names something. So what is not among the
ordinary words of English (`models/words_en`) is taken for personal data until the opposite is
known. That also takes brands, jargon, misspellings and other languages: the price of recall, which
is why it is a type of its own that a configuration can do without.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import hashlib
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.group import NATIONALITIES
from clearshard.recognizers.models import WORDS, model_path, require_recorded
from clearshard.recognizers.number_words import NUMBER_WORDS, ORDINALS
from clearshard.recognizers.vocabulary import FILLERS, MONTHS, NO_NAME

ENTITY_TYPE = "UNKNOWN_WORD"
#: Any other finding is a better guess.
_SCORE = 0.35
#: Shorter ones are abbreviations and bits of words.
_LEAST_LETTERS = 3

#: Ordinary in talk and chat, and in no dictionary or a rare name.
_COLLOQUIAL = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday million billion dozen english "
    "hey hiya aww heh haha hmmm mmm mhm uhhuh yup yea yay byebye goodbye okey whoa woah oops ooh "
    "gosh ma y'all c'mon gimme lemme gonna wanna gotta kinda sorta dunno lotta outta coulda woulda "
    "shoulda ain't cuz coz tho thru til pls plz thx lol omg btw fyi asap idk nope "
    "thats whats dont doesnt didnt isnt wasnt cant couldnt wont wouldnt shouldnt havent hasnt ive "
    "youre youve theres theyre shes lets aint "
    "app apps email emails inbox voicemail wifi website webpage login logout username online "
    "offline internet smartphone laptop pdf url http https html www suv atm ssn cvv pin gps gdp "
    "hdtv usb usd eur gbp dvd vip faq ceo cfo burger burgers cheeseburger pizza "
    # Halves of words with an apostrophe, where it got lost or has blanks around it.
    "didn doesn isn wasn weren aren couldn wouldn shouldn hasn haven hadn mustn needn ain "
    # Of chats.
    "imo imho tbh ikr smh brb ttyl rofl lmao lmfao wtf wth ffs ngl irl afk nsfw psa bff bday msg "
    "msgs txt pic pics vid vids fave faves abt asf gud thanx thnx tmrw tmr xoxo hahaha bro bruh "
    "alot aswell atleast noone everytime nevermind emoji emojis hashtag hashtags retweet retweets "
    "unfollow selfie selfies podcast podcasts playlist playlists livestream "
    "hai thankyou alrighty passcode contactless pre crypto coronavirus mocha chai macchiato".split()
)
#: Words whose verdict is remembered, in each of two memories: so few that they are soon full and a
#: worker does not go on growing for millions of words.
_REMEMBERED = 1 << 13
#: Marks that a word of a text often has on either side.
_AROUND = '.,?!:;"()'
_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*")
_LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_ENDING = re.compile(r"'(?:s|ll|d|re|ve|m|t|em|am)$")
#: "sooo", "hellooo": said longer. Twice is how many words are written.
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1+")


def unknown_words() -> Finder:
    """The recognizer, with its words: without them it is not made."""
    ordinary_words()
    return Finder("UnknownWordRecognizer", [ENTITY_TYPE], find_unknown_words, _SCORE, gate=None)


def find_unknown_words(text: str) -> Iterator[Found]:
    """Every word that is not an ordinary one, with the digits that are written to it."""
    # Most chunks are words of the list as they stand: a difference of sets is a tenth of asking
    # for each.
    rest = set(text.split()) - ordinary_words()
    unknown = {chunk for chunk in rest if _has_unknown(chunk)}
    if not unknown:
        return
    place = 0
    for chunk in text.split():
        if chunk in unknown:
            place = _place_of(chunk, text, place)
            for token in _TOKEN.finditer(text, place, place + len(chunk)):
                if not _is_ordinary(token.group()):
                    yield Found(*token.span(), ENTITY_TYPE)
            place += len(chunk)


def _place_of(chunk: str, text: str, start: int) -> int:
    """Where a text has a chunk between blanks for the next time."""
    place = text.find(chunk, start)
    while not _ends_at(text, place - 1) or not _ends_at(text, place + len(chunk)):
        place = text.find(chunk, place + 1)
    return place


def _ends_at(text: str, place: int) -> bool:
    """Whether a chunk ends at a place: at a blank, or beside the text."""
    return not 0 <= place < len(text) or text[place].isspace()


@lru_cache(maxsize=_REMEMBERED)
def _has_unknown(chunk: str) -> bool:
    if chunk.strip(_AROUND).lower() in ordinary_words():
        return False  # as the tokens say, which are sought in most chunks in vain
    return not all(map(_is_ordinary, _TOKEN.findall(chunk)))


def word_list() -> Path:
    """The file of the ordinary words, one a line."""
    return model_path("words_en.txt", "words_en/words.txt")


@cache
def ordinary_words() -> frozenset[str]:
    """Words that everybody knows, in lowercase; some are names as well.

    Raises:
        ConfigError: The file is not the one that this release was made with.
    """
    content = word_list().read_bytes()
    require_recorded(WORDS, hashlib.sha256(content).hexdigest())
    words = frozenset(content.decode("ascii").split())
    return words.union(NO_NAME, MONTHS, NUMBER_WORDS, ORDINALS, FILLERS, NATIONALITIES, _COLLOQUIAL)


@lru_cache(maxsize=_REMEMBERED)
def _is_ordinary(token: str) -> bool:
    ordinary = ordinary_words()
    word = token.lower()
    if word in ordinary:
        return True
    return all(_is_ordinary_word(letters) for letters in _LETTERS.findall(word))


def _is_ordinary_word(word: str) -> bool:
    ordinary = ordinary_words()
    stem = _ENDING.sub("", word.replace("\u2019", "'"))
    return (
        len(stem) < _LEAST_LETTERS
        or stem in ordinary
        or word in ordinary
        or _DOUBLED.sub(r"\1", stem) in ordinary
        or _DRAWN_OUT.sub(r"\1\1", stem) in ordinary
    )

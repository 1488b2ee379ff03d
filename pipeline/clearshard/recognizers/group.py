"""Groups that a person belongs to: religion, party, nationality ("i'm sikh", "a french citizen").

Religion and politics are special categories of data (GDPR, article 9): their words go wherever they
are said. A nationality goes where it is somebody's; "italian food" and "the french door" stay.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.vocabulary import any_of

ENTITY_TYPE = "NRP"
_SCORE = 0.5

_BELIEFS = frozenset(
    "muslim muslims islam islamic jew jews jewish judaism christian christians christianity "
    "catholic catholics catholicism protestant protestants baptist methodist lutheran anglican "
    "presbyterian evangelical pentecostal episcopalian mormon mormons quaker quakers hindu hindus "
    "hinduism sikh sikhs sikhism buddhist buddhists buddhism jain jains atheist atheists agnostic "
    "sunni shia shiite rastafarian wiccan zoroastrian "
    "democrat democrats republican republicans libertarian libertarians communist communists "
    "socialist socialists marxist marxists fascist fascists tory tories".split()
)
#: Lowercase words, one each.
NATIONALITIES = frozenset(
    "afghan albanian algerian american angolan argentine argentinian armenian asian australian "
    "austrian azerbaijani bangladeshi barbadian belarusian belgian bolivian bosnian brazilian "
    "british bulgarian burmese cambodian cameroonian canadian caribbean chilean chinese colombian "
    "congolese croatian cuban cypriot czech danish dominican dutch ecuadorian egyptian english "
    "eritrean estonian ethiopian european filipino finnish french gambian georgian german ghanaian "
    "greek guatemalan guinean guyanese haitian hispanic honduran hungarian icelandic indian "
    "indonesian iranian iraqi irish israeli italian ivorian jamaican japanese jordanian kazakh "
    "kenyan korean kurdish kuwaiti latina latino latvian lebanese liberian libyan lithuanian "
    "macedonian malagasy malawian malaysian malian maltese mexican moldovan mongolian moroccan "
    "mozambican namibian nepalese nepali nicaraguan nigerian norwegian omani pakistani palestinian "
    "panamanian paraguayan persian peruvian polish portuguese qatari romanian russian rwandan "
    "salvadoran saudi scottish senegalese serbian singaporean slovak slovenian somali spanish "
    "sudanese swedish swiss syrian taiwanese tanzanian thai tibetan trinidadian tunisian turkish "
    "ugandan ukrainian uruguayan uzbek venezuelan vietnamese welsh yemeni zambian "
    "zimbabwean".split()
)

_B = r"[ \t]{1,4}"
_NATIONALITY = rf"(?:(?:african|asian|south|north|native){_B})?(?:{any_of(NATIONALITIES)})"
#: Who is of it: people, and nothing else that may be.
_SOMEBODY = (
    rf"(?:(?:i|he|she|we|you|they|who){_B}(?:am|is|are|was|were)"
    r"|(?:i['\u2019]?m|(?:he|she|who)['\u2019]?s|(?:we|you|they)['\u2019]re)"
    rf"|(?:wife|husband|mother|father|mom|dad|parents|partner|family){_B}(?:is|are|was|were)"
    rf"|(?:nationality|citizenship|ethnicity|descent)(?:{_B}(?:is|was))?|born)"
)
_BETWEEN = (
    rf"(?:{_B}(?:an?|not|also|half|part|both|originally|actually|really|uh|um|you{_B}know)){{0,3}}"
)
#: And so it is somebody's in front of one of these.
_KIND = (
    r"(?:citizens?|nationals?|passport|descent|origin|nationality|citizenship|heritage|ancestry"
    r"|immigrants?|ethnicity|woman|women|man|men|guy|guys|lady|girl|boy|people|family|couple)"
)
#: "i'm italian food lover" tells something else.
_THINGS = frozenset(
    "food restaurant restaurants cuisine express airlines english music speaker teacher".split()
)
_OF_THINGS = rf"(?!{_B}(?:{any_of(_THINGS)}))"
_PATTERN = re.compile(
    rf"\b(?P<belief>{any_of(_BELIEFS)})\b"
    rf"|\b{_SOMEBODY}{_BETWEEN}{_B}(?P<own>{_NATIONALITY})\b{_OF_THINGS}"
    rf"|\b(?P<kind>{_NATIONALITY}){_B}{_KIND}\b",
    re.IGNORECASE,
)


def groups() -> Finder:
    """The recognizer."""
    return Finder(
        "GroupRecognizer",
        [ENTITY_TYPE],
        find_groups,
        _SCORE,
        Gate(frozenset(), extent=Extent.LINE, words=_BELIEFS | NATIONALITIES),
    )


def find_groups(text: str) -> Iterator[Found]:
    """Words for religion and politics, and for somebody's nationality."""
    for found in _PATTERN.finditer(text):
        assert found.lastgroup is not None
        yield Found(*found.span(found.lastgroup), ENTITY_TYPE)

"""How names of domains end, written and said."""

# ruff: noqa: SIM905 - lists of words read better as words

from clearshard.recognizers.vocabulary import any_of

_GENERIC = frozenset(
    "com net org edu gov mil int info biz io co app dev online site shop store tech xyz tv me ai "
    "eu uk".split()
)
#: Top-level domains of countries (ISO 3166-1, alpha-2).
_OF_COUNTRIES = frozenset(
    "ad ae af ag al ao ar at au az ba bb bd be bf bg bh bi bj bn bo br bs bt bw by bz ca cd cf "
    "cg ch ci cl cm cn co cr cu cv cy cz de dj dk dm do dz ec ee eg er es et fi fj fm fr ga gb gd "
    "ge gh gm gn gq gr gt gw gy hk hn hr ht hu id ie il in iq ir is it jm jo jp ke kg kh ki km kn "
    "kp kr kw kz la lb lc li lk lr ls lt lu lv ly ma mc md mg mh mk ml mm mn mr mt mu mv mw mx my "
    "mz na ne ng ni nl no np nr nz om pa pe pg ph pk pl pt pw py qa ro rs ru rw sa sb sc sd se sg "
    "si sk sl sm sn so sr ss st sv sy sz td tg th tj tl tm tn to tr tt tv tw tz ua ug us uy uz va "
    "vc ve vn vu ws ye za zm zw".split()
)
#: Of these, ordinary words, which may also begin the next sentence.
_WORDS = frozenset(
    "at be by do he in is it me my no so to us at as info shop store online site".split()
)
_EVERY = _GENERIC | _OF_COUNTRIES
#: Behind a "dot" that was said: nobody says one for anything else.
ENDING = rf"(?:{any_of(_EVERY)})"
#: Behind what may also be the end of a sentence, or the "point" of "at one point in time".
CLEAR_ENDING = rf"(?:{any_of(_EVERY - _WORDS)})"

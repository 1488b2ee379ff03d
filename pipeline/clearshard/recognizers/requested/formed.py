"""Drugs, conditions, occupations and languages that are in no list, by form or by what tells them.

Drugs end by what they do ("-pril", "-statin"), conditions by what is wrong ("-itis"), or a word
says it ("kidney failure", "quality inspector"); others follow what people say of them ("works as
a", "diagnosed with", "allergic to", "speaks").
"""

# ruff: noqa: E501, SIM905 - a pattern stays together; lists of words read better as words

from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.late import Late
from clearshard.recognizers.requested.listed import CONDITION, DRUG, LANGUAGE, OCCUPATION
from clearshard.recognizers.vocabulary import NO_NAME, lowercase

_SCORE = 0.5
#: Stems of generic names, which say what a drug is (WHO's and USAN's, as word lists of medicine
#: have them).
_STEMS = (
    "pril sartan olol statin prazole conazole nidazole tidine cillin mycin micin floxacin cycline "
    "clovir ciclovir navir tavir buvir previr mab tinib gliptin gliflozin glutide setron triptan "
    "xaban gatran zepam zolam barbital caine profen oxetine triptyline azepine dipine thiazide semide "
    "parin grelor grel begron furantoin xostat racetam osamide nacin butynin peridol codone morphone "
    "norphine methacin rolac entadol lactone asidone mantine epezil nirole pexole zaprine zanidine "
    "clofen acodyl phenytoin oxyzine lukast asone isone solone metformin thyroxine dronate platin "
    "rubicin losin zosin"
).split()
_NO_DRUG = frozenset("mongrel mongrels".split())
_DISEASES = (
    "itis osis emia aemia algia pathy plegia rrhea rrhoea penia megaly trophy plasia ectasis paresis "
    "phylaxis sarcoma carcinoma blastoma dystonia thyroidism glycemia"
).split()
_NO_CONDITION = frozenset(
    "diagnosis prognosis metamorphosis hypnosis academia sympathy empathy apathy telepathy nostalgia "
    "bohemia symbiosis photosynthesis osmosis".split()
)
_ILLNESSES = (
    "cancer disease syndrome disorder infection fever allergy allergies failure deficiency dystrophy "
    "palsy tumor tumour neuralgia anemia arthritis diabetes hepatitis pneumonia poisoning thrombosis "
    "degeneration depression intolerance sclerosis regurgitation insufficiency colitis ulcer ulcers"
).split()
_SCHOLARS = "ologist ician iatrist".split()
_TRADES = (
    "technician engineer instructor analyst designer inspector installer operator specialist teacher "
    "therapist trainer planner accountant attorney lawyer nurse surgeon programmer developer "
    "administrator coordinator electrician mechanic researcher scientist director officer worker "
    "maker contractor consultant chef"
).split()
#: Before a trade or an illness they are no part of it; alone they are none.
_NO_KIND = NO_NAME | frozenset(
    "any another every each same whole some that this these those which other little lot lots kind "
    "usual expected normal intended possible soon power engine your you system hardware our their his her my its".split()
)
_NO_LANGUAGE = _NO_KIND | frozenset(
    "up out slowly slowly louder clearly softly quietly freely directly again first only just more "
    "less well really very also any much me him us them it someone somebody anyone people now "
    "later volumes either both".split()
)
_WORD = r"[a-z][a-z'\-]{2,24}"
#: What follows a trade or an illness, so that it ends before.
_BEHIND = (
    r"(?:at|for|in|on|with|and|but|so|before|since|now|there|here|when|until|to|from|who|or|by|too|i|"
    r"he|she|we|they|these|last|as|that|full|part|downtown)\b"
)
_TELLS_A_TRADE = (
    r"(?:(?:work|works|worked|working|job|living|hired|career|position|employed|trained|trains)[ ]as"
    r"(?:[ ](?:an?|the))?|(?:job[ ]title|occupation|profession|line[ ]of[ ]work)(?:[ ](?:is|was)|:)?"
    r"(?:[ ]an?)?|(?:used[ ]to[ ]be|retired)(?:[ ]as)?[ ]an?)"
)
_TELLS_A_CONDITION = (
    r"(?:diagnosed[ ]with|suffers?[ ]from|suffering[ ]from|came[ ]down[ ]with|died[ ]of|passed[ ]away"
    r"[ ]from|treated[ ]for|recovering[ ]from|history[ ]of)(?:[ ](?:an?|the))?"
)
_TELLS_A_DRUG = (
    r"(?:(?:prescription|prescribed|authorization)(?:[ ](?:for|me))?|allergic[ ]to|(?:milligrams?|mg|"
    r"ml|tablets|pills)[ ]of|refill[ ](?:of|for|on)(?:[ ]my)?)"
)
_TELLS_A_LANGUAGE = (
    r"(?:(?:speak|speaks|speaking|spoke)(?:[ ](?:only|some|a[ ]little|fluent))?|fluent[ ]in|"
    r"(?:first|second|native)[ ]language[ ](?:is|was)|translated?[ ](?:in)?to|interpreter[ ]for)"
)
_PATTERNS = (
    (DRUG, rf"\b[a-z]{{3,20}}(?:{'|'.join(_STEMS)})s?\b", _NO_DRUG),
    (DRUG, rf"\b{_TELLS_A_DRUG}[ ](?P<drug>[a-z]{{5,24}})\b", _NO_KIND),
    (CONDITION, rf"\b[a-z]{{3,20}}(?:{'|'.join(_DISEASES)})\b", _NO_CONDITION),
    (CONDITION, rf"\b{_WORD}[ ](?:{_WORD}[ ])?(?:{'|'.join(_ILLNESSES)})\b", _NO_KIND),
    (
        CONDITION,
        rf"\b{_TELLS_A_CONDITION}[ ](?P<condition>{_WORD}(?:[ ](?!{_BEHIND}){_WORD})?)\b",
        _NO_KIND,
    ),
    (OCCUPATION, rf"\b[a-z]{{3,20}}(?:{'|'.join(_SCHOLARS)})s?\b", _NO_KIND),
    (OCCUPATION, rf"\b{_WORD}[ ](?:{'|'.join(_TRADES)})s?\b", _NO_KIND),
    (
        OCCUPATION,
        rf"\b{_TELLS_A_TRADE}[ ](?P<trade>{_WORD}(?:[ ](?!{_BEHIND}){_WORD}){{0,2}})\b",
        _NO_KIND,
    ),
    (LANGUAGE, rf"\b{_TELLS_A_LANGUAGE}[ ](?P<language>[a-z]{{3,20}})\b", _NO_LANGUAGE),
)
_LATE = tuple((kind, Late(pattern), never) for kind, pattern, never in _PATTERNS)


def formed() -> Finder:
    """The recognizer."""
    types = (DRUG, CONDITION, OCCUPATION, LANGUAGE)
    return Finder("FormedNameRecognizer", types, find_formed, _SCORE, None)


def find_formed(text: str) -> Iterator[Found]:
    """Words formed like names of these kinds, or told as such."""
    small = lowercase(text).replace("\u2019", "'")
    for kind, pattern, never in _LATE:
        for match in pattern.finditer(small):
            start, end = match.span(match.lastgroup or 0)
            words = small[start:end].split(" ")
            while len(words) > 1 and words[0] in never:
                # "my kidney failure" begins behind "my".
                start += len(words.pop(0)) + 1
            if words[0] not in never:
                yield Found(start, end, kind)

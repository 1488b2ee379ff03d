"""What somebody is, has or has been through, and a few kinds of words of trade, by small patterns.

Each type is one pattern over lowercase text. They know the words that are said most, and little of
what stands around them.
"""

# ruff: noqa: E501 - a pattern stays together

from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.late import Late
from clearshard.recognizers.requested.quantities import NUMBER
from clearshard.recognizers.vocabulary import lowercase

_SCORE = 0.6

_BODY = (
    r"(?:arm|leg|hand|foot|ankle|wrist|elbow|shoulder|hip|knee|kneecap|finger|toe|thumb|nose|jaw|"
    r"ribs?|collarbone|neck|back|bones?|tailbone|femur|tibia|pelvis|spine|skull|tooth|heel|head|"
    r"ligaments?|muscles?|meniscus|acl|tendons?|rotator[ ]cuff|hamstring|achilles)"
)
_WHOSE = r"(?:(?:my|his|her|their|a|an|the)[ ])?(?:(?:left|right|lower|upper)[ ])?"
_HURT = (
    r"(?:broke|broken|fractured?|sprained?|twisted|dislocated|crushed|shattered|strained|injured|"
    r"bruised|cracked|torn|tore|hurt|pulled|ruptured|smashed|burned|burnt)"
)
_ABOUT = r"(?:i'm|i[ ]am|he's|he[ ]is|she's|she[ ]is|they're|was|been|is|are|a|were)[ ](?:now[ ]|still[ ])?"
_FEET = rf"{NUMBER}(?:[ ](?:foot|feet)(?:[ ]{NUMBER})?(?:[ ]inch(?:es)?)?|'[ ]?\d{{1,2}}\"?)"

_PATTERNS = {
    "BLOOD_TYPE": (
        r"\b(?:a|b|ab|o|oh|zero)[ \-]?(?:positive|negative|pos|neg)\b(?=.{0,30}\bblood\b)"
        r"|\bblood[ ](?:type|group)(?:[ 'a-z]{0,16}?)[ :]{1,2}(?P<type>(?:a|b|ab|o|oh)(?:[ \-]?(?:positive|"
        r"negative|pos|neg|plus|minus|rh[ ]\w+)\b|[+\-]))"
        r"|\b(?:ab|o|oh)[ ](?:positive|negative)\b"
    ),
    "ZODIAC_SIGN": (
        r"\b(?:aries|taurus|gemini|virgo|libra|scorpio|sagittarius|capricorn|aquarius|pisces)s?\b"
        r"|\b(?:i'm|he's|she's|is|am|are)[ ](?:a|both)[ ](?P<sign>leo|cancer)s?\b(?![ ](?:patient|survivor))"
    ),
    "MARITAL_STATUS": (
        r"\b(?:married|unmarried|divorced|divorcee|widow|widower|widowed|newly[- ]?wed|newlyweds|remarried|living[ ]with[ ](?:a|my|his|her)[ ]partner|ex-?[ ]?(?:wife|husband)|"
        r"common[- ]law|domestic[ ]partnership|civil[ ](?:union|partnership)|never[ ]been[ ]married)\b"
        rf"|\b{_ABOUT}(?P<so>(?:legally[ ])?separated|engaged|single)\b(?![ ](?:in|with|room|bed|file|day|call|one))"
        r"|\b(?P<parent>single)[ ](?:mom|mother|dad|father|parent|man|woman|again)\b"
    ),
    "GENDER": (
        r"\b(?:male|female|transgender|trans[ ](?:man|woman|male|female|person)|non-?[ ]?binary|"
        r"cisgender|genderfluid|gender[ ]fluid|genderqueer|agender|intersex|transsexual)s?\b"
    ),
    "SEXUALITY": (
        r"\b(?:gay|lesbian|bisexual|heterosexual|homosexual|asexual|pansexual|queer|straight(?=[ ](?:man|"
        r"woman|guy|couple)))s?\b"
        r"|\b(?:i'm|i[ ]am|he's|she's|out[ ]as|is)[ ](?P<so>straight)\b(?![ ](?:on|up|ahead|to|away|from|back|forward|out|in|home))"
    ),
    "FILENAME": (
        r"\b[\w\-]{1,60}(?:\.[\w\-]{1,30}){0,3}\.(?:txt|pdf|docx?|xlsx?|pptx?|csv|json|xml|html?|zip|"
        r"png|jpe?g|gif|mp3|mp4|wav|py|js|exe|log|md|rtf|key|pages)\b"
        r"|\b[a-z0-9_\-]{1,40}[ ](?:dot|\.)[ ](?:pdf|p[ ]d[ ]f|txt|doc|docx|xls|xlsx|csv|zip|jpg|jpeg|png|"
        r"exe|mp3|mp4|json|log|html)\b"
    ),
    "MEDICAL_CODE": (
        r"\b[a-tv-z]\d[0-9a-z]\.[0-9a-z]{1,4}\b"
        r"|\b(?:icd(?:[ \-]?(?:9|10|ten|nine))?|cpt|hcpcs|diagnosis|procedure|billing)[ ](?:codes?[ ])?"
        r"(?:is[ ]|was[ ]|of[ ]|:[ ]?)?(?P<code>[a-z]?(?:\d|[ ]\d){2,6}[a-z]?(?:\.\d{1,3}[a-z]?)?|[a-z][ ]?\d\d(?:[ ]"
        r"point[ ]\w+)?)\b"
    ),
    "MEDICAL_PROCESS": (
        r"\b(?:mris?|x-?[ ]?rays?|(?:ct|cat|pet|mri|bone[ ]density)[ ]scans?|ultrasounds?|ekgs?|ecgs?|eegs?|"
        r"echocardiograms?|blood[ ](?:tests?|work)|bloodwork|lab[ ]work|(?:urine|stress|allergy|hearing|eye|vision|lung[ ]function|glucose)[ ]tests?|spinal[ ]taps?|(?:laser|radiation|infusion|fertility)[ ]treatments?|(?:sono|angio|myelo|arthro|electrocardio)grams?|"
        r"biops(?:y|ies)|sleep[ ]study|pap[ ]smears?|(?:flu|booster|allergy|cortisone|tetanus)[ ]shots?|"
        r"vaccinations?|vaccines?|immunizations?|blood[ ]transfusions?|dialysis|chemo(?:therapy)?|"
        r"(?:radiation|physical|speech|occupational|hormone|group|behavioral|cognitive[ ]behaviou?ral)"
        r"[ ]therapy|radiotherapy|physiotherapy|psychotherapy|acupuncture|an(?:a)?esthesia|epidural|"
        r"c-?[ ]?sections?|cesareans?|in[ ]vitro[ ]fertilization|ivf|(?:[a-z]+[ ])?transplants?|"
        r"(?:hip|knee|shoulder|valve)[ ]replacements?|(?:(?:back|knee|hip|shoulder|eye|cataract|heart|"
        r"brain|plastic|oral|laser|bypass|open|outpatient|emergency|gallbladder|hernia|sinus)[ ]){0,2}"
        r"(?:surgery|surgeries)|root[ ]canals?|tooth[ ]extractions?|dental[ ]implants?|skin[ ]grafts?|stents?|"
        r"pacemakers?|catheters?|gastric[ ]bypass|liposuction|abortions?|circumcision|steroid[ ]injections?|"
        r"physical[ ]exams?|mammograms?|[a-z]{3,20}(?:ectomy|ectomies|otomy|oscopy|oscopies|ostomy|plasty|"
        r"plasties|ography))\b"
    ),
    "INJURY": (
        rf"\b{_HURT}[ ]{_WHOSE}{_BODY}\b"
        rf"|\b(?:{_BODY}|brain|spinal[ ]cord|stress|hairline)[ ](?:injury|injuries|fractures?|sprains?|strains?)\b"
        r"|\b(?:whiplash|concussions?|lacerations?|contusions?|fractures?|pulled[ ]a[ ]muscle|black[ ]eye|"
        r"(?:first|second|third)[ \-]degree[ ]burns?|(?:gun[ ]?shot|stab|puncture)[ ]wounds?|internal[ ]"
        r"bleeding|(?:dog|snake|spider|tick)[ ]bites?|bee[ ]stings?|amputation|burns[ ]on)\b"
    ),
    "PHYSICAL_ATTRIBUTE": (
        rf"\b{_FEET}(?:[ ]tall)?(?![\w])|\b{NUMBER}[ ]?(?:cm|centimet(?:er|re)s|met(?:er|re)s)[ ]tall\b"
        rf"|\b(?:weigh(?:s|ed|ing)?|weight[ ](?:is|was))[ ](?:about[ ]|around[ ])?(?P<weight>{NUMBER}(?:[ ](?:pounds|"
        r"lbs?|kilos|kilograms|kg|stone))?)"
        rf"|\b{NUMBER}[ ](?:pounds|lbs|kilos|kg)[ ]overweight\b"
        r"|\b(?:(?:light|dark|bright|pale|long|short|straight|curly)[ ]){0,2}(?:blue|brown|green|hazel|gr[ae]y|"
        r"blond|blonde|black|red|white|auburn|brunette|ginger|curly|long|short|straight|wavy)[ ]"
        r"(?:eyes|eyed|hair|haired|beard|skin|mustache|moustache)\b"
        r"|\b(?:blue|brown|green|hazel)[ \-]eyed\b|\b(?:bald|blonde|brunette|redhead|left[ \-]handed|"
        r"right[ \-]handed|birthmark|freckles|tattoos?)\b"
    ),
    "CORPORATE_ACTION": (
        r"\b(?:mergers?|acquisitions?|(?:hostile[ ])?takeovers?|hiring[ ]freeze|secondary[ ]offering|(?:share|stock)[ ]buy-?[ ]?backs?|initial[ ]public[ ]offering|ipo|stock[ ]splits?|"
        r"lay-?[ ]?offs|buy-?[ ]?backs?|spin-?[ ]?offs?|divestitures?|bankruptcy|chapter[ ]eleven|"
        r"restructuring|joint[ ]ventures?|dividends?|delisting|share[ ]issue|rights[ ]issue|"
        r"liquidation|recapitalization|tender[ ]offer)\b"
    ),
    "FINANCIAL_METRIC": (
        r"\b(?:ebitda?|earnings[ ]per[ ]share|eps|(?:gross|operating|net|profit)[ ](?:margins?|income|profit|"
        r"revenue)|(?:free[ ]|operating[ ])?cash[ ]flow|return[ ]on[ ](?:equity|investment|assets|capital)|roi|"
        r"roe|price[ ]to[ ]earnings|p/e[ ]ratio|market[ ]cap(?:itali[sz]ation)?|(?:annual|quarterly|total|"
        r"recurring)[ ]revenue|churn[ ]rate|debt[ ]to[ ](?:equity|income)(?:[ ]ratio)?|loan[ ]to[ ]value|"
        r"credit[ ]score|apr|interest[ ]rate|net[ ]worth|net[ ]asset[ ]value|book[ ]value|dividend[ ]yield|average[ ]order[ ]value|working[ ]capital)\b"
    ),
}
_LATE = {kind: Late(pattern) for kind, pattern in _PATTERNS.items()}
ENTITY_TYPES = tuple(_PATTERNS)


def attributes() -> Finder:
    """The recognizer."""
    return Finder("AttributeRecognizer", ENTITY_TYPES, find_attributes, _SCORE, None)


def find_attributes(text: str) -> Iterator[Found]:
    """What each pattern finds; those of different types may overlap."""
    small = lowercase(text).replace("\u2019", "'")
    for kind, pattern in _LATE.items():
        for match in pattern.finditer(small):
            yield Found(*match.span(match.lastgroup or 0), kind)

"""Events and languages."""

# ruff: noqa: SIM905 - lists of words read better as words

EVENTS = (
    "christmas|christmas eve|christmas day|xmas|thanksgiving|thanksgiving day|easter|"
    "easter sunday|good friday|palm sunday|ash wednesday|new year's eve|new year's day|"
    "new years eve|new years|halloween|diwali|ramadan|eid al-fitr|rosh hashanah|hanukkah|"
    "kwanzaa|labor day|labour day|memorial day|presidents day|presidents' day|"
    "martin luther king day|mlk day|juneteenth|independence day|fourth of july|4th of july|"
    "canada day|australia day|anzac day|st patrick's day|cinco de mayo|valentine's day|"
    "valentines day|mother's day|father's day|black friday|prime day|earth day|passover|"
    "mardi gras|carnival|oktoberfest|lunar new year|day of the dead|may day|election day|"
    "the super bowl|super bowl|the world cup|world cup|the olympics|olympics|olympic games|"
    "the paralympics|march madness|the playoffs|world series|the masters|us open|formula one|"
    "grand prix|the boston marathon|coachella|woodstock|lollapalooza|eurovision|comic-con|"
    "world war two|world war ii|world war one|the vietnam war|the cold war|the civil war|"
    "the pandemic|hurricane katrina|9/11|september eleventh|brexit|the great depression|"
    "the royal wedding|the state fair|the county fair|yom kippur|eid|lent|veterans day|"
    "veteran's day|boxing day|saint patrick's day|st. patrick's day|columbus day|"
    "groundhog day|cyber monday|the kentucky derby|kentucky derby|wimbledon|the oscars|"
    "the grammys|the emmys|chinese new year|the stanley cup|stanley cup|the tour de france|"
    "tour de france|remembrance day|bastille day|guy fawkes night|april fools' day|"
    "april fools|singles day|spring break|comic con|burning man|the winter olympics|"
    "the summer olympics|the gulf war|d-day|pearl harbor|the world series|the final four|"
    "the all-star game|the masters tournament|the great fire|the blitz"
).split("|")
#: What an event is called behind its own name: "the Lakeside jazz festival".
KINDS_OF_EVENTS = (
    "festival|film festival|jazz festival|music festival|food festival|marathon|half marathon|"
    "trade fair|book fair|job fair|career fair|art fair|science fair|conference|convention|summit|"
    "symposium|expo|tournament|championship|championships|parade|gala|summer games"
).split("|")
#: Names of languages that are also what people and things are called after a country.
ALSO_NATIONALITIES = (
    "english|spanish|french|german|italian|portuguese|chinese|japanese|korean|polish|"
    "russian|ukrainian|turkish|greek|dutch|swedish|danish|norwegian|vietnamese|thai|"
    "filipino|hungarian|romanian|bulgarian|serbian|croatian|bosnian|armenian|persian|"
    "nepali|indonesian|welsh|irish|scottish|somali|mongolian|albanian|georgian|lithuanian|"
    "latvian|estonian|ethiopian|brazilian portuguese|mexican spanish|latin|cambodian|"
    "laotian|samoan|hawaiian|finnish|czech|icelandic|slovak|slovenian|malay|catalan|"
    "basque|burmese|sinhalese|afghan|maltese|macedonian|belarusian|moroccan arabic|"
    "sudanese|fijian|tongan"
).split("|")
#: Those that are nothing else.
LANGUAGES = (
    "mandarin|cantonese|tagalog|arabic|hindi|tamil|urdu|farsi|dari|pashto|punjabi|"
    "bengali|gujarati|marathi|kannada|swahili|hausa|igbo|yoruba|xhosa|afrikaans|yiddish|"
    "hebrew|esperanto|haitian creole|hmong|ilocano|cebuano|navajo|cherokee language|"
    "american sign language|asl|mandarin chinese|gaelic|quechua|tibetan|uzbek|kazakh|"
    "kurdish|azerbaijani|bahasa|sanskrit|telugu|malayalam|sinhala|khmer|lao language|"
    "amharic|zulu language|isizulu|sign language|telegu|braille|pidgin|swiss german|"
    "scots gaelic|oromo|tigrinya|wolof|lingala|shona|maori language|uyghur"
).split("|")

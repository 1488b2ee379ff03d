"""Talk that holds nothing about who somebody is, by what it is about.

Slots hold what looks like data and is not: drugs, versions, scores, times, words that are names.
"""

# ruff: noqa: E501 - a phrase is one line, and its parts belong together

import meetings
from requested import PHRASES

WEIGHTS = {
    "medicine": 5, "technology": 4, "numbers": 6, "booking": 4, "service": 4, "small": 4, "things": 3,
    "places": 4, "words": 3, "about_data": 3, "work": 2, "meetings": 5,
    "requested": 5,
}  # fmt: skip

TALK = {
    "medicine": """
I'm [taking|on|allergic to] {drug} [for my {condition}|]
[we'll|I'd like to|let's] [start|put|keep|try] you on {drug} {measure} {freq}
any [history of|family history of|trouble with|signs of] {condition} [or {condition}|]
the {exam} [came back|is|was|looks|showed] {finding}
[a|the|your|his|] [positive|negative] {sign_of} [sign|test|maneuver|] [on the right|on the left|today|]
{section} [: |][no |denies |][{condition}|{finding}] [{condition}|]
[the|your|his] {section} [is|was|exam is|shows] [{finding}|regular rate and rhythm|clear|{condition}]
[heart|regular] rate and rhythm [is|are|] {finding}
{exam} [was|were|is|of] {count} [per microliter|units|] [and|,] {exam} [was|were|is] {count}
[your |]blood pressure [is|was] {pressure} [heart rate|pulse] {count} [temp|temperature] {count} point {digit}
[on exam|on palpation|on inspection] there's [some |a ]{finding} {condition} [over|of|in] the [right|left] {anatomy}
no {condition} no {condition} [or|and no] {condition}
[lungs|heart|abdomen|{anatomy}|extremities] [are|is] {finding} [no {condition}|]
{finding} {finding} {anatomy}
history of {condition} [status post|treated with] {treatment}
[your|his|her|my] {anatomy} [hurts|is swollen|still bothers me|feels better|was injured] [when I bend|at night|]
[order|repeat|schedule|review|show me] [a|an|the] {exam} [of the {anatomy}|]
[increase|decrease|stop|refill|continue|hold] [the |your ]{drug} [to {measure}|{freq}|]
the pain is [about |]a {digit} out of ten
[I'm going to|we will|let's] [order|get|do] [a|an|some] {exam} and [a|an|some] {exam}
[I'd recommend|let's consider|have you tried|we could do] {treatment} [for the {anatomy}|]
she's a {age} year old [female|male] with {condition} and {condition}
[the|a|an|his|her|your] [chest|spine|knee|hand] [x-ray|x ray|x- ray|xray|xrays] [is|was|looks|shows] {finding}
[hey|okay|hi|hello|] {called} [show|pull up|order|play|open|read] [me |]the {exam} [results|please|]
[take|she takes|he took] {count} [tablets|pills|puffs] [of {drug}|] {freq}
grade {digit} {condition} of the {anatomy} [{finding}|]
{exam} [of {count}|at {count} point {digit}|{count}|was {measure}]
{anatomy} {exam} {finding} {condition}
[is it sore|tell me if it's tender|does that pinch] when I [press|push|bend|turn|squeeze] [here|on your {anatomy}|the {anatomy}]
[for your|problem number {digit} is the|regarding the|as for the] {condition} [I want to|we'll] {treatment_do} {drug}
[a|the] {measure} {finding} [mass|cyst|nodule|shadow] in the {anatomy}
{drug} {drug} and {drug}
[watch|cut down on|avoid] the [salt|sugar|alcohol|caffeine|smoking] and [walk|swim|stretch] {count} minutes
[strength|sensation|pulses|reflexes] [{score}|{digit} out of five|{finding}] [in|at] the {anatomy}
""",
    "technology": """
[restart|unplug|reset|check|update|reinstall] the {tech} [and the {tech}|first|again|]
my {tech} [won't connect|keeps crashing|is frozen|won't turn on|says error] [to the {tech}|]
[do you have|I upgraded to|it's on|we support|it needs] {version} [and the {tech} crashed|]
the {tech} [light is blinking|has {count} buttons|costs {money}|weighs {measure}|runs on {version}]
we [run|use|moved to|depend on|tested] {tech} [and|with|on] {tech}
[plug it into|connect it to|look for] the {tech} [port|socket|cable|slot]
[what about|how about|I like] [a|the] {tech} [with|on|without|or] [a |the ]{tech}
it's [kind of|sort of|more like|basically|not] {jargon} [you know|]
[the|a|some] {jargon} [of|and|in|for] the {jargon} [is|was|gets] {plain_word}
[the|an|your] {abbreviation} [is|was|or the {abbreviation}|and the {tech}|button|screen|]
[then|you type|it's|and] {sign} {sign} [and then|{plain_word}|{sign}] [{sign}|]
[click on|open|choose|go to|tap] [the |]["|'|“|]{interface}["|'|”|] [tab|menu|option|icon|button|page] [in|under|of] [the |]{interface}
[look for|there should be|can you find] [an entry|a tab|a button|a switch] [labelled|called|named] {interface} [{version}|]
[click on|open|go to|press] {sign} [or|and then] {plain_word} {sign} {plain_word}
open [the file |]{plain_word}{file_end} [and|then] [run |import |]{plain_word}{file_end}
[call|import|run] {plain_word}.{plain_word} [from|in|with] {tech}
error {version} in line {count}
[call|import|run|see|use|import] {plain_word}.{plain_word} and {plain_word}.{plain_word} [now|first|again|]
[look|stared|laughed|pointed|point] at the dot [net|com|co|org|io] [and|or] [the dot {plain_word}|tell me|wait|stop]
[level|floor|bay|row|zone|gate|exit|aisle|lot|deck|ramp|block] {spot} [of|in|at] the {place}
[I|we|they|he] [park|parked|live|am|are|sat|work] [on|in|at] [level|floor|bay|row|zone|deck|unit] {spot} [of the {place}|]
[run|host|deploy|keep|we store] it [on|in] {version} [with|and|or] {version} [nodes|machines|boxes|]
[set|change] [the |]{tech} to {count} [or|by] {count}
[the rate|it|the price|the index|the load] [went|rose|fell|moved] from {decimal} to {decimal} [percent|points|]
[the invoice|the quote|the order|the bill] [is|was] for {money} [and|] [{plain_word}|]
[the {version}|{version} and {version}|{version}] [summit|flu|virus|node|instance|bus|chip|vitamin|road] [is|was|and] [fine|over|new]
[the|a|our|your] [product|file|plan|model|movie|ship|team|dog food|brand] [name is|is called|called] {plain_word} [{digit}|]
[I work at|find us at|we are on|look at|visit|it's on|go to] [our website|{brand} dot com|{plain_word} dot {brand} dot com|dot com]
x equals {count} [minus|plus|over] {digit}
[channel|port|bit|index|loop] {digit} to {count}
{version} [or|and|versus] {version}
""",
    "numbers": """
[I've been waiting|it took|we waited|it lasts] {count} [minutes|hours|days|weeks|seconds]
[it was|that'll be|I paid|they charged me|your total is|the balance is|it costs] {money} [on {date}|]
[at|around|by|until|after|before] {time} [on {date}|or {time}|sharp|]
[can I come|book it|table for {digit}|I'll be there|we open] at {time} [on {date}|]
[we need|there are|give me|I'd like|I counted|about|maybe] {count} [of those|people|more|or {count}|percent]
they [won|lost|drew] {score} [in the final|last night|]
[press|dial|say|push] {digit} for [sales|support|billing|english] [press {digit} for {plain_word}|]
[option|line|number|round|take] {digit} [please|]
in {year} [we had|it rose to|there were|we sold] {count} [units|cases|]
it's {measure} [long|wide|deep|high|away|]
[between|from] {count} [and|to] {count} [of them|percent|]
[transfer|pay|withdraw|deposit|send] {money} [to|from|into] [savings|checking|my card]
for {count} nights from {date}
[flight|train|bus] {version} leaves at {time}
[a|an|my|the] {age} year old [boy|girl|man|woman|car|son|daughter|]
[I'm|he's|she's|they're] {age} [years old|now|]
{digit} {digit} {digit} [go|and go|ready]
[from|between|it went from|it fell from|] {decimal} [to|and|or|over|versus|by] {decimal} [and then {decimal}|]
[one|two] [for|to] [one|two|go|the road]
[the|my|your] {nth} [floor|time|one|of {month}|question|chapter|]
[interest|a rate|inflation] [of|at] {count} point {digit} percent
[it's due|it arrived|it ships|the meeting is|we moved it to|it expires] on {date}
[the|a] {count} [inch|foot|pound|mile|dollar|page] {plain_word}
timestamp {time} {plain_word}
[from|rated] {count} to {count} [stars|points|]
{count} times [a week|{count}|out of {count}]
the answer is {count}
""",
    "booking": """
[a|the|my] [table|room|car|ride|flight|slot|appointment|tour] [for {digit}|] [at|around|for] {time} [on {date}|]
[on {date}|{date}] [at|@|after|from] {time} [please|works|is fine|is full|]
[can you|could we|I'd like to|please] [move|change|push|book] it [to|for] {time} [on {date}|instead|]
[check in|check out|pick up|departure|arrival|start|end] [is |]{date} [at {time}|]
[for|party of|we are|there will be] {count} [people|guests|adults|persons] [and {digit} kids|] [at {time}|on {date}|]
[see you|we're coming|seats|dinner] [at|by|around|for] {time} [for {digit}|tonight|]
[is {time} okay|how about {time}|what about {date}|any time after {time}|{time} or {time}]
[return|back|leave|leaving] [on |]{date} [and|to|until] {date}
[a|the] {car} [from|for] {date} [to|until|at] {date}
{time} [to|-|until|till] {time}
{date} {time}
[a|an|the] {digit} star [hotel|place|rating] [near|with] the {place} for {money} [a night|per night|]
[one way|round trip|return] [ticket|fare] [for|costs] {money}
the [ride|tour|show|movie] [takes|lasts|starts in] {count} minutes [and costs {money}|]
[driver|car|waiter] arrives in {count} minutes
[the|an] apartment with {digit} [bedrooms|baths|bath|rooms] [and|on the {nth} floor|] [{place}|]
""",
    "service": """
that's [fine|okay|alright|great|no problem]
[could|can] you hold [for a moment|on|please]
[who|whom] [do|should] I [speak|talk] to [about that|]
[is there|was there] anything else [I can help you with|today|]
no that's [all|it|everything] [thanks|thank you|]
[have a|enjoy your] [great|good|nice|lovely] [day|weekend|evening|one]
[sorry|I'm sorry] [could you repeat that|I didn't catch that|you're breaking up|about the wait]
[let me|I'll] [check|look into|see about|transfer] [that|you] [for you|right away|]
I'd like to [make a complaint|cancel|return it|upgrade|speak to a manager|change my plan]
[my|the] [sales rep|agent|manager|supervisor|driver|technician] was [rude|late|great|no help]
[I'm|he's|she's] [a|an] {occupation} [by trade|at a {plain_word} company|]
[can you recommend|I'm looking for|find me|book me with] [a|an] {occupation} [nearby|in the area|]
[how long will it take|when will it arrive|how much is it|why was I charged|where is my order]
{question_after} [or what|please|then|]
[I need|I want|we'd like] [a|an] {car} [for {count} days|with automatic|]
[do you speak|I speak|the audio is in|I teach|subtitles in] {language}
[got it|gotcha|understood|roger|copy that|makes sense|fair enough] [thanks|]
[please |][call|ring|write|text] me [back |]later [or tomorrow|]
[I will|I may|I might|I can|I must] [call|page|mark|bill|grant|chase|pat|sue|ray] [it|them|you|that] [later|]
""",
    "small": """
{cry}
{cry} [I forgot|that was close|I don't know|that hurt|it's you again|not again]
[oh |]{cry} {cry}
[good morning|good evening|hi|hello|hey] [everybody|all|folks|there|team|guys|]
[mm hmm|uh huh|right|yeah|exactly|okay|sure|true|no|yes] [right|yeah|okay|mm|]
[how was|did you have] [a good|your|the] [{event}|weekend|trip|vacation]
[what are you doing|any plans|see you|we close] [for|on|after|before] {event}
[I was going|he's trying|we used] to {cut_off}
it's [very|so|quite|rather] {cut_off}
[the the|I I|it it|we we|um the] {cut_off}
[you know|I mean|like] [it's|the|a] {plain_word} {plain_word}
[the weather|the {weather}|the traffic] is [awful|nice|getting worse]
[I guess|I suppose|maybe|so] [that's it|we're done|let's move on|not]
[I miss|I'll miss|we missed] [home|work|you|the {plain_word}|the bus]
[my|her|his] {role} [and|or] [my|her|his] {role} [said so|are here|don't like it|]
[the|my|a] {role} [told me|asked|called|came] [yesterday|again|]
[let's|shall we|we should] [take a break|move on|have lunch|get started|wrap up]
[I love|we watched|have you heard|play|I'm reading] {title_of_work}
[everybody|people|those] who [live|lives|work|works] in [the|this|that] [tower|house|block|{plain_word}]
[I live in|we live in|he lives in] [a|an] [small|big|old|shared|rented] [house|flat|apartment|place]
[I|we|you|nobody] [could|would|can|should] [not |never |]live [like this|with that|without it|on that|here|at home|de facto|apart|again]
[in|under|by|known by] the name of {plain_word}
[I was|he was|we were|they were] [so |just |]{cut_off}
[knock knock|ping ping|ding dong|tick tock|bye bye|chop chop|blah blah|la la la|ha ha]
[make|turn|set|keep] [it|the light|the screen|this] [redder|bluer|warmer|brighter|dimmer|cooler|{plain_word}]
[how many|how much] {plain_word} [are in|fit in|make|is] a {plain_word}
[no|not at all|okay|yes|fine] [thanks|thank you|thank u|ty|thx] [so much|]
[as|like] [a|the] {plain_word} [on|in|of] [a|the] {plain_word}
""",
    "things": """
[I'd like|can I get|one|two|give me] [a|an|the] [large|small|grande|extra|] {dish} [and a {dish}|please|to go|]
I [bought|ordered|returned|sold|watched|saw] it [from|at|on|to] {brand} [on {date}|]
my {brand} [broke down|won't start|is {count} years old|is out of warranty]
[a|the|my|that] {year} {brand} [{version}|{car}|]
[is there|find] a {brand} [nearby|around here|gift card|store]
{brand} or {brand}
[I'd like|give me|we need|I want|there are|she has|I see|we ordered|bring|I'm missing|that's|you have|] {count} {quality} {goods}s [please|and {digit} {quality} {goods}s|and {count} {goods}s|from {brand}|on {date}|]
[at|with|in|by|near|behind|under|past|] {count} {quality} {goods}s [and|or|] [a {quality} {goods}|{digit} {quality} ones|]
[{digit}|{count}] {quality} [ones|and {digit} {quality}|{plain_word}s|or {digit} {quality} ones|{goods}s and that's it]
[the|a|my|your|this] [{quality} {quality}|{quality} and {quality}] {goods} [is|was|costs {money}|weighs {measure}|with {count} {goods}s]
[number|item|page|size|part|model|figure] {digit} {quality} {goods} [and|or|at {money}|]
the {brand} [app|website|{car}|store|{version}] [is slow|is closed|was cheap|]
[do you carry|I prefer|we drink|they serve] {dish} [or {dish}|]
[the|a] {car} [from|by] {brand}
[put on|play|turn off|next] {title_of_work}
[the movie|the book|the song|the show] {title_of_work} [is on|was great|starts at {time}]
""",
    "places": """
[in|to|from|towards] the {direction} [of town|of the city|side|part|please|]
[something|an apartment|a hotel|a flat|a place|somewhere] in the {direction} [please|of the city|]
[in|at|near|by|to|from|behind|across from] the {place} [please|]
[take me|I want to go|a ride|a taxi|pick me up|drop me off] [to|from|at] the {place}
from the {place} to the {place}
[turn|go|head|keep] {direction} [at the|past the|toward the] {place}
[does it have|with|I need] a {place} [or a {place}|and a {place}|]
[the|a|my|your|our] {place} [is closed|was full|opens at {time}|is downtown|]
{direction}
{place}
[is it|it's|are you] [far from|close to|next to|inside] the {place}
[home|here|there|nowhere|downtown|abroad|overseas|upstairs] [please|]
[which|what] {place}
[the|a] [nearest|best|cheapest|old|new] {place}
[parking|laundry|breakfast|unit laundry|a balcony|pets] [included|allowed|is extra|]
""",
    "words": """
{plain_word} {plain_word} {plain_word}
the {plain_word} [is|was|has|and] [a|the|too] {plain_word}
[a|an|some|any|this] {plain_word} {plain_word} [of|for|with] {plain_word}
[it's|that's|there's] {plain_word} [and|or|but] {plain_word}
[we|they|you] {plain_word} the {plain_word}
{name_word_sentence}
{name_word_sentence}
[more|less|too|very] {plain_word} than {plain_word}
{plain_word}
{Plain_word} {plain_word} [is|was] {plain_word}
{jargon}
""",
    "about_data": """
[which|what|whose] [email|address|name|number|card|account] [do you mean|is that|was it]
[my|the] [phone|card|account|email|password|pin|address] [is|was] [broken|locked|declined|wrong|new|lost|old|stolen]
I [forgot|lost|don't have|don't know|can't find|never got] [my|the] [password|pin|code|{id_name}|card]
[can|could] I [change|reset|update] my [password|address|name|email|pin] [online|here|]
[what's|what is] a {id_name}
do you need [my|the] {id_name}
[where|how] do I find [my|the] {id_name}
[it's on|look at] the [back of the card|top of the letter|bottom left|receipt]
[the|that|your] [code|card|password|pin|link] [expired|is six digits|will be texted|has eight characters]
[the usual one|the one on file|the same as before|none|I don't have one|not that one]
[key in|type] your [pin|account number|card number] [and then press|then] [star|hash]
[I'd rather not say|it's confidential|do I have to|why do you need that|can I tell you later]
[verify|confirm|check|protect] your [identity|details|information]
[is that|was that] the same as the {id_name}
[the|your] {id_name} [is on the label|starts with a letter|has {digit} digits|doesn't match]
[what do I do|can I pay|should I call] [with|about] the {id_name}
""",
    "work": """
[next|first|last] slide [please|]
[the|our|this] [budget|deadline|agenda|project|target group|meeting] is [{money}|{date}|on {date}|{plain_word}]
[we|you|they] [could|should|might] [make|design|sell|test|build] [a|the] {tech} [for|with] {plain_word}
[what|how] [do|does] the [user|designer|marketing|team] [want|think|say]
[I'm|she's|he's] the [{occupation}|team lead|minute taker|marketing expert]
[it looks|that sounds|this feels] {plain_word} [to me|]
[on page|section|item|point] {count} [of the report|]
[so|um|well] [the|a] {plain_word} {tech} [is|was] [kind of|like|quite] {plain_word}
[the|some] [data|results|features|requirements] [are|were] {plain_word} [and {jargon}|]
[let me|I'll] [share|draw|explain|show] the {jargon} [on the board|]
we got {count} [percent|points] [better|worse] on the {jargon} [task|set|]
""",
    "meetings": meetings.TALK,
    "requested": PHRASES,
}

#: Words that are names too, used as words.
NAME_WORD_SENTENCES = """
[mark|frank|grant|bill|chase|will|rob|sue|pat|nick|jack|drew|ray] [my words|me down|the page|the dog]
[to be|a|let's be] frank [about it|discussion|]
[the|a|my] [grace|rose|joy|hope|faith|dawn|penny|art|ivy|amber|ruby|pearl|holly] [period|garden|of it|is lost|piece|leaf|light]
[in|by|since|until|last|next|early] [may|june|april|august|summer|autumn|dawn]
[I|we|you|they|it] [will|may|hope|wish|page|bill|grant|chase|drew] [the|a|it|so|for] [more|call|time|best]
[the|a] [long|short|young|old|rich|sharp|strong|wise|noble|little] [day|field|stone|bell|church|wood]
[the|a|some|my] [miller|baker|cook|butler|carpenter|potter|taylor|hunter|fisher|bishop|king|queen] [came|left|is late]
[cash|check|gold|silver|bank|loan|price|dollar] [only|is up|is down|or credit|statement]
[turkey|china|jersey|reading|bath|mobile|nice|orange|lima|phoenix] [sandwich|plate|shirt|room|list|phone|day|juice|beans|rising]
[a|the] [major|general|private|corporal|judge|dean|earl|duke|prince|guy|champ] [issue|idea|room|case]
[cold|hot|warm|dry] [wells|brooks|rivers|banks|marsh|hill|dale|field]
[the|a] [bell|page|lane|case|gate|house|hall|wall|park|lake|beach|bridge|tower|square] [is|was] [open|closed|full|new]
[I|we|they|you] [walk|drive|park|spring|fall|bend|court|hill|run|row|pass|cross|drew|grant|cook] [it|there|back|daily|to work]
[go|went|going] for a [walk|drive|run|row|spin]
[a|the|in the|this] [spring|fall|winter|summer] [is|was|semester|sale|of {year}]
[sunny|stormy|misty|rainy|windy] [with|and|in the|weather|at] [rain|morning|{weather}|]
[will|would|is|was] it be [sunny|stormy|misty|cold] [on {date}|tomorrow|]
[ring|answer|fix] the bell
[pole|hall|ward|court|drive|close|place|way|row] [is|was] [long|empty|on the left]
"""
QUESTIONS_AFTER = [
    "how do I reset it",
    "what's next",
    "is that okay",
    "do I get a receipt",
    "when does it start",
    "can I pay by card",
    "which one is cheaper",
    "what happens then",
    "are you there",
    "who told you that",
    "is it refundable",
    "what time do you close",
    "why is that",
    "how many are left",
    "where do I sign",
]
FILE_ENDS = (".txt", ".pdf", ".py", ".csv", ".json", ".html", ".docx", ".js", ".exe", ".log")
ASSISTANTS = (
    "siri",
    "alexa",
    "cortana",
    "google",
    "bixby",
    "jarvis",
    "robot",
    "computer",
    "assistant",
)

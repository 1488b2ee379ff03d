"""Talk among several who know each other: trade, fragments, and words that only keep it going.

Recognisers write all of it down. A single "oh" is no digit there, a letter that is spelled no
reference, "at any rate" no mail address, and those who are named are somebody.
"""

# ruff: noqa: E501 - a phrase is one line, and its parts belong together
# ruff: noqa: SIM905 - lists of words read better as words

from collections.abc import Sequence
from random import Random

from writing import Turn

#: Whole turns, or what stands before one.
_KEPT_GOING = (
    "oh|oh|oh yeah|oh okay|oh i see|oh really|oh no|oh right|oh oh|oh good|oh yes|oh my|ah|aha|"
    "yeah|yeah|yeah yeah yeah|uhhuh|uh huh|mm hmm|mm|huh|hm|right|right right|okay|okay okay|no|"
    "no no|sure|exactly|i see|wow|true|um|uh|well|so|and um|but uh|yep|nope|really|cool|or|"
    "i mean|you know|hold on|oh that one|oh so|so uh|ooh|oops|oh well|oh boy|and so on|of course"
).split("|")
#: How often a conversation has such words, and then, how often a turn is one or begins with one.
_OFTEN, _TURNS, _BEGINNINGS = 0.3, 0.35, 0.2

TALK = """
[so|well|okay|and|] [the|our|that] {jargon} {abbreviation} [is|was|gives|gets] [at |]{decimal} [percent|points|] [on|for|with] [the |]{plain_word}
[it's|it was|that's|they're|something] like {count} {count} [or {count}|] [something like that|percent|or so|]
[we|you|I|they] [use|used|trained|ran|tried|compute|need|replaced] [the|a|an|] {abbreviation} [and|or|with|plus|of] [the|an|] {abbreviation} [on {plain_word}|]
[you like|that's|it's not] [the|an|a good|a bad] {abbreviation} [you know|right|so|thing|]
[that's|are you saying|it's called|they call it|you mean] {abbreviation} {abbreviation} [right|]
{abbreviation} [yeah|okay|right|no]
[so|well|but|] at [any rate|all|that point|the moment|least|best|once|some point|both ends] [so|we move on|it's done|you know|I think|the {plain_word} changed]
[I don't want it|we don't do that|there's none|nobody looked] at [all|any rate|that point|both of us|each of them]
[you could|just|please|they] [email|mail|write|send it] to [both|all|one|either|any] of [us|them|you] [I guess|]
[it was|was it|that's] [either|] [him|her|them|me|you] or [me|them|him|somebody else|{f}]
[if you use|there were|take|I have] [one|two|three|both|five] [of us|of them|of these|copies|sides|layers|days|{count} days]
[one|two] [offsite|inside|outside|left|upstairs] [and |][one|two] [onsite|outside|inside|right|downstairs]
[but |and |]a {plain_word} [has|could be|is like|doesn't have] [a|an|no] {plain_word} [or|and] [a|an] {plain_word}
[could it be|it could be|maybe|this thing is|what about] a {plain_word} or a {plain_word}
[both |]as a {plain_word} and [you know |]as a {plain_word}
[well |]I have [a|my] {digit} [uh |um |]{digit} year old [at home|]
[that's true|it's written|the same holds|doing it|we did it] in [general|unison|principle|theory|practice|particular|parallel|isolation|there|between]
[it works|it's better|we split it] [in|across|between|for] [different|several|all|two|most] [regions|languages|islands|areas|departments|domains|countries|places]
[from|on] [my|the|this|a {plain_word}] point of view [it's|that's|you see] {plain_word}
[sort of|it's] [a|like] {plain_word} this [or|and] {plain_word} that
[I'm talking about|it's|is it|they speak|spoken in|the one in|a bit of] {language}
[{f}|{f} and {f}|{f} or {f}|{f} {f}] [sent|said|wrote|did|added|ran|fixed|has|had|was|will fix|is doing] [that|them|it|some comments|the {plain_word}|to look at it|the {jargon}]
[since|when|until|because|if|unless] {f} [is|comes|came] [coming back|back|away|here|on leave|around]
[the|that|this] {f} [thing|idea|approach]
[the work of|what|ask|tell|from|with|for|so with the help of|I talked to|I met|I called up] {p} [about that|did|said so|we go on|]
[it's|that was|the belief is] [{f}'s|my|our|the student's] {plain_word} [and|that] [we|they] [plug it in|use]
[is|was|where is|what did|does] [he|she|that] [there|here|say|know|] [right|]
[yeah|no|oh yes] [I|you|they] [see him|know him|saw her|told them|met her|like it] [good|yes|too|right|]
[I mean|you know|like|right] [{f}|{f} and I|we] [will|should|can] [sort of |]meet [on|about] [that|it|the {jargon}]
[I'm|this is] {p} [on|at] [channel|microphone|seat|number] {spot}
[channel|mic|microphone|participant|seat|node|class|phase|layer|stream] {digit} [and|or|is|to|] [{digit}|on|off|]
[a|the|your|that's a nice|each] [user|password|phone|account|email|name|address|card|pin] [interface|mechanism|field|model|state|compatibility|list|part|level|table|thing|class|column] [node|is|needs|was|changes]
[we should|let's|maybe we|I'd like to] address [that|this|one of these|this issue|them|the {plain_word}] [later|one of these days|now|first|]
[the|a|some|no] {jargon} [thing|stuff|part|one|node|model|network|file|values|coefficients]
{cut_off} {cut_off}
[it would|you'd] be read as {digit} {digit} [right|you see]
[the|that|there's] [two|one|three] {plain_word} [place|one|thing|drive|item|channel] [where|becomes|is|that] [it looks|very close|we are|like that]
[move|go|went|went up|change it] to {count} point {digit} [gigahertz|percent|hertz|or so|something]
[I|it|we] [trail off|end up|came in|got in|moved on|gave up|ran out] [with so|there|you see|]
[you know|it's] {plain_word} was definitely [out|in|there|the case]
[what|which|who] [do I mean|was it|did that|is that|are we on]
[not|no] only if [you|we] [have|do|want] {plain_word} {plain_word}s
[people|they|you] [send|give|tell] me [their|your|the] [page|list|{abbreviation}s|files]
[one|an|the] {nth} [meeting|pass|version|copy|draft] [of it|this week|with them|]
"""


def kept_going(turns: Sequence[Turn], rng: Random) -> list[Turn]:
    """The turns of a conversation, at times with words between and before them that say nothing.

    Args:
        turns: What is said. A value stays the first of its turn: "oh" before digits is one.
        rng: Of the draws.
    """
    if rng.random() >= _OFTEN:
        return list(turns)
    out: list[Turn] = []
    for turn in turns:
        while rng.random() < _TURNS:
            out.append([(rng.choice(_KEPT_GOING), None)])
        begins = rng.random() < _BEGINNINGS and turn and turn[0][1] is None
        before = rng.choice(_KEPT_GOING) + rng.choice((" ", ", ", ". ")) if begins else None
        out.append([(before, None), *turn] if before else turn)
    return out

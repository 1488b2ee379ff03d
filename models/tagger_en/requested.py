"""What is told of somebody or something and stays unless it is asked for: values, and phrases.

Values are words of `clearshard.recognizers.lists`, and as often made up, so that what stands around
one must tell: nobody lists all drugs, or all trades.
"""

# ruff: noqa: E501 - a phrase is one line, and its parts belong together

from random import Random

from ordinary import Ordinary
from said import Said
from vocabulary import EVENTS as FEW_EVENTS
from vocabulary import LANGUAGES as FEW_LANGUAGES
from vocabulary import OCCUPATIONS as FEW_OCCUPATIONS

from clearshard.recognizers.lists.occupations import OCCUPATIONS
from clearshard.recognizers.lists.things import (
    ALSO_NATIONALITIES,
    EVENTS,
    KINDS_OF_EVENTS,
    LANGUAGES,
)

_TRADES = (
    "technician", "operator", "specialist", "engineer", "inspector", "installer", "instructor",
    "worker", "teacher", "designer", "planner", "analyst", "cleaner", "fitter", "repairman",
    "salesman", "supervisor", "coordinator", "officer", "maker", "therapist", "clerk", "trainer",
    "manager", "consultant", "driver", "dealer", "assistant", "director", "buyer",
)  # fmt: skip
_ENDINGS = ("ist", "ologist", "ician", "smith", "maker", "keeper", "monger", "wright", "hand")
_OLD = ("years old", "year old", "years of age", "months old", "weeks old", "days old")
_CURRENCIES = (
    "dollars", "dollars", "dollars", "bucks", "pounds", "euros", "cents", "pence", "quid", "yen",
    "pesos", "francs", "rupees", "canadian dollars", "us dollars", "australian dollars", "kronor",
    "dirhams", "rand", "shekels",
)  # fmt: skip
_PARTS = ("half a", "a quarter of a", "one point two", "two and a half", "a", "a couple")


class Requested:
    """Draws values of the types on request.

    Args:
        rng: Of the draws.
        said: How numbers are said.
        ordinary: Words and numbers of no meaning.
    """

    def __init__(self, rng: Random, said: Said, ordinary: Ordinary) -> None:
        self._rng = rng
        self._said = said
        self._ordinary = ordinary

    def occupation(self) -> str:
        """What somebody works as."""
        rng, word = self._rng, self._ordinary.word
        draw = rng.random()
        if draw < 0.5:
            name = rng.choice((*OCCUPATIONS, *FEW_OCCUPATIONS))
        elif draw < 0.8:
            name = f"{word()} {rng.choice(_TRADES)}"
        elif draw < 0.9:
            name = word() + rng.choice(_ENDINGS)
        else:
            name = rng.choice((f"head of {word()}", f"director of {word()}", f"{word()} professor"))
        if rng.random() < 0.06:
            name = f"{rng.choice(('retired', 'freelance', 'senior', 'chief', 'former'))} {name}"
        return name

    def event(self) -> str:
        """A holiday, a contest, a festival, a storm, a war."""
        rng, word = self._rng, self._ordinary.word
        draw = rng.random()
        if draw < 0.5:
            return self._cased(rng.choice((*EVENTS, *FEW_EVENTS)))
        name = word().capitalize()
        if draw < 0.8:
            return f"the {name} {rng.choice(KINDS_OF_EVENTS)}"
        return rng.choice(
            (
                f"{name} Day", f"{name} Week", f"Saint {name}'s Day", f"the {name} Games",
                f"the {name} Cup", f"the {name} Open", f"hurricane {name}", f"storm {name}",
                f"the {name} War", f"the {name} awards", f"{name} Fest", f"{name} Con",
                f"the {name} fair", f"{name} night", f"the {name} election", f"{name}fest",
            )
        )  # fmt: skip

    def language(self) -> str:
        """A language."""
        rng = self._rng
        name = rng.choice((*FEW_LANGUAGES, *LANGUAGES, *ALSO_NATIONALITIES))
        if rng.random() < 0.1:
            # A language that is in no list.
            name = self._ordinary.word() + rng.choice(("ish", "ese", "ian", "ic", "i", "an"))
        return self._cased(name)

    def age(self) -> str:
        """An age in years, or of a child in less."""
        rng = self._rng
        if rng.random() < 0.35:
            return self._ordinary.age()
        number = self._said.count(rng.randint(1, rng.choice((11, 40, 99, 104))))
        draw = rng.random()
        if draw < 0.35:
            return number
        if draw < 0.8:
            return f"{number} {rng.choice(_OLD)}"
        return rng.choice((f"{number} and a half", f"{number} months", f"{number}-year-old"))

    def money(self) -> str:
        """An amount of money."""
        rng, said = self._rng, self._said
        if rng.random() < 0.5:
            return self._ordinary.money()
        amount = rng.randint(2, rng.choice((20, 99, 999, 9999, 250_000)))
        words = said.count(amount)
        currency = rng.choice(_CURRENCIES)
        large = rng.choice(("hundred", "thousand", "million", "billion", "grand"))
        small = said.count(rng.randint(1, 99))
        return rng.choice(
            (
                f"{words} {currency}",
                f"{words} {currency}",
                f"{small} {large} {currency}",
                f"{rng.choice(_PARTS)} {large} {currency}",
                f"{small} {large}",
                f"${amount:,}",
                f"${amount}.{rng.randint(0, 99):02}",
                f"$ {amount}",
                f"{rng.choice('$£€')}{rng.randint(1, 90)}{rng.choice(('k', 'm', ' million', 'K'))}",
                f"{amount:,}.00",
                f"{small} and {said.count(rng.randint(10, 99))} cents",
                f"{small} {said.pair(rng.randint(10, 99))}",
                f"{amount} {rng.choice(('USD', 'EUR', 'GBP', 'CAD', 'dollar'))}",
            )
        )

    def _cased(self, name: str) -> str:
        return name.title().replace("'S", "'s") if self._rng.random() < 0.6 else name


#: Said of somebody or something, by what is told.
PHRASES = """
[I'm|I am|he's|she's|I work as|I worked as|she works as|he was] [a|an|the] {occupation} [now|there|for {count} years|in town|at {o}|by training|]
[my|his|her] [job|occupation|profession|title|job title|position|line of work|role] [is|was|:] [a|an|] {occupation}
[what do you do for a living|occupation|your occupation please|and your profession] [?|] {occupation}
[we|they] [hired|need|sent|called|are looking for|had] [a|an|another|our] {occupation} [last week|to look at it|for the job|out|]
[my|his|her] {role} [is|was|works as|became|wants to be] [a|an] {occupation} [too|as well|like me|]
[I|he|she] [trained|studied|qualified|started|retired|got a job] [to be|as] [a|an] {occupation}
[talk to|ask|see|you need|I saw|let me get you] [a|an|the|your|our] {occupation} [about that|first|]
[the|two|three|all the|some] {occupation}s [are|were] [on strike|busy|here|out of town]
{occupation} [at|for|with] {o}
[both|most] [of them|my friends|my sisters] are {occupation}s
[I'm|he's|she's|we are] [self employed|between jobs|retired] I was [a|an] {occupation}
[I|she|he|they] [quit|left|lost] [my|her|his|the] job as [a|an] {occupation}
[I|she|he] [takes|take|took|am on|was on|was given|needs|stopped] {drug} [for {condition}|every night|since {year}|again|]
[the|my|your|a] {drug} [prescription|refill|dose|bottle|pills|tablets|] [is ready|ran out|was recalled|never came|makes me dizzy|costs {money}]
[do you|can I|is it safe to|should I] [carry|take|mix|stop|get] {drug} [with {drug}|and {drug}|or {drug}|at home|]
[the pharmacy|the doctor|my insurance|the hospital|they] [gave me|wants|won't cover|switched me to|filled|is out of] {drug} [{measure}|instead|]
[I'm|he is|she's] allergic to {drug} [and {drug}|]
[a|one|two|another] [pack|box|bottle|tube|course|dose|shot|supply] of {drug} [please|for {money}|]
[a generic|a substitute|the price|the side effects|an alternative] [for|of|to] {drug}
[refill|renew|order|ship|pick up] [my|the|his|her] {drug} [and {drug}|please|]
[he|she|my {role}] [overdosed on|was addicted to|reacted to|is doing well on] {drug}
[I|he|she|my {role}] [has|have|had|got|suffers from|was diagnosed with|recovered from|died of] {condition} [last year|in {year}|again|as a child|]
[because of|due to|on account of|it's my|with his|after her] {condition} [I can't {plain_word}|we had to cancel|]
[are you|is that|is this|am I] [covered|insured|treated|tested|screened] for {condition}
[there's|we have|it runs in the family,|it turned out to be|they think it's|it could be] {condition}
[a|my|the] [claim|treatment|test|specialist|vaccine|support group|cure] for {condition}
[do you have|any|history of|have you ever had] {condition} [or {condition}|{condition} or {condition}|?|]
[his|her|my|the] {condition} [is getting worse|came back|is under control|flared up|acts up|kept me awake]
[living with|prone to|born with|recovering from|in case of] {condition}
[she|he|the baby|my {role}] came down with {condition} [on {date}|]
[I'm|she's|he's|my {role} is|my son is|the driver is|we're both] {age} [now|next month|so it's free|and retired|]
[he|she|I] [turned|turns|will be|was|just turned] {age} [in {month}|on {date}|when it happened|last week|]
[how old are you|and your age|your age please|age] [?|] [I'm|] {age}
[a|the|my|her] {age} [boy|girl|daughter|son|grandson|driver|patient|dog] [who|and|]
[at|by|from|over|under|until|around] the age of {age}
[aged|age|ages] {age} [and {age}|to {age}|]
[kids|children|twins|passengers|anybody] [under|over|aged] {age} [travel free|pay half|]
[our kids are|the children are|ages are] {age} and {age}
[he|she] [passed away|got married|retired|moved out] [at|when she was|when he was] {age}
[in|she's in|he was in] [my|his|her|their] [early |late |mid |]{decade}
[you|they|the bank|somebody|he] [charged|billed|owes|took|refunded|sent|gave|paid] [me|us|her] {money} [on {date}|twice|extra|too much|]
[it|that|the fee|the premium|my rent|the deductible|the copay|the fine|the difference] [is|was|went up to|would be|comes to|used to be] {money} [a month|a year|per month|each|total|]
[can|could] [I|we] [pay|send|get|borrow|transfer|put down] {money} [today|now|in cash|instead|]
[I|she|we] [make|earn|makes|earns|saved|lost|won|donated] {money} [a year|an hour|a week|last year|]
[about|around|almost|over|less than|up to|at least|exactly|only|just] {money}
[a|the|that] {money} [fee|charge|deposit|refund|gift card|payment|bill|discount|bonus]
[is that|was it|you said|did you say] {money} or {money}
[worth|valued at|sold for|insured for|starting at|priced at] {money}
between {money} and {money}
[the limit|the balance|my salary|his income|the budget] [is|was] {money}
[we're|I'm|they're] [travelling|coming|closed|off|going away|having people over] [for|on|over|before|after] {event}
[I|we] [bought it|met|lost it|got tickets|volunteered] [at|for|during|before] {event} [last year|in {year}|]
[it happened|it broke|I called|it's been like this] [during|since|on|right before|after] {event}
[are you|is the office|will you be] open [on|over|during] {event}
[happy|merry|enjoy|see you at|who won|did you watch] {event} [to you too|this year|]
[a|the|your] {event} [sale|special|offer|party|gift|parade|weekend|dinner]
[until|by|in time for|it's a gift for|this is for] {event}
{event} [is|falls|was] [on {date}|next week|over|cancelled|coming up]
[I|she|he|we|they|the caller] [speak|speaks|only speaks|understand|don't speak|barely speaks|learned|grew up speaking] {language} [at home|and {language}|only|]
[do you have|is there|can I get|I need] [someone who speaks|an interpreter for|the form in|a menu in|this in|service in] {language}
[my|her|his|their|our] [first|native|second|main|preferred] language [is|was] {language}
[press|say] {digit} for {language} [or {digit} for {language}|]
[in|into|from] {language} [please|and {language}|or {language}|]
[a|an|the|any] {language} [speaker|translator|interpreter|translation|version|teacher|class|dictionary|accent|speaking agent]
[I'd prefer|can we continue in|let's do it in|she answered in|it's written in|say it in] {language}
[I'm|he's] [learning|studying|taking|teaching|fluent in] {language}
[the bill is from|I work for|I was with|he left|she joined|I got a letter from|I switched from|my bank is|my employer is] {o}
[is|are] {o} [in your network|open today|closed|still in business]
[made out to|owned by|delivered by|insured with|a customer of|covered by|a member of|sponsored by] {o}
[they told me at|I called|I spoke with|complain to|ask] {o} [yesterday|about it|]
{o} [said|told me|charged me|merged with {o}|went bankrupt|sent it|is the seller]
"""

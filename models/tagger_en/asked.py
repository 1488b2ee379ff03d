"""Questions whose answers say nothing about who somebody is, and those answers.

Whoever asks for a name or a number asks for much else in the same words: how many, what size, which
year. Without these every answer to a question would look like a value.

Each line is a question, and behind `=>` what is answered.
"""

# ruff: noqa: E501 - a phrase is one line, and its parts belong together

EXCHANGES = """
[and |]how many [people|guests|adults|kids|seats|rooms|nights|tickets|copies|of them|{goods}s|pieces|employees|days] [is it|will there be|do you need|would you like|are there|for|] => [just |it's |there are |we are |I think |about |maybe |]{count} [of us|people|please|nights|{goods}s|in total|]
[what|which] [year|model year] [is|was] [the|your|that] [car|{car}|boat|house|roof|{goods}|one] [built|made|from|] => [it's a |it's from |from |it was |]{year} [I think|model|]
[what|which] [size|shoe size|width|length|quantity|gauge|voltage|dose|grade|level] [do you need|is it|would you like|are you|was that] => [it's |a |I take |size |number |]{count} [and a half|or {count}|I think|please|{measure}|]
[and |][what's|what is|what was|] [the|your|her|his] [last |current |total |annual |monthly |] [mileage|income|salary|square footage|budget|deductible|weight|speed|height|limit|count|reading|distance|usage|rent|premium|score|total] [please|now|roughly|] => [about |around |it's |I think |just under |maybe |]{quantity} [a year|or so|I think|give or take|of them|]
how [much|many {goods}s|many of them] [would you like|do you have|do you need|did you order|are left|should I move|shall I put down] [to pay|today|in all|] => [about |just |maybe |let's say |make it |]{quantity} [{goods}s|please|of those|thanks|]
how old [is it|are you|is she|is he|is the {car}|is the roof] [now|] => [it's |I'm |she's |he's |about |]{age} [years old|years|now|I think|]
[and |]what [color|colour|shade] [do you want|is it|would you like|was the {goods}] => [it's |the |in |make it |]{quality} [or {quality}|please|one|]
[and |][what|which] [time|day|date|evening|afternoon] [works|suits you|is best|would you like|was that|should we come] => [maybe |how about |at |on |around |]{time} [or {time}|on {date}|please|]
[what|which] [day|date] [did you|was it|should it|does it|will you] [order it|arrive|call|leave|start|] => [it was |on |I think |]{date} [I think|or so|]
how [long|far|old|big|tall|heavy|high|deep|often|wide|late] [is it|is the {goods}|was that|has it been|will it take|are they|does it happen] => [about |around |it's |maybe |nearly |]{measure} [or so|I guess|]
how [long|many times|often] [have you|did you|has it] [had it|tried|waited|been like this|happen] => [{count} times|for {count} days|since {date}|about {count} hours|every {digit} weeks|twice]
how much [is it|did you pay|was the bill|do you owe|would you like to transfer|was taken|is left] => [it was |about |exactly |it says |]{money} [I think|plus tax|and that's all|]
[what|which] [model|version|type|kind|make|brand] [is it|of {tech} is it|do you have|are we talking about] => [it's |the |a |an |I have the |]{version} [from {brand}|I think|]
[what|which] [model|make|brand] [is it|is the {car}|do you drive] => [it's |a |an |the |]{brand} [{car}|{version}|{year}|]
[what|which] [error|error code|message|light|number] [do you see|does it show|comes up|is on the screen] => [it says |error |code |just |]{version} [and then {digit}|in red|]
[what|which] [floor|gate|platform|terminal|row|aisle|lane|page|chapter|line|channel|option|deck] [is it|is that on|are you at|should I take] => [it's |the |on the |gate |row |page |]{spot} [I think|on the left|]
[what's|what is|tell me] [the|your|her|his] [temperature|pressure|blood pressure|pulse|weight|height|reading|level|sugar|meter reading] [now|today|this morning|] => [it's |it was |about |]{pressure} [this morning|and {count}|]
[what's|what is|tell me] [the|your|her|his] [temperature|weight|height|reading|count|score|rate|speed|mileage|level] [now|today|at the moment|] => [it's |it was |about |it says |]{decimal} [percent|kilos|degrees|miles|I think|]
[on a scale of|from] one to [five|ten] how [happy|satisfied|likely|bad is it|much does it hurt] [are you|] => [I'd say |maybe |a |]{digit} [out of ten|or {digit}|I guess|]
[what|who|which] [team|game|match] [won|was it|are you watching|did they play] => [they won |it was |they lost |]{score} [after extra time|in the end|]
[what are you|are you] taking [for that|at the moment|any medication|anything] => [yes |just |I take |]{drug} [{measure} {freq}|and {drug}|only|]
[do you have|have you had|any history of] {condition} [or {condition}|in the family|before] => [no |yes |I had |just ]{condition} [in {year}|once|years ago|]
[what|which] {exam} [did they do|was it|do you need|are we doing] => [the |an |a |just the ]{exam} [of the {anatomy}|on {date}|]
[what would you like|what can I get you|what did you order|and to drink] [today|then|] => [I'd like |can I get |the |{digit} |a |]{dish} [and {count} {dish}s|please|with {dish}|]
[what|which] [interest rate|rate|discount|percentage|share|plan|tier|package] [is that|do you have|was it|are you on] => [it's |the |at |about ]{decimal} [percent|per year|a month|]
[what|which] [plan|tier|package|option|line] [are you on|do you have|is it] => [the |plan |tier |option |number ]{digit} [I believe|the basic one|]
[and |]the [quantity|amount|size|time|day|color|model|year|price|reason|subject|topic] [please|then|] => [{count}|{money}|{time}|{date}|{quality}|{version}|{year}|{plain_word} {plain_word}]
[what|why|how] [happened|is the problem|is wrong with it|went wrong|can I help you with|is it about|seems to be the trouble] => [my |the |it's the |our ][{tech}|{goods}|{plain_word}|{brand}] [is|was|won't|keeps] [{plain_word}|overdue|late|broken|due|missing|locked|expired|unpaid|damaged]
[what|which] [do you|does he|does she|do they] do [for a living|for work|] => [I'm |she's |he's |they're ][a|an|the] {occupation} [at a {plain_word} company|these days|]
[is|was] it [urgent|paid|overdue|expired|still open|covered|under warranty] => [yes|no|it's|it was|I think it's] [overdue|paid|expired|covered|due|pending|closed|unpaid|active] [since {date}|for {count} days|]
[what's|what is] {count} [plus|times|minus|over|percent of] {count} => [that's |it's |]{count} [point {digit}|and a bit|]
[where|what part] [does it hurt|is the pain|is the leak|did you put it|is it stored] => [in |on |behind |by |near |under ][the |my ][{anatomy}|{place}|{goods}] [on the left|mostly|]
"""

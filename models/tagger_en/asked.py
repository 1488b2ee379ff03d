"""What is asked for and how it is told: questions, answers and statements by kind of value.

A bar in brackets divides wordings, braces hold a slot; `{v}` is a value of the kind itself.
"""

# ruff: noqa: E501 - a phrase is one line, and its parts belong together

#: How often each kind is drawn.
WEIGHTS = {
    "PERSON": 14, "PHONE": 7, "CARD": 5, "CARD_CODE": 4, "ACCOUNT": 6, "SSN": 4, "ID": 13,
    "PASSWORD": 7, "CODE": 5, "SECRET": 3, "USERNAME": 3, "EMAIL": 8, "DOB": 8, "ADDRESS": 11,
    "LOCATION": 9, "URL": 2,
}  # fmt: skip

_CAN = "[can|could|may|might] I [have|get|take|ask for]"
_WHAT = f"[what's|what is|what was|tell me|give me|I need|{_CAN}|could you give me|may we have]"
_PLS = "[ please| please|| again| for me| then| real quick|]"
_ITS = (
    "[||it's|it is|that's|that would be|it would be|yes it's|sure it's|okay it's|um it's|uh|um|"
    "yeah it's uh|I think it's|should be|that'll be|here you go|well it's|oh it's|right so it's|"
    "sure|yes|okay|of course|no problem]"
)
_END = "[|||||| I think| I believe| if that helps| sir| ma'am| thanks| yeah| okay| please]"

QUESTIONS = {
    "PERSON": f"""
{_WHAT} your [|full |first |last |first and last |legal ]name{_PLS}
[and |][who am I speaking with|who's calling|who do I have the pleasure of speaking with]{_PLS}
[what|which] name is [this|it|that|the booking|the reservation|the account|the policy] under
[can|could|would] you spell [that|your name|your last name|your surname|the name] for me
[and |]the name of [your doctor|the patient|the policy holder|the driver|your spouse|the tenant]
who [should I ask for|referred you|is your emergency contact|is the account holder|helped you]
[and |][your |the ][name|surname|last name|middle name|maiden name|first name]{_PLS}
what [should|can|do] I call you
[who did you talk to|who else is on the account|who will be picking it up|who is it for]
""",
    "PHONE": f"""
{_WHAT} [your|a|the best|a good] [phone|telephone|cell|mobile|callback|contact|home|work] number{_PLS}
[what number|which number] [can we reach you at|are you calling from|should I put down|do we call]
[and |]a [phone|contact|callback] number in case [we get cut off|the line drops|I lose you]
[is this the best number to call|do you have another number|and a second number]
[how|where] can [we|the driver|they] reach you
what's [her|his|their] [number|phone]
""",
    "CARD": f"""
{_WHAT} [your|the] [card|credit card|debit card] number{_PLS}
[read|read me|go ahead and read] the [long number|sixteen digits|number] [on the front|on your card|]
[which|what] card [would you like to use|shall I charge|is it]
[and |]the last four [digits |]of [your|the|that] card
""",
    "CARD_CODE": """
[and |][the|your] [security code|code on the back|code on the reverse|cvv|cvc|cvv2]{pls}
[and |]the [expiry|expiry date|expiration|expiration date|exp date]{pls}
[and |]when does [it|the card|that card] expire
[and |][the |those |]three [little |small |]numbers [by|next to] the signature
[what does it say|and the number|the digits] [on the reverse|on the flip side|behind the card]
[valid through|good through] what date
""",
    "ACCOUNT": f"""
{_WHAT} [your|the] {{account_name}}{_PLS}
[which|what] account [is this about|do you want to use|should it come from|is it going to]
[and |]the {{account_name}}{_PLS}
[last four of|the last digits of] [your|the] account
""",
    "SSN": f"""
{_WHAT} [your|the] [social|social security number|full social|SSN]{_PLS}
[and |]the [last|final] four digits of your [social|ssn]{_PLS}
[can|could] you [verify|confirm] your social
""",
    "ID": f"""
{_WHAT} [your|the|that] {{id_name}}{_PLS}
do you [have|know|happen to have] [the|your] {{id_name}} [|handy|with you|in front of you]
[and |][the |your |]{{id_name}}{_PLS}
[read|spell] [me |]the {{id_name}} [|to me]{_PLS}
[what does|which number does] [the label|the letter|the email|the sticker|the card] say
""",
    "PASSWORD": f"""
{_WHAT} [your|the] [password|passcode|passphrase|pass phrase|security word|secret word|wifi password]
[and |][the |your ][password|passcode|passphrase] [on|for] [the|your] [account|file|profile]{_PLS}
[what did you|did you] set [as|for] [the|your] password
""",
    "CODE": f"""
{_WHAT} [your|the] [pin|PIN|pin code|access code|gate code|door code|security pin|alarm code]{_PLS}
[can you |]read me the [code|one time code|verification code|six digit code] [|we just sent|you got]
[what was|what is] the code [we texted you|on your screen|in the message|that came through]
[enter|say|confirm] your [pin|passcode|code]{_PLS}
""",
    "SECRET": """
[and |]the answer to [your|the] security question
what was [your first pet called|your pet's name|the first animal you had]
[and |][the|your] [favorite|first] [teacher's name|pet's name|school friend's name]
what [is|was] your mother's maiden name
[which|what] [street|town] did you grow up [on|in]
""",
    "USERNAME": f"""
{_WHAT} your [username|user name|user id|login|login name|screen name|handle]{_PLS}
[what|which] [login|username] [do you use|is it|are you signing in with]
""",
    "EMAIL": f"""
{_WHAT} [your|the best|an] [email|email address|e-mail|mail address]{_PLS}
[where|what email] should [I|we] send [it|the receipt|the invoice|the link|that]
[can|could] you spell [out |]your email [address|] [|for me]
[which|what] email [is on file|do you use|did you sign up with]
""",
    "DOB": f"""
{_WHAT} [your|the patient's|her|his|the caller's] [date of birth|birth date|birthday|dob]{_PLS}
[and |]when [were you|was she|was he|was the patient] born
[and |][your |the ][date of birth|dob|birthday|birth date|day you were born]{_PLS}
[month day and year|day month and year] [you were born|of birth]{_PLS}
[verify|confirm] your date of birth [for me|]
""",
    "ADDRESS": f"""
{_WHAT} [your|the] [address|street address|mailing address|billing address|home address]{_PLS}
{_WHAT} [your|the] [zip|zip code|postcode|postal code|post code]{_PLS}
where [do you live|should we ship it|does it go|is the property|are we picking you up]
[and |]the first line of [your|the] address{_PLS}
[which|what] street [is that on|are you on|was it]
[and |][your|the] [house number|street|address] [|there]
""",
    "LOCATION": """
[what|which] [city|town|city and state|country|area] [is that|are you in|do you live in|was it in|]
where [are you calling from|are you located|were you born|did you grow up|do you want to go|are you]
what's the [destination|nearest city|departure city|drop off|pick up point]
where [to|from|would you like to be picked up|are you flying to|is the meeting|are you headed]
""",
    "URL": f"""
{_WHAT} your [website|web page|site|profile link]{_PLS}
[do you have|is there] a [website|link|page]
""",
}

ANSWERS = {
    "PERSON": f"""
{{p}}
{{p}}
{_ITS} {{p}}{_END}
[my|the|her|his] [|full ]name is {{p}}{_END}
[this is|I'm|I am|you're speaking with|it's under|it should be under|under] {{p}}{_END}
{{p}} [speaking|here|calling]
{{p}} [that's|spelled|spelt|it's spelled|s p e l t] {{s}}
{_ITS} {{s}}
{{s}} [is how you spell it|like it sounds|]
[first name|first] {{f}} [last name|surname|and last name|last] {{l}}
[last name|surname|family name] [is |]{{l}}{_END}
[it's |]{{title}} {{l}}{_END}
{{f}} [but everybody calls me|but I go by|or] {{f}}
{{l}} {{f}}
{{f}} [with a|as in the|like the] {{plain_word}}
{{p}} [and|or] {{p}}
{{f}}
{{l}}
my {{role}} {{p}} [did|set it up|made the booking|will pick it up|]
""",
    "PHONE": f"""
{{v}}
{_ITS} {{v}}{_END}
[my number is|the number is|my cell is|my mobile's|you can reach me at|call me on|try] {{v}}{_END}
[home|work|the office] is {{v}} and [cell|mobile|my other one] is {{v}}
{{v}} [and ask for|that's] {{f}}
area code {{three}} {{seven}}
{{v}} [extension|ext] {{ext}}
{{v}} but [after five|on weekends|if that fails] [try|use] {{v}}
it ends [in|with] {{four_phone}}
""",
    "CARD": f"""
{{v}}
{_ITS} {{v}}{_END}
[the card number is|the number is|it's a visa|mastercard|amex] {{v}}{_END}
[the one |card |]ending [in|with] {{four_card}}
{{four_card}}
{{v}} [exp|expires|good through|expiration] {{exp}} [|cvv {{cvv}}|code {{cvv}}|and {{cvv}}]
[card|visa] {{v}}, {{exp}}, {{cvv}}
""",
    "CARD_CODE": f"""
{{cvv}}
{{exp}}
{_ITS} {{cvv}}{_END}
{_ITS} {{exp}}{_END}
[the code is|the back says|security code] {{cvv}}
[it expires|expires|expiry is|runs out in|good until|valid to] {{exp}}
{{exp}} [and|and the code is|, code|,] {{cvv}}
{{cvv}} [and|and it expires|,] {{exp}}
""",
    "ACCOUNT": f"""
{{v}}
{_ITS} {{v}}{_END}
[my|the] {{account_name}} is {{v}}{_END}
account {{v}}
{{v}} [and the routing number is|routing|and the sort code is] {{v}}
[account ending in|the last four are|ending|last four] {{four_account}}
{{four_account}}
""",
    "SSN": f"""
{{v}}
{_ITS} {{v}}{_END}
[my social is|social is|the number is] {{v}}{_END}
[last four are|last four|the last four of it are|it ends in|] {{four_ssn}}
""",
    "ID": f"""
{{v}}
{{v}}
{_ITS} {{v}}{_END}
[the|my|that] {{id_name}} [is|was|says|should be] {{v}}{_END}
{{id_name}} {{v}}
[I've got|I have|it says|I see|let me see|it starts with|looks like|it reads] {{v}}{_END}
[it ends in|the last four are|last four|last digits] {{four_id}}
""",
    "PASSWORD": f"""
{{v}}
{_ITS} {{v}}{_END}
[my|the|our] [password|passphrase|passcode|login password] [is|was|should be] {{v}}
[try|maybe|could it be|might be|perhaps] {{v}}
[either|it's either|it could be] {{v}} or {{v}}
{{v}} [all lowercase|all one word|in small letters|no spaces|with a capital at the start]
""",
    "CODE": f"""
{{v}}
{_ITS} {{v}}{_END}
[my|the] [pin|code|passcode|PIN] [is|was|should be] {{v}}{_END}
[either|it's either|it was either|it might be either|maybe] {{v}} or [maybe |possibly |uh |]{{v}}
[I think it was|it could be|it was] {{v}} [no wait|or was it|or|hmm or] {{v}}
[try|try both|both] {{v}} [and|or] {{v}}
[it says|I got|the message says|the text says] {{v}}
{{v}} [is what I got|is what it says|is the code]
[oh wait |hold on |]I [remember|remembered] [now |]it's {{v}}
""",
    "SECRET": f"""
{{pet}}
{_ITS} {{pet}}{_END}
[his|her|the dog's|the cat's] name was {{pet}}
[maybe|I guess|could be] [it was |]{{pet}}
""",
    "USERNAME": f"""
{{v}}
{_ITS} {{v}}{_END}
[my username is|username|I log in as|I go by|user] {{v}}
{{v}} [all lowercase|one word|all together]
""",
    "EMAIL": f"""
{{v}}
{{v}}
{_ITS} {{v}}{_END}
[my|the] email [address |]is {{v}}{_END}
[send it to|you can send it to|email me at|write to] {{v}}{_END}
{{v}} [all lower case|all one word|all lowercase|no dots]
""",
    "DOB": f"""
{{v}}
{{v}}
{_ITS} {{v}}{_END}
[my|her|his] [date of birth|birthday|dob] is {{v}}{_END}
[I was|she was|he was|] born [on|in|] {{v}}{_END}
""",
    "ADDRESS": f"""
{{v}}
{_ITS} {{v}}{_END}
{_ITS} {{v}} {{c}}{_END}
{{v}} [in|,|] {{c}} {{st}} {{z}}
{{v}}, {{c}}, {{st}} {{z}}
[I live at|we're at|I'm at|send it to|my address is|the address is|I moved to] {{v}}{_END}
{{z}}
{_ITS} {{z}}{_END}
[my|the] [zip|zip code|postcode|postal code] is {{z}}{_END}
[on the corner of|corner of|at] {{crossing}}
{{v}} [apartment|apt|unit|flat|suite|number] {{unit}}
it's on {{v}}
""",
    "LOCATION": f"""
{{c}}
{_ITS} {{c}}{_END}
[in|from|to|near|outside|just outside of|around] {{c}}{_END}
[I'm in|I'm calling from|we live in|I was born in|I want to go to|take me to|I'm from] {{c}}{_END}
{{c}} {{st}}
{{c}}, {{st}}
[from|between] {{c}} [to|and] {{c}}
[pick me up at|at|on|] {{crossing}}
[from|a ride from] {{crossing}} to {{crossing}}
""",
    "URL": f"""
{{v}}
{_ITS} {{v}}{_END}
[you can find me at|my site is|the link is|check out|go to] {{v}}
""",
}

STATEMENTS = {
    "PERSON": """
[I spoke to|I talked to|I was speaking with|I had|they gave me] {p} [in billing|yesterday|last week|]
my {role} {f} [called|said|wanted it|set it up|is on the line|has one|told me to call]
my {role}'s name is {p}
[this is|I'm|my name is|you've reached] {p} and I [need help|want to cancel|have a question] with {tech}
[doctor|dr|Dr.|dr .] {l} [prescribed|told me to take|stopped|put me on] {drug}
{title} {l} [is here|called|rang|wrote|left|said so|will see you now|signed it|came by]
[thanks|thank you|hi|hey|hello|good morning|bye|sorry|so|okay|alright|right|well|and] {f}
[hi|hello|hey|good morning] {title} {l} [how are you|nice to see you|what brings you in|]
[hi|hello] {f} how's [the|your] {anatomy} [doing|feeling|]
{f} [can|could|would|will] you [take|send|show|check|bring|explain] [the|that|those] {plain_word}
[what|how about you|what about you|any thoughts|your turn|go ahead|over to you] {f}
[as|like] {f} [said|mentioned|pointed out|suggested] the {tech} is [fine|late|expensive]
I think {f} [has a point|is right|wanted|meant|was saying] [something|the {plain_word}|]
{f} and {f} [are|were] [coming|late|working on the {tech}|out this week]
[ask|tell|call|text|email|invite|remind|pay|meet] {p} [about|for] the {plain_word}
this patient {p} is a {age} year old [man|woman|male|female] with {condition}
[the customer|the caller|the agent|the patient|my attorney|the nurse|the driver|the witness] [is|was|] {p}
[the customer|the agent|the tenant|our guest] {p} [called|complained|was polite|signed] [twice|]
[signed|regards|best|sincerely|yours|cheers] {p}
{p} [is my|was my] {role}
so {f} [let me|I'm going to|we'll] [look at|check|examine|listen to] your {anatomy}
[it's|it was] {f}'s {plain_word}
[she|he|they] [named|called] [him|her|the baby] {f}
[I'm here|he came in|she came] with [my|his|her] {role} {f}
{f} [says|said|wrote|thinks] [the |]{plain_word} [is|was] {plain_word}
[played by|directed by|written by|starring|sung by|with] {p}
""",
    "PHONE": """
[my phone number is|my number is|my cell's|the number is] {v} and I'm [ringing|calling] about {plain_word}
[call|ring|text|reach|try] me [at|on|] {v} [please|after six|any time|]
[fax it to|dial|call the office on|the hotline is] {v}
[dial|my extension is|extension|ext|ext.] {ext}
[two phones|the numbers are|I have two,] {v} [and|or] {v}
""",
    "CARD": """
[my card number is|the card is|card number] {v} [and it expires|expires|exp] {exp}
[I used|charge|put it on|it was] the card ending [in|with] {four_card}
card {v} was [charged twice|declined|stolen|swallowed]
[the expiry is|it expires] {exp} and the [three digits|code|security code] {cvv}
""",
    "CARD_CODE": """
[the|my] [security code|code on the back|cvv] is {cvv} [but it says invalid|and it expires {exp}|]
[my card|it|the card] [expires|expired|runs out] [in|on|] {exp}
""",
    "ACCOUNT": """
my [account|account number] is {v} [before|but|and] [the line dropped|it is locked|I can't log in]
[transfer|move|send|wire] {money} to [account |]{v}
[from|to] [the |my ][checking |savings |]account ending [in |]{four_account}
account {v} [is overdrawn|was closed|has a balance of {money}]
""",
    "SSN": """
[my social is|social security number|my ssn is|ssn] {v}
the last four digits of [my|his|her] social are {four_ssn}
""",
    "ID": """
[my|the|her] {id_name} is {v} and [somebody else|the neighbor|nobody] [picked it up|has it|saw it]
[I'm calling about|it's about|regarding|re] {id_name} {v}
{id_name} {v} [never arrived|is late|was cancelled|has been closed|expired] [too bad|sir|]
[it says|there's|I have] {id_name} {v}
your {id_name} is {v} [please write it down|keep it safe|]
[the|that] {id_name} was {v} and I want to [change|cancel|return] it
[under|with|for|on] {id_name} {v}
""",
    "PASSWORD": """
[my|the] password is {v} [and it's locked|but it won't take it|and I changed it|]
[log in|sign in] with [the |]password {v}
user [{user}] password [{v}]
""",
    "CODE": """
[my pin is|I typed|I entered|I put in] {v} [but it didn't work|and nothing happened|]
[your|the] [verification|security|login|one time|confirmation] code is {v}
[use|enter|type] [code |the code |]{v} [to sign in|to log in|at the door|within ten minutes|]
{v} is your [login|verification|sign in] code
my pin [is|was] either {v} or {v}
""",
    "SECRET": """
[my first pet was called|the security answer is|the secret answer is] {pet}
""",
    "USERNAME": """
my username is {v} [and I can't log in|]
[I log in|I signed up|find me|add me|follow me] as {v}
""",
    "EMAIL": """
[send|forward|mail] [it|that|the invoice|the link] to {v} [please|thanks|]
my email is {v} and my name is {p}
[I emailed from|write to|contact|cc] {v}
{p} [at|,|-|is at] {v}
""",
    "DOB": """
[born|was born|born on|date of birth|dob] {v}
{p} [born|date of birth|dob|,] {v}
[he|she|the patient|my {role}] was born [on |]{v}
my [birthday|date of birth] is {v} [and|so] I'm {age}
""",
    "ADDRESS": """
[I live at|I'm staying at|come to|meet me at|deliver to|I moved from|ship to] {v} [in |]{c}
[ship|send|deliver] it to {v} {c} {z}
the [package|parcel|bill] went to {v} [instead|]
[my zip is|the zip code is|my postcode is|postcode] {z} [and|but|so] {plain_word} [is|was] {plain_word}
[we're|they are|the shop is|it's] [at|on|near|on the corner of] {crossing}
{v}
""",
    "LOCATION": """
[I live in|we live in|my {role} lives in|my cousin and her kids live in|I'm from|I grew up in] {c}
[flights|a train|a bus|tickets|a ride] from {c} to {c} [on {date}|at {time}|]
what's the [weather|time|population|capital] [in|of] {c}
[a hotel|a table|an apartment|our branch|an office|a job] in {c}
[I was|we were|he was] in {c} [last week|in {year}|for {count} days|]
[shipping|moving|driving|flying] to {c} [{st}|]
[pick me up|a ride|a taxi|drop me] [at|from|to] {crossing}
a [taxi|ride] from {crossing} to the {place}
[he studied|she works|I was|they met] at the [university of|hospital in] {c}
the {c} [office|team|branch|airport|store]
""",
    "URL": """
[my site is|see|check|visit|my web page is] {v}
""",
}
QUESTIONS["CARD_CODE"] = QUESTIONS["CARD_CODE"].replace("{pls}", _PLS)
STATEMENTS["PASSWORD"] = (
    STATEMENTS["PASSWORD"].replace("[{user}]", "{user}").replace("[{v}]", "{v}")
)

#: Words around a value that is read back.
READ_BACKS = """
so that's {v}
I have {v} [is that right|is that correct|]
let me read that back {v}
{v} [correct|right|yes|is that it]
[did you say|was that|you said] {v}
[okay|great|thanks|thank you|got it|perfect|just to confirm|confirming|and that was] {v}
{v} [okay|got it|thank you|perfect|and]
I've [got|put] {v} [down|]
[no that's|it's not] {v} [it's|but]
"""
#: Said to somebody whose name was told.
THANKS = """
[thank you|thanks|okay|great|perfect|alright|sure thing|nice to meet you|one moment|hi] {f}
[thank you|okay|hi|hello|thanks] {title} {l}
[great|okay|perfect|alright] {f} [how can I help|let me check|what can I do for you|bear with me]
[and |]how are you [today |doing |]{f}
[have a good day|bye|take care|you're welcome] {f}
"""
OPENINGS = """
[thank you|thanks] for calling {o} [my name is|this is] {f} [how can I help you|how may I help|]
[good morning|good afternoon|good evening|hello|welcome to] {o} [this is|you're speaking with] {f}
hi [this is|it's] {f} [from|with|at] {o}
[thanks for calling|hello|hi] how [may|can] I [help|assist] you [today|]
[hello|good morning|hi] this is [doctor|dr|nurse] {l}
[hi|hello|hey] [{f}|there|everyone|all]
[calls are monitored for training|your call is important to us|all our agents are busy]
"""
#: Said between a question and its answer.
BETWEEN = """
[sorry|pardon|what|come again]
[sorry |]could you [repeat|say] that [again|]
[hang on|hold on|one second|just a moment|give me a minute|bear with me] [|let me find it|let me look]
[I have it here somewhere|it's in my other bag|let me get my glasses|my dog is barking|where did I put it]
[which one|which one do you mean|the one on the letter|the new one or the old one]
[um let me see|uh|hmm|well|oh boy|gosh|good question|let me think]
[do you need the whole thing|all of it|is that the long one|can I do that online]
[sure|yes|of course|okay|no problem]
"""
ACKNOWLEDGED = """
[okay|great|thank you|perfect|thanks for that|alright|got it|one moment please|thank you so much]
[let me pull that up|wonderful|excellent|very good|I see|no problem|got it thanks|brilliant|lovely]
[awesome|super|noted|right|fine|okay thanks|cheers|all set|fantastic|much appreciated]
"""

"""What is asked for, by kind of value.

A bar in brackets divides wordings, braces hold a slot; `{v}` is a value of the kind itself.
"""

# ruff: noqa: E501 - a phrase is one line, and its parts belong together

#: How often each kind is drawn.
WEIGHTS = {
    "PERSON": 14, "PHONE": 7, "CARD": 5, "CARD_CODE": 4, "ACCOUNT": 6, "SSN": 4, "ID": 13,
    "PASSWORD": 6, "CODE": 7, "SECRET": 4, "USERNAME": 3, "EMAIL": 8, "DOB": 8, "ADDRESS": 11,
    "LOCATION": 10, "URL": 2, "IP": 1, "MAC": 1,
}  # fmt: skip

_CAN = "[can|could|may|might] I [have|get|take|ask for]"
_WHAT = f"[what's|what is|what was|tell me|give me|I need|{_CAN}|could you give me|may we have]"
_PLS = "[ please| please|| again| for me| then| real quick|]"
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
    "CARD_CODE": f"""
[and |][the|your] [security code|code on the back|code on the reverse|cvv|cvc|cvv2]{_PLS}
[and |]the [expiry|expiry date|expiration|expiration date|exp date]{_PLS}
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
    "SECRET": f"""
[and |]the answer to [your|the] security question
what was [your first pet called|your pet's name|the first animal you had]
[security|secret] question [please|then|number {{digit}}|]
[your |and the |and your |][memorable|secret|security|magic|safe] word{_PLS}
[and |]the [dog|cat|hamster|pet] [you grew up with|of your childhood], [its|the] name
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
    "IP": f"""
{_WHAT} [your|the] [ip|IP address|ip address|address of the server|gateway]{_PLS}
[what|which] [ip|address] do you see [there|in the settings|]
""",
    "MAC": f"""
{_WHAT} [your|the] [mac address|hardware address|MAC|physical address]{_PLS}
""",
    "URL": f"""
{_WHAT} your [website|web page|site|profile link]{_PLS}
[do you have|is there] a [website|link|page]
""",
}

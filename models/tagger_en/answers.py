"""How a value is told when it was asked for, by kind of value.

A bar in brackets divides wordings, braces hold a slot; `{v}` is a value of the kind itself.
"""

# ruff: noqa: E501 - a phrase is one line, and its parts belong together

_ITS = (
    "[||it's|it is|that's|that would be|it would be|yes it's|sure it's|okay it's|um it's|uh|um|"
    "yeah it's uh|I think it's|should be|that'll be|here you go|well it's|oh it's|right so it's|"
    "sure|yes|okay|of course|no problem]"
)
_END = (
    "[|||||||||| I think| um I think| uh I guess| or so| I believe| if that helps| sir| ma'am| thanks| yeah| okay| please| too|"
    " let me know| then| anyway| and that's it| you know]"
)

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
[no hold on|wait|well|sorry] [the pin|the code|that one] [is|was|may be|might be] {{v}} [or {{v}}|though|but I'm not sure|]
[oh wait |hold on |]I [remember|remembered] [now |]it's {{v}}
""",
    "SECRET": f"""
{{pet}}
{_ITS} {{pet}}{_END}
[his|her|the dog's|the cat's] name was {{pet}}
[we|I] [called|named] [it|him|her|the dog] {{pet}}
{{pet}} [was|is] [such |][a |][good|sweet|lovely|old] [dog|cat|thing|boy|]
{{pet}} [or|and] {{pet}}
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
{{c}}, {{region}}
[from|between] {{c}} [to|and] {{c}}
[pick me up at|at|on|] {{crossing}}
{{crossing}}
[the corner of|] {{crossing}}{_END}
[from|a ride from] {{crossing}} to {{crossing}}
""",
    "IP": f"""
{{v}}
{_ITS} {{v}}{_END}
[the server is|the ip is|it says|I see|ping|the gateway is] {{v}}{_END}
""",
    "MAC": f"""
{{v}}
{_ITS} {{v}}{_END}
""",
    "URL": f"""
{{v}}
{_ITS} {{v}}{_END}
[you can find me at|my site is|the link is|check out|go to] {{v}}
""",
}

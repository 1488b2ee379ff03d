"""What a token can be, and what it is called by who tagged it."""

#: The classes of the tagger, by Presidio's names where it has one. The first is nothing at all.
CLASSES = (
    "none", "PERSON", "LOCATION", "STREET_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD",
    "ACCOUNT_NUMBER", "US_SSN", "NUMBER_SEQUENCE", "PASSWORD", "USERNAME", "EMAIL_ADDRESS", "URL",
    "DATE_OF_BIRTH", "IP_ADDRESS", "DATE_TIME", "ORGANIZATION", "DRUG", "MEDICAL_CONDITION",
    "OCCUPATION", "AGE", "MONEY", "EVENT", "LANGUAGE",
)  # fmt: skip
#: Those that are removed; the others are told apart from them, and from nothing.
PERSONAL = CLASSES[1:15]
#: What corpora, snippets and generators call a class otherwise.
CALLED = {
    "ADDRESS": "STREET_ADDRESS",
    "PHONE": "PHONE_NUMBER",
    "CARD": "CREDIT_CARD",
    "ACCOUNT": "ACCOUNT_NUMBER",
    "SSN": "US_SSN",
    "ID": "NUMBER_SEQUENCE",
    "CODE": "NUMBER_SEQUENCE",
    "ORDER_NUMBER": "NUMBER_SEQUENCE",
    "MEMBER_ID": "NUMBER_SEQUENCE",
    "EMAIL": "EMAIL_ADDRESS",
    "DOB": "DATE_OF_BIRTH",
    "DATE": "DATE_TIME",
    "ORG": "ORGANIZATION",
    "CONDITION": "MEDICAL_CONDITION",
}


def class_of(label: str) -> int | None:
    """The number of the class that a label means; None if it means none of them."""
    name = CALLED.get(label, label)
    return CLASSES.index(name) if name in CLASSES else None

"""AssemblyAI's names of PII redaction policies, for the entity types of a configuration.

People who move from the vendor's redaction to this one know its names. A name stands for every type
that may hold such data: where it asks for removal, all of them go; where it asks to keep something,
only types stay that hold nothing else. `docs/entity-types.md` says how far each is covered.
"""

from collections.abc import Collection, Iterable

#: Entity type → what it may hold, as values of `PIIRedactionPolicy` (Python SDK 1.8.2).
HOLDS: dict[str, frozenset[str]] = {
    entity_type: frozenset(policies.split())
    for entity_type, policies in {
        "PERSON": "person_name",
        "LOCATION": "location location_address location_address_street location_city "
        "location_country location_state",
        "NRP": "nationality religion political_affiliation",
        "DATE_TIME": "date date_interval date_of_birth time duration day month year "
        "credit_card_expiration person_age",
        "DATE_OF_BIRTH": "date_of_birth",
        "STREET_ADDRESS": "location location_address location_address_street location_zip",
        "PHONE_NUMBER": "phone_number",
        "EMAIL_ADDRESS": "email_address",
        "URL": "url",
        "IP_ADDRESS": "ip_address",
        "CREDIT_CARD": "credit_card_number credit_card_cvv credit_card_expiration",
        "ACCOUNT_NUMBER": "account_number banking_information drivers_license healthcare_number "
        "passport_number vehicle_id",
        # Answers to security questions are names as often as not.
        "PASSWORD": "password person_name",
        "USERNAME": "username",
        "IBAN_CODE": "banking_information",
        "US_BANK_NUMBER": "banking_information",
        "CRYPTO": "banking_information",
        "US_SSN": "us_social_security_number",
        "US_ITIN": "us_social_security_number",
        "US_PASSPORT": "passport_number",
        "US_DRIVER_LICENSE": "drivers_license",
        "UK_NHS": "healthcare_number",
        "UK_NINO": "us_social_security_number",
        "NUMBER_SEQUENCE": "number_sequence account_number banking_information "
        "credit_card_number drivers_license healthcare_number location_coordinate "
        "passport_number phone_number us_social_security_number vehicle_id",
        "UNKNOWN_WORD": "person_name location location_city username",
    }.items()
}

#: The same for types that are found on request alone: what is said about somebody or something, and
#: tells nobody who that is.
ON_REQUEST: dict[str, frozenset[str]] = {
    entity_type: frozenset(policies.split())
    for entity_type, policies in {
        "AGE": "person_age",
        "BLOOD_TYPE": "blood_type",
        "CORPORATE_ACTION": "corporate_action",
        "DATE": "date date_interval day month year",
        "DRUG": "drug",
        "DURATION": "duration",
        "EVENT": "event",
        "FILENAME": "filename",
        "FINANCIAL_METRIC": "financial_metric",
        "GENDER": "gender gender_sexuality",
        "INJURY": "injury",
        "LANGUAGE": "language",
        "MARITAL_STATUS": "marital_status",
        "MEDICAL_CODE": "medical_code",
        "MEDICAL_CONDITION": "medical_condition",
        "MEDICAL_PROCESS": "medical_process",
        "MONEY": "money_amount",
        "OCCUPATION": "occupation",
        "ORGANIZATION": "organization organization_medical_facility",
        "PHYSICAL_ATTRIBUTE": "physical_attribute",
        "SEXUALITY": "sexuality gender_sexuality",
        "STATISTICS": "statistics",
        "TIME": "time",
        "ZODIAC_SIGN": "zodiac_sign",
    }.items()
}
_HOLDS = HOLDS | ON_REQUEST


def removed_types(names: Iterable[str], supported: Collection[str]) -> frozenset[str]:
    """The types that may hold what is named; a name that is a type stands for itself.

    Args:
        names: Entity types, and names of policies.
        supported: What the recognizers can find.
    """
    return frozenset(
        entity_type
        for name in names
        for entity_type in ([name] if name in supported else _may_hold(name, supported))
    )


def kept_types(names: Collection[str], supported: Collection[str]) -> frozenset[str]:
    """The types that are named, and those that hold nothing but what is named.

    Args:
        names: Entity types, and names of policies.
        supported: What the recognizers can find.
    """
    policies = frozenset(names) - frozenset(supported)
    whole = {t for t in supported if _HOLDS.get(t) and _HOLDS[t] <= policies}
    return frozenset(whole.union(name for name in names if name in supported))


def problem_with(name: str, others: Collection[str], supported: Collection[str]) -> str | None:
    """What is wrong with a name of something to keep; None if it keeps anything.

    Args:
        name: An entity type or the name of a policy.
        others: All that are named, this one among them.
        supported: What the recognizers can find.
    """
    if name in supported:
        return None
    holders = _may_hold(name, supported)
    if not holders:
        return f"unknown entity type {name}"
    if kept_types(others, supported).isdisjoint(holders):
        return (
            f"{name} is found only together with other data, as {', '.join(holders)}: "
            "keep such a type by its name if all that it holds may stay"
        )
    return None


def _may_hold(name: str, supported: Collection[str]) -> list[str]:
    return sorted(t for t in supported if name in _HOLDS.get(t, ()))

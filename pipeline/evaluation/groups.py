"""Labels of gold and of detectors, folded into groups in which they can be compared.

Gold sets say ``SSN``, Presidio ``US_SSN``, AssemblyAI ``us_social_security_number``. A figure for
each group is the finest that can be compared over all of them.
"""

from collections.abc import Mapping
from enum import StrEnum


class Group(StrEnum):
    """What kind of personal data a label names; `OTHER` also takes every label not known here."""

    PERSON = "PERSON"
    ADDRESS = "LOC/ADDRESS"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    CARD = "CARD"
    DATE = "DATE"
    NETWORK = "URL/IP"
    ORGANIZATION = "ORG"
    IDENTIFIER = "ID/ACCOUNT"
    OTHER = "OTHER"


class Variant(StrEnum):
    """Which gold spans count.

    `CORE` leaves dates, organisations and public figures out: people disagree on whether they are
    personal data at all, and their number would drown names and numbers. A date of birth stays in.
    """

    ALL = "all"
    CORE = "core"

    def counts(self, label: str) -> bool:
        """Whether a gold span with this label counts in this variant."""
        return self is Variant.ALL or label.upper() not in _OUTSIDE_CORE


_OUTSIDE_CORE = frozenset({"DATE", "DATE_TIME", "ORG", "ORGANIZATION", "PERSON_PUBLIC"})

#: Upper-case labels of each group. `OTHER` is spelled out too, so that a label which is there on
#: purpose can be told from one that nobody has thought of (`is_known`).
_LABELS: Mapping[Group, str] = {
    Group.PERSON: """
        PERSON PERSON_NAME PERSON_PUBLIC PER NAME FIRST_NAME LAST_NAME
    """,
    Group.ADDRESS: """
        LOCATION LOC GPE FAC ADDRESS STREET_ADDRESS CITY STATE
        ZIP ZIP_CODE US_ZIP POSTCODE POSTAL_CODE UK_POSTCODE CA_POSTAL_CODE DE_PLZ
        LOCATION_ADDRESS LOCATION_ADDRESS_STREET LOCATION_CITY LOCATION_COORDINATE
        LOCATION_COUNTRY LOCATION_STATE LOCATION_ZIP
    """,
    Group.PHONE: """
        PHONE PHONE_NUMBER TELEPHONE ZA_MOBILE_NUMBER ZA_TELEPHONE_NUMBER
    """,
    Group.EMAIL: """
        EMAIL EMAIL_ADDRESS
    """,
    Group.CARD: """
        CARD CREDIT_CARD CREDIT_CARD_NUMBER CREDIT_CARD_CVV CREDIT_CARD_EXPIRATION CVV
    """,
    Group.DATE: """
        DATE DATE_TIME DATE_INTERVAL DATE_OF_BIRTH DOB TIME DURATION DAY MONTH YEAR
    """,
    Group.NETWORK: """
        URL IP IP_ADDRESS DOMAIN_NAME HANDLE
    """,
    Group.ORGANIZATION: """
        ORG ORGANIZATION ORGANIZATION_MEDICAL_FACILITY
    """,
    Group.IDENTIFIER: """
        ID NUMBER_ID NUMBER_SEQUENCE UUID MAC_ADDRESS CRYPTO
        ACCOUNT ACCOUNT_NUMBER BANK_ACCOUNT BANK_NUMBER BANKING_INFORMATION ROUTING_NUMBER IBAN
        IBAN_CODE US_BANK_NUMBER ABA_ROUTING_NUMBER
        USERNAME PASSWORD PIN
        CUSTOMER_ID MEMBER_ID ORDER_NUMBER REFERENCE_NUMBER CONFIRMATION_NUMBER POLICY_NUMBER
        US_CLAIM_NUMBER US_REFERRAL_NUMBER US_PRIOR_AUTHORIZATION_NUMBER
        NATIONAL_ID SSN US_SSN US_SOCIAL_SECURITY_NUMBER US_ITIN UK_NINO
        CA_SIN DE_ID_CARD DE_SOCIAL_SECURITY ES_NIE ES_NIF FI_PERSONAL_IDENTITY_CODE
        IN_AADHAAR IN_VOTER IT_FISCAL_CODE IT_IDENTITY_CARD KR_FRN KR_RRN NG_NIN PH_UMID PL_PESEL
        SE_PERSONNUMMER SG_NRIC_FIN TH_TNIN TR_NATIONAL_ID ZA_ID_NUMBER
        AU_TFN DE_TAX_ID DE_TAX_NUMBER IN_PAN PH_TIN ZA_INCOME_TAX_NUMBER
        PASSPORT_NUMBER US_PASSPORT UK_PASSPORT DE_PASSPORT ES_PASSPORT IN_PASSPORT IT_PASSPORT
        KR_PASSPORT PH_PASSPORT ZA_PASSPORT
        DRIVER_LICENSE DRIVERS_LICENSE US_DRIVER_LICENSE UK_DRIVING_LICENCE DE_FUEHRERSCHEIN
        IT_DRIVER_LICENSE KR_DRIVER_LICENSE ZA_DRIVER_LICENSE ZA_TRAFFIC_REGISTER_NUMBER
        VEHICLE_ID LICENSE_PLATE DE_KFZ IN_VEHICLE_REGISTRATION NG_VEHICLE_REGISTRATION
        TR_LICENSE_PLATE UK_VEHICLE_REGISTRATION ZA_LICENSE_PLATE
        MEDICAL_LICENSE MEDICAL_RECORD_NUMBER HEALTHCARE_NUMBER AU_MEDICARE DE_BSNR
        DE_HEALTH_INSURANCE DE_LANR UK_NHS US_HEALTH_INSURANCE_MEMBER_ID US_MBI US_NPI
        US_PRESCRIPTION_NUMBER
        ORGANIZATION_ID AU_ABN AU_ACN DE_HANDELSREGISTER DE_VAT_ID IN_GSTIN IT_VAT_CODE KR_BRN
        SE_ORGANISATIONSNUMMER SG_UEN US_PROVIDER_TAX_ID ZA_COMPANY_REGISTRATION ZA_VAT_NUMBER
    """,
    Group.OTHER: """
        OTHER MISC NRP NATIONALITY RELIGION POLITICAL_AFFILIATION LANGUAGE
        AGE PERSON_AGE GENDER GENDER_SEXUALITY SEXUALITY MARITAL_STATUS PHYSICAL_ATTRIBUTE
        OCCUPATION ZODIAC_SIGN
        BLOOD_TYPE DRUG INJURY MEDICAL_CODE MEDICAL_CONDITION MEDICAL_PROCESS
        MEDICAL_BIOLOGICAL_ATTRIBUTE MEDICAL_BIOLOGICAL_STRUCTURE MEDICAL_CLINICAL_EVENT
        MEDICAL_DISEASE_DISORDER MEDICAL_FAMILY_HISTORY MEDICAL_HISTORY MEDICAL_MEDICATION
        MEDICAL_THERAPEUTIC_PROCEDURE
        EVENT FILENAME MONEY_AMOUNT STATISTICS CORPORATE_ACTION EFFECT FINANCIAL_METRIC PRODUCT
        PROJECT TREND
    """,
}

_GROUP_OF: Mapping[str, Group] = {
    label: group for group, labels in _LABELS.items() for label in labels.split()
}


def group_of(label: str) -> Group:
    """The group of a label, whatever its case; `Group.OTHER` where the label is not known."""
    return _GROUP_OF.get(label.upper(), Group.OTHER)


def is_known(label: str) -> bool:
    """Whether somebody has decided on the group of this label."""
    return label.upper() in _GROUP_OF

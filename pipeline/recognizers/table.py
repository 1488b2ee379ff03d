"""Every recognizer that runs, in order. What is not in this table does not run."""

from collections.abc import Callable
from pathlib import Path

from presidio_analyzer import EntityRecognizer
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    CryptoRecognizer,
    DateRecognizer,
    EmailRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    MedicalLicenseRecognizer,
    NhsRecognizer,
    UkNinoRecognizer,
    UrlRecognizer,
    UsBankRecognizer,
    UsItinRecognizer,
    UsLicenseRecognizer,
    UsPassportRecognizer,
    UsSsnRecognizer,
)

from pipeline.recognizers.fail_closed import fail_closed
from pipeline.recognizers.iban import IbanRecognizer
from pipeline.recognizers.number_sequence import NumberSequenceRecognizer
from pipeline.recognizers.phone import PhoneRecognizer
from pipeline.recognizers.spoken_email import SpokenEmailRecognizer
from pipeline.recognizers.user_file import read_user_recognizers

LANGUAGE = "en"

#: Stock Presidio's English recognizers, those it has switched off for want of precision included
#: where they name a person (UkNinoRecognizer); the NER is added by the analyzer.
PRESIDIO: tuple[Callable[[], EntityRecognizer], ...] = (
    CreditCardRecognizer,
    UsBankRecognizer,
    UsLicenseRecognizer,
    UsItinRecognizer,
    UsPassportRecognizer,
    UsSsnRecognizer,
    NhsRecognizer,
    UkNinoRecognizer,
    CryptoRecognizer,
    DateRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    MedicalLicenseRecognizer,
    MacAddressRecognizer,
    PhoneRecognizer,
    UrlRecognizer,
)

#: Made for speech.
OWN: tuple[Callable[[], EntityRecognizer], ...] = (NumberSequenceRecognizer, SpokenEmailRecognizer)


def all_recognizers(user_file: Path | None, regex_seconds: float) -> list[EntityRecognizer]:
    """New instances of every recognizer, failing closed.

    Args:
        user_file: Pattern recognizers of the user in Presidio's YAML form.
        regex_seconds: Time that one pattern may take on one transcript.

    Raises:
        ConfigError: The user's file is wrong.
    """
    users = [] if user_file is None else read_user_recognizers(user_file, LANGUAGE)
    made = [make() for make in (*PRESIDIO, *OWN)]
    return [fail_closed(recognizer, regex_seconds) for recognizer in (*made, *users)]

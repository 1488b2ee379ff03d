"""Every recognizer that runs, in order. What is not in this table does not run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

from clearshard.config import Profile
from clearshard.recognizers.card import CardNumberRecognizer
from clearshard.recognizers.fail_closed import fail_closed
from clearshard.recognizers.group import groups
from clearshard.recognizers.handle import handles
from clearshard.recognizers.iban import FailClosedIbanRecognizer
from clearshard.recognizers.license import LicenseRecognizer
from clearshard.recognizers.number_sequence import number_sequences
from clearshard.recognizers.phone import GatedPhoneRecognizer
from clearshard.recognizers.plugins import load_plugins
from clearshard.recognizers.requested.attributes import attributes
from clearshard.recognizers.requested.formed import formed
from clearshard.recognizers.requested.listed import listed
from clearshard.recognizers.requested.moments import moments
from clearshard.recognizers.requested.quantities import quantities
from clearshard.recognizers.unknown_word import unknown_words
from clearshard.recognizers.url import WebAddressRecognizer
from clearshard.recognizers.user_file import read_user_recognizers
from clearshard.recognizers.whole_date import whole_dates

LANGUAGE = "en"

#: The recognizers for English text that Presidio switches on by itself; the NER comes on top.
STOCK: tuple[Callable[[], EntityRecognizer], ...] = (
    CreditCardRecognizer,
    UsBankRecognizer,
    UsLicenseRecognizer,
    UsItinRecognizer,
    UsPassportRecognizer,
    UsSsnRecognizer,
    NhsRecognizer,
    CryptoRecognizer,
    DateRecognizer,
    EmailRecognizer,
    FailClosedIbanRecognizer,
    IpRecognizer,
    MedicalLicenseRecognizer,
    MacAddressRecognizer,
    GatedPhoneRecognizer,
    UrlRecognizer,
)

#: Recognizer of Presidio → the one that asks for more evidence in its place, but for `stock`.
_IN_PLACE_OF: dict[Callable[[], EntityRecognizer], Callable[[], EntityRecognizer]] = {
    UrlRecognizer: WebAddressRecognizer,
    UsLicenseRecognizer: LicenseRecognizer,
}

#: Those of Presidio: also one that it switches off for want of precision, though it names a person.
PRESIDIO = (*(_IN_PLACE_OF.get(make, make) for make in STOCK), UkNinoRecognizer)

#: Made for written values.
WRITTEN = (*PRESIDIO, CardNumberRecognizer)

#: Made for speech.
OWN: tuple[Callable[[], EntityRecognizer], ...] = (
    number_sequences,
    handles,
    groups,
    whole_dates,
)

#: Recall first, whatever it costs.
STRICT = (*OWN, unknown_words)

#: They find what is found on request alone, and run where any of it was asked for.
REQUESTED: tuple[Callable[[], EntityRecognizer], ...] = (
    attributes,
    formed,
    listed,
    moments,
    quantities,
)


@dataclass(frozen=True, slots=True)
class Recognizers:
    """New instances, failing closed.

    Attributes:
        written: They know values as they are written, Presidio's and the user's among them.
        spoken: They were made for speech.
        users: Those of the first that are the user's. They also read what was said as it would be
            written.
        requested: They find what nobody gets who does not ask for it.
    """

    written: list[EntityRecognizer]
    spoken: list[EntityRecognizer]
    users: list[EntityRecognizer]
    requested: list[EntityRecognizer]

    @property
    def every(self) -> list[EntityRecognizer]:
        """All that run by default, in the order of the table."""
        return [*self.written, *self.spoken]


def names_of(profile: Profile) -> tuple[str, ...]:
    """What runs with a profile by default besides the NER, sorted; nothing is loaded."""
    return tuple(sorted(make.__name__ for make in (*_written(profile), *_spoken(profile))))


def recognizers_of(
    profile: Profile, user_file: Path | None, regex_seconds: float, plugins: Sequence[str] = ()
) -> Recognizers:
    """The recognizers of a profile and the user.

    Args:
        profile: `strict` runs all that there are, `balanced` all but that for unknown words,
            `stock` those of stock Presidio.
        user_file: Pattern recognizers of the user in Presidio's YAML form.
        regex_seconds: Time that one pattern may take on one transcript.
        plugins: Recognizers of the user in Python; see `plugins`.

    Raises:
        ConfigError: The user's file is wrong, or a plugin cannot be used.
    """
    users = [] if user_file is None else read_user_recognizers(user_file, LANGUAGE)
    written = [make() for make in _written(profile)]
    spoken = [make() for make in _spoken(profile)]
    users = [fail_closed(recognizer, regex_seconds, of_user=True) for recognizer in users]
    users += load_plugins(plugins, LANGUAGE, regex_seconds)
    return Recognizers(
        [*(fail_closed(recognizer, regex_seconds) for recognizer in written), *users],
        [fail_closed(recognizer, regex_seconds) for recognizer in spoken],
        users,
        [] if profile == "stock" else [make() for make in REQUESTED],
    )


def _written(profile: Profile) -> tuple[Callable[[], EntityRecognizer], ...]:
    return STOCK if profile == "stock" else WRITTEN


def _spoken(profile: Profile) -> tuple[Callable[[], EntityRecognizer], ...]:
    return {"strict": STRICT, "balanced": OWN, "stock": ()}[profile]

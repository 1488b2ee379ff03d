"""Makes the keys of a job that are not there yet, as its first run would."""

from dataclasses import dataclass
from pathlib import Path

from clearshard import layout
from clearshard.audit.folder_keys import destroyed_in
from clearshard.audit.ledger import Ledger
from clearshard.audit.signing import Signer
from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.keys import load_pseudonym_key, load_signing_key
from clearshard.storage.local import LocalStore
from clearshard.vault.key_file import read_keys, without
from clearshard.vault.kms import kms_in_use


@dataclass(frozen=True, slots=True)
class Made:
    """A key of the job.

    Attributes:
        name: What it is for.
        shown: Its fingerprint or its public part.
        file: The file that was made for it; None if it was there already.
    """

    name: str
    shown: str
    file: Path | None


def make_keys(config: Config, out: Path | None) -> tuple[Made, ...]:
    """Makes what is missing, and says what is there; the encryption key if anything is encrypted.

    Args:
        config: Names the keys.
        out: The output folder, if one is named.

    Raises:
        ConfigError: A key cannot be used, or is missing that the folder was begun with.
        IntegrityError: The folder is not what was written.
        KmsUnavailable: The service does not answer.
    """
    pseudonyms = signs = encrypts = False
    if out is not None and (out / layout.MARKER).exists():
        ledger = Ledger(out / layout.LEDGER)
        signs = ledger.head() is not None
        pseudonyms = (out / layout.RUNS).is_dir() and any((out / layout.RUNS).iterdir())
        keys = read_keys(LocalStore(out))
        encrypts = keys is not None and bool(without(keys, destroyed_in(ledger)).keys)
    try:
        of_pseudonyms, made = load_pseudonym_key(config, create=not pseudonyms)
        found = [Made("pseudonyms", of_pseudonyms.key_id, made)]
        signing, made = load_signing_key(config, create=not signs)
        found.append(Made("signing", Signer.of(signing).public_key, made))
        if encrypts or config.output.encryption != "none":
            kms, made = kms_in_use(config, create=not encrypts)
            found.append(Made("encryption", kms.name, made))
    except ConfigError as error:
        if pseudonyms or signs or encrypts:
            hint = f"{out} was begun with a key: put it back, for a new one would not fit"
            raise ConfigError(error.source, [*error.problems, hint]) from None
        raise
    return tuple(found)

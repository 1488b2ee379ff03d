"""Which keys a job has, where they are, and what hangs on them; never a key."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clearshard import layout
from clearshard.audit.events import key_after
from clearshard.audit.folder_keys import destroyed_in
from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import visible_runs
from clearshard.audit.signing import Signer
from clearshard.config import Config
from clearshard.keys import find_signing_key, load_encryption_key, load_pseudonym_key
from clearshard.storage.local import LocalStore
from clearshard.surroundings import ENCRYPTION_VARIABLE, PSEUDONYM_VARIABLE, SIGNING_VARIABLE
from clearshard.vault.key_file import read_keys, without
from clearshard.vault.kms import OwnKey
from clearshard.vault.opening import unwrapped


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key of the job.

    Attributes:
        name: What it is for.
        place: The environment variable or the file that it is in, or the service.
        shown: Its fingerprint or its public part; None if it is not there.
        fits: Whether it is the one of the output folder; None where that has none, or none is
            named.
    """

    name: str
    place: str
    shown: str | None
    fits: bool | None


@dataclass(frozen=True, slots=True)
class ShownFolderKey:
    """A key of the output folder.

    Attributes:
        id: Its name.
        made_at: When, RFC 3339.
        wrapped_by: Who has wrapped it.
        here: Whether it is to be had.
        shards: How many shards in force hang on it.
    """

    id: str
    made_at: str
    wrapped_by: str
    here: bool
    shards: int


@dataclass(frozen=True, slots=True)
class ShownKeys:
    """All keys of a job.

    Attributes:
        keys: Of the job.
        folder_keys: Of the output folder, the one in use last.
        gone: Keys of shards in force that the folder has no more, or that the ledger calls
            destroyed → number of those shards.
        plain_shards: Shards in force that are not encrypted.
    """

    keys: tuple[ShownKey, ...]
    folder_keys: tuple[ShownFolderKey, ...]
    gone: Mapping[str, int]
    plain_shards: int

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return asdict(self)


def show_keys(config: Config, out: Path | None) -> ShownKeys:
    """What there is of keys; changes nothing.

    Args:
        config: Names them.
        out: The output folder, if one is named.

    Raises:
        ConfigError: A key that is there cannot be used: others can read it, say.
        IntegrityError: The folder is not what was written.
        KmsUnavailable: The service does not answer.
    """
    begun = out is not None and (out / layout.MARKER).exists()
    runs = visible_runs(out) if out is not None and begun else ()
    ledger = Ledger(out / layout.LEDGER) if out is not None and begun else None
    newest = ledger.head() if ledger is not None else None
    found = read_keys(LocalStore(out)) if out is not None and begun else None
    if found is not None and ledger is not None:
        found = without(found, destroyed_in(ledger))
    shards = Counter(shard.key_id for run in runs[-1:] for shard in run.record.shards)

    pseudonyms = _pseudonyms(config)
    signing = find_signing_key(config)
    public = None if signing is None else Signer.of(signing).public_key
    encryption, place = _encryption(config)
    of_runs = None if not runs else runs[-1].record.key_id == pseudonyms
    of_ledger = None if newest is None else key_after(newest) == public
    of_folder = None if found is None else all(k.wrapped_by == encryption for k in found.keys)
    keys = (
        ShownKey("pseudonyms", _place(config, PSEUDONYM_VARIABLE), pseudonyms, of_runs),
        ShownKey("signing", _place(config, SIGNING_VARIABLE), public, of_ledger),
        ShownKey("encryption", place, encryption, of_folder),
    )
    here = {} if found is None else unwrapped(found, config)[0]
    of_file = () if found is None else found.keys
    folder_keys = tuple(
        ShownFolderKey(k.id, k.made_at, k.wrapped_by, k.id in here, shards[k.id]) for k in of_file
    )
    known = {"", *(key.id for key in folder_keys)}
    gone = {key_id: count for key_id, count in shards.items() if key_id not in known}
    return ShownKeys(keys, folder_keys, gone, shards[""])


def _place(config: Config, variable: str) -> str:
    if variable in os.environ:
        return variable
    file = {
        PSEUDONYM_VARIABLE: config.keys.file,
        SIGNING_VARIABLE: config.keys.signing_file,
        ENCRYPTION_VARIABLE: config.keys.encryption_file,
    }[variable]
    return str(config.path(file))


def _is_there(config: Config, variable: str) -> bool:
    return variable in os.environ or Path(_place(config, variable)).exists()


def _pseudonyms(config: Config) -> str | None:
    if not _is_there(config, PSEUDONYM_VARIABLE):
        return None
    return load_pseudonym_key(config, create=False)[0].key_id


def _encryption(config: Config) -> tuple[str | None, str]:
    """Who wraps from now on, and where that key is."""
    if config.keys.kms is not None:
        return config.keys.kms, "a key management service"
    place = _place(config, ENCRYPTION_VARIABLE)
    if not _is_there(config, ENCRYPTION_VARIABLE):
        return None, place
    return OwnKey(load_encryption_key(config, create=False)[0]).name, place

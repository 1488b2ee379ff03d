"""New keys take the place of those that sign and that encrypt; no shard is touched.

A rotation has two steps, and whoever was killed between them runs it again. First the new key takes
the place of the old one, which stays beside it under its name. Then the folder is brought to the
key that is there now: an event that the old key signs lets the new one sign, and the keys of the
folder are wrapped anew. A folder that is not yet at that key is only brought to it. So several
folders may have one key: the first rotation makes the new one, and each other follows.

Nothing here destroys a key. The old one is needed until all folders, and all backups that anybody
still wants to read, are past it; then whoever owns it removes it. A key of the folder that the
ledger calls destroyed is not wrapped anew: it goes, as in a run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clearshard.audit.events import EventName, key_after
from clearshard.audit.ledger import Ledger
from clearshard.audit.signing import Signer
from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.keys import (
    SigningKey,
    load_signing_key,
    old_signing_keys,
    replace_encryption_key,
    replace_signing_key,
)
from clearshard.records.times import utc_text
from clearshard.run.agent import Agent
from clearshard.run.journal import Journal, journal_signed_by, open_journal
from clearshard.run.output.folder import OutputFolder, kind_of, locked
from clearshard.storage.failures import output_errors
from clearshard.storage.local import LocalStore
from clearshard.vault.key_file import KeyFile, read_keys, replace_keys, without
from clearshard.vault.kms import OwnKey, kms_in_use
from clearshard.vault.opening import lost_key, unwrapped, wrapped_by
from clearshard.vault.wrapping import FolderKey

#: So much of a public key names it.
_NAME_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation has come to.

    Attributes:
        public_key: Of who signs from now on, hex; None if that was not asked for.
        wrapped_by: Who wraps the keys of the folder now; None if nothing there is encrypted, or it
            was not asked for.
        folder_key: The key that hangs on what is written from now on; None as above.
        kept: Files with the keys that were replaced.
    """

    public_key: str | None
    wrapped_by: str | None
    folder_key: str | None
    kept: tuple[Path, ...]


def rotate_keys(
    config: Config,
    out: Path,
    agent: Agent,
    clock: Callable[[], datetime],
    *,
    signing: bool = True,
    encryption: bool = True,
) -> Rotated:
    """Replaces the keys of a job, and brings an output folder to them.

    Args:
        config: Names the keys.
        out: The output folder.
        agent: Who does it.
        clock: Says when it is.
        signing: Whether the key that signs is replaced.
        encryption: Whether the key is that wraps those of the folder.

    Raises:
        OutputUnusable: There is no output in the folder.
        ConfigError: A key is missing, or is in the environment and nothing else was put there.
        RunLocked: A run or a purge is at work.
        IntegrityError: The folder is not what was written.
        KmsUnavailable: The service does not answer.
    """
    bucket = config.output.bucket
    with locked(out, kind_of(out, bucket), bucket) as (folder, _), output_errors(out):
        kept: list[Path] = []
        public_key = _rotate_signing(folder, config, agent, clock, kept) if signing else None
        wrapped, key = None, None
        if encryption and read_keys(LocalStore(out)) is not None:
            journal = open_journal(folder, config, clock, _nobody, agent)
            wrapped, key = _rotate_encryption(folder, config, journal, kept)
        return Rotated(public_key, wrapped, key, tuple(kept))


def _rotate_signing(
    folder: OutputFolder,
    config: Config,
    agent: Agent,
    clock: Callable[[], datetime],
    kept: list[Path],
) -> str:
    newest = Ledger(folder.ledger).head()
    new, _ = load_signing_key(config, create=False)
    if newest is None:  # nothing is signed yet, so nothing hangs on it
        return Signer.of(new).public_key
    expected = key_after(newest)
    old = new
    if Signer.of(new).public_key == expected:
        kept.append(replace_signing_key(config, old, expected[:_NAME_DIGITS]))
        new, _ = load_signing_key(config, create=False)
    else:
        old = _that_signed(config, folder, expected)
    journal = journal_signed_by(Signer.of(old), folder, clock, agent)
    public_key = Signer.of(new).public_key
    journal.tell(EventName.SIGNING_KEY_CHANGED, "", {"key": public_key})
    return public_key


def _that_signed(config: Config, folder: OutputFolder, expected: str) -> SigningKey:
    for key in old_signing_keys(config, expected[:_NAME_DIGITS]):
        if Signer.of(key).public_key == expected:
            return key
    problem = (
        f"keys.signing_file → the ledger of {folder.root} is signed by {expected[:16]}..., and "
        f"that key alone lets in another: put it back, or beside the new one as *.{expected[:16]}"
    )
    raise ConfigError("configuration", [problem])


def _rotate_encryption(
    folder: OutputFolder, config: Config, journal: Journal, kept: list[Path]
) -> tuple[str, str]:
    found = read_keys(LocalStore(folder.root))
    assert found is not None  # nobody else has the lock
    file = without(found, folder.destroyed())
    keys, lost = unwrapped(file, config)
    if lost:
        raise ConfigError("configuration", [lost_key(folder.root, config, one) for one in lost])
    kms, _ = kms_in_use(config, create=False)
    if isinstance(kms, OwnKey) and all(one.wrapped_by == kms.name for one in file.keys):
        kept.append(replace_encryption_key(config, kms.key))
        kms, _ = kms_in_use(config, create=False)
    new = FolderKey.new()
    old = (wrapped_by(kms, keys[one.id], one.made_at) for one in file.keys)
    changed = KeyFile((*old, wrapped_by(kms, new, utc_text(journal.clock()))))
    data = {"wrapped_by": kms.name, "rewrapped": [*keys], "folder_key": new.id}
    journal.tell(EventName.ENCRYPTION_KEY_CHANGED, "", data)
    replace_keys(folder.stores, found, changed)
    return kms.name, new.id


def _nobody(_: str) -> None:
    """Nothing is made that somebody must be told of."""

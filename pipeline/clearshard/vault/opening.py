"""The vault of an output folder, for who writes there and for who only reads."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path

from clearshard import layout
from clearshard.config import Config
from clearshard.errors import ConfigError, IntegrityError, KmsUnavailable
from clearshard.records.times import utc_text
from clearshard.storage.local import LocalStore
from clearshard.storage.store import Store
from clearshard.vault.key_file import (
    KeyFile,
    Wrapped,
    put_keys,
    read_keys,
    replace_keys,
    without,
)
from clearshard.vault.kms import Kms, is_service, kms_in_use, kms_named
from clearshard.vault.vault import PLAIN, Vault
from clearshard.vault.wrapping import FOLDER_KEY_BYTES, FolderKey, WrongKey

Note = Callable[[str], None]
_NOTHING = "Nothing was written."


def open_to_write(
    root: Path,
    stores: Sequence[Store],
    hanging: Callable[[], Collection[str]],
    destroyed: Callable[[], Collection[str]],
    config: Config,
    clock: Callable[[], datetime],
    note: Note,
) -> Vault:
    """The vault of who writes to a folder, in which every key is there that it says it has.

    A key that is destroyed is taken out of the file of the keys, if it is there: whoever destroyed
    it was killed, or an older file was put back.

    Args:
        root: The folder, locked.
        stores: The same, wherever it is kept; the first is what counts.
        hanging: Says on which keys hang its shards in force; asked where the folder has no keys.
        destroyed: Says which keys the ledger calls destroyed; asked where the folder has keys.
        config: Says how to encrypt, and names the key.
        clock: Says when a key was made.
        note: Told if a key file was made, or a key was taken out.

    Raises:
        ConfigError: A key of the folder is not to be had, or what is encrypted would be written
            plain.
        IntegrityError: The keys of the folder are not what was written, or not there.
        KmsUnavailable: The service does not answer.
        StoreError: Where no lock reaches, somebody else has just changed the keys.
    """
    encryption = config.output.encryption
    found = read_keys(stores[0])
    if found is None and (lost_with_it := sorted(hanging())):
        raise IntegrityError(
            f"{layout.ENCRYPTION_KEYS} of {root} is not there, and shards hang on key "
            f"{lost_with_it[0]}. Restore it from a backup. If it is lost, put "
            f'{{"keys": [], "format": 1}} there: then a run redacts those files again.'
        )
    if encryption == "none":
        if found is None:
            return PLAIN
        problem = (
            f'output.encryption → is "none", and what is in {root} is encrypted. Nothing there is '
            'written plain again: set it to "aes-256" or "aes-128", or begin a new folder with '
            "--out"
        )
        raise ConfigError("configuration", [problem])
    if config.keys.kms is not None:
        kms_in_use(config, create=False)  # who asks must be known, or nobody can tell what is lost
    file = KeyFile(()) if found is None else without(found, destroyed())
    if not file.keys:
        # Where all keys were destroyed, that which wrapped them may be what was lost.
        kms, made = kms_in_use(config, create=True)
        if made is not None:
            note(
                f"made a new encryption key: {made}. Keep it safe, and keep it: without it nobody "
                f"can read what is written to {root}"
            )
        key = FolderKey.new()
        file = KeyFile((wrapped_by(kms, key, utc_text(clock())),))
        if found is not None:
            _replace(stores, found, file, note)
        else:
            put_keys(stores, file)
        return Vault(encryption, key, {key.id: key})
    keys, lost = unwrapped(file, config)
    if lost:
        raise ConfigError("configuration", [lost_key(root, config, one) for one in lost])
    in_use = file.keys[-1]
    if is_service(in_use.wrapped_by) and in_use.wrapped_by != config.keys.kms:
        # Else who can write to the folder would choose a key of his own for all that is to come.
        problem = (
            f"keys.kms → is not {in_use.wrapped_by}, which wraps key {in_use.id} of {root}. Name "
            "that one, or run `clearshard keys rotate --only encryption`"
        )
        raise ConfigError("configuration", [problem])
    if found is not None and file != found:
        _replace(stores, found, file, note)
    return Vault(encryption, keys[in_use.id], keys)


def _replace(stores: Sequence[Store], before: KeyFile, file: KeyFile, note: Note) -> None:
    """Replaces the keys of a folder, and says which are not in them any more."""
    replace_keys(stores, before, file)
    for gone in without(before, {key.id for key in file.keys}).keys:
        note(
            f"took key {gone.id} out of {layout.ENCRYPTION_KEYS}: the ledger says that it was "
            "destroyed, and it was still there"
        )


def open_to_read(root: Path, config: Config, destroyed: Callable[[], Collection[str]]) -> Vault:
    """The vault of who only reads a folder, with as many of its keys as are to be had.

    Nothing is read with a key that is destroyed, although it may still be there.

    Args:
        root: The folder.
        config: Names the key.
        destroyed: Says which keys the ledger calls destroyed; asked where the folder has keys.

    Raises:
        ConfigError: A key that is there cannot be used: others can read it, say.
        IntegrityError: The keys of the folder are not what was written.
        KmsUnavailable: The service does not answer.
    """
    found = read_keys(LocalStore(root))
    if found is None:
        return PLAIN
    return Vault(keys=unwrapped(without(found, destroyed()), config)[0])


def wrapped_by(kms: Kms, key: FolderKey, made_at: str) -> Wrapped:
    """A key of a folder, as its file has it; raises `KmsUnavailable`.

    What comes back is tried: all that hangs on the key is lost if it cannot be unwrapped.
    """
    wrapped = kms.wrap(key.secret, key.id)
    try:
        is_it = kms.unwrap(wrapped, key.id) == key.secret
    except WrongKey:
        is_it = False
    if not is_it:
        raise KmsUnavailable(f"{kms.name} has wrapped a key, and does not unwrap it. {_NOTHING}")
    return Wrapped(key.id, made_at, kms.name, wrapped)


def unwrapped(file: KeyFile, config: Config) -> tuple[dict[str, FolderKey], list[Wrapped]]:
    """The keys of a folder that are to be had, by their names, and those that are not.

    Raises:
        ConfigError: As `open_to_read`; so is `KmsUnavailable`.
        IntegrityError: One was unwrapped, and is another key than its name says.
    """
    keys: dict[str, FolderKey] = {}
    lost: list[Wrapped] = []
    for one in file.keys:
        try:
            secret = kms_named(config, one.wrapped_by).unwrap(one.wrapped, one.id)
        except WrongKey:
            lost.append(one)
            continue
        if len(secret) != FOLDER_KEY_BYTES or FolderKey.of(secret).id != one.id:
            raise IntegrityError(
                f"{one.wrapped_by} unwraps key {one.id} of {layout.ENCRYPTION_KEYS}, and gives "
                "another one: the file was edited, or the service answers with what it was not "
                f"asked for. Restore the file, or ask who runs the service. {_NOTHING}"
            )
        keys[one.id] = FolderKey(one.id, secret)
    return keys, lost


def lost_key(root: Path, config: Config, key: Wrapped) -> str:
    """Says that a key of a folder is not to be had, and what to do."""
    setting = "keys.kms" if config.keys.kms else "keys.encryption_file"
    return (
        f"{setting} → is not the key that wraps key {key.id} of {root}: that was {key.wrapped_by}. "
        "Put it back. If it was destroyed, what hangs on it is lost: then `clearshard keys destroy "
        f"{key.id}`, and a run redacts those files again"
    )

"""The ledger as a run writes it: signed with the key of the job, dated by its clock."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from clearshard.audit.events import Event, EventName, key_after
from clearshard.audit.ledger import Ledger
from clearshard.audit.ledger.appending import Said
from clearshard.audit.ledger.mirrored import MirroredLedger
from clearshard.audit.signing import Signer
from clearshard.config import Config
from clearshard.errors import ConfigError, RunLocked
from clearshard.keys import find_signing_key, load_signing_key
from clearshard.run.agent import Agent
from clearshard.run.output.folder import OutputFolder

#: The ledger has other writers, but none that writes all the time.
_MOST_READINGS = 100


class Journal:
    """What a run tells the ledger.

    Attributes:
        clock: Says what time it is, with an offset.
    """

    def __init__(
        self, ledger: Ledger | MirroredLedger, clock: Callable[[], datetime], agent: Agent
    ) -> None:
        self.clock = clock
        self._ledger = ledger
        self._agent = agent

    def tell(self, event: EventName, run_id: str, data: Mapping[str, object]) -> None:
        """Appends an event, dated now, with who tells it; raises as `Ledger.append`."""
        said = self.said(event, run_id, data)
        self._ledger.append(said.event, said.run_id, said.at, said.data)

    def said(self, event: EventName, run_id: str, data: Mapping[str, object]) -> Said:
        """An event, dated now, with who tells it, that is told later or not at all."""
        return Said(str(event), run_id, self.clock(), {**data, **self._agent.to_dict()})

    def tell_after(self, newest: Event | None, said: Said) -> bool:
        """Appends an event if another one is still the newest; see `Ledger.append_after`."""
        return self._ledger.append_after(newest, said)

    def readings(self) -> Iterator[tuple[Event, ...]]:
        """What was told, read again each time, for who tells something only after all of that.

        Raises:
            RunLocked: Others tell something all the time.
        """
        for _ in range(_MOST_READINGS):
            yield tuple(self.events())
        raise RunLocked("Others write to the ledger all the time. Run again.")

    @property
    def head(self) -> str | None:
        """Hash of the newest event, which covers all before it; None where nothing was told."""
        newest = self._ledger.head()
        return None if newest is None else newest.hash

    @property
    def origin(self) -> str | None:
        """Hash of the first event, which no other ledger has; None where nothing was told."""
        first = next(self.events(), None)
        return None if first is None else first.hash

    @property
    def newest_at(self) -> datetime | None:
        """When the newest event was told: later than that it is, whatever the clock says."""
        newest = self._ledger.head()
        return None if newest is None else datetime.fromisoformat(newest.at)

    def events(self) -> Iterator[Event]:
        """Everything that was told, oldest first; raises as `Ledger.read`."""
        return self._ledger.read()


def open_journal(
    folder: OutputFolder,
    config: Config,
    clock: Callable[[], datetime],
    note: Callable[[str], None],
    agent: Agent,
) -> Journal:
    """The journal of an output folder, with the key that it was begun with.

    Args:
        folder: Locked.
        config: Names the key file; a key is made where nothing is signed yet.
        clock: As in `Journal`.
        note: Told if a key was made.
        agent: Who runs, and where.

    Raises:
        ConfigError: There is no key, or the ledger is signed with another one.
        IntegrityError: The newest line of the ledger is not what was written.
    """
    newest = Ledger(folder.ledger).head()
    expected = None if newest is None else key_after(newest)
    if expected is not None and find_signing_key(config) is None:
        problem = (
            f"keys.signing_file → {config.path(config.keys.signing_file)} is not there, and the "
            f"ledger of {folder.root} is signed with it (public key {expected[:16]}...). Put it "
            "back, or keep that folder as it is and begin a new one with --out"
        )
        raise ConfigError("configuration", [problem])
    key, made = load_signing_key(config, create=expected is None)
    signer = Signer.of(key)
    if made is not None:
        note(
            f"made a new signing key: {made}. Keep it safe, and keep it. Tell whoever verifies its "
            f"public part, {signer.public_key}"
        )
    if expected is not None and expected != signer.public_key:
        problem = (
            f"keys.signing_file → is key {signer.public_key[:16]}..., but the ledger of "
            f"{folder.root} is signed by {expected[:16]}...; use that one, or a new output folder. "
            "If `clearshard keys rotate` has replaced it, run that again"
        )
        raise ConfigError("configuration", [problem])
    return journal_signed_by(signer, folder, clock, agent)


def journal_signed_by(
    signer: Signer, folder: OutputFolder, clock: Callable[[], datetime], agent: Agent
) -> Journal:
    """The journal of an output folder, whoever it was begun by; otherwise as `open_journal`."""
    return Journal(_ledger(folder, signer), clock, agent)


def _ledger(folder: OutputFolder, signer: Signer) -> Ledger | MirroredLedger:
    if folder.mirror is None:
        return Ledger(folder.ledger, signer)
    return MirroredLedger(folder.mirror.store, folder.ledger, signer)

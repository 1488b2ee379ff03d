"""Where the sources of a configuration are: on this machine, or in a bucket."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from clearshard.config import Config, is_bucket
from clearshard.errors import ListingRefused, SourceUnavailable
from clearshard.inert import printable
from clearshard.sources.stored_files import InStore
from clearshard.storage.store import ReadableStore
from clearshard.storage.uris import open_readable, open_within

if TYPE_CHECKING:  # who reads transcripts on a node has no use for tables
    from clearshard.sources.table import TablePlace


@dataclass(frozen=True, slots=True)
class InFolder:
    """Transcripts that are files of this machine.

    Attributes:
        root: The folder that every `transcript_uri` is relative to.
    """

    root: Path

    def require_there(self) -> None:
        """Passes if the folder is there.

        Otherwise every file would be `missing`, and an empty run would replace a good one.

        Raises:
            SourceUnavailable: It is not.
        """
        if not self.root.is_dir():
            raise SourceUnavailable(f"sources.transcripts {self.root} is not a folder")


@dataclass(frozen=True, slots=True)
class InBucket:
    """Transcripts that are objects of a store.

    Attributes:
        address: Of the bucket and prefix that every `transcript_uri` is relative to.
        store: The same, to read from.
    """

    address: str
    store: ReadableStore = field(repr=False)

    def require_there(self) -> None:
        """Passes if there is any object.

        Raises:
            SourceUnavailable: There is none: another bucket or prefix is meant, or it was emptied.
            StoreUnavailable: The store does not answer.
        """
        with suppress(ListingRefused):  # something is there, which cannot be named
            if next(iter(self.store.find_below()), None) is None:
                raise SourceUnavailable(
                    f"sources.transcripts {self.address}: there is no object. Mend the address, "
                    "or deliver the transcripts"
                )


Transcripts = InFolder | InBucket


def transcripts_of(config: Config) -> Transcripts:
    """Where the transcripts of a configuration are; nothing is asked of it yet.

    Raises:
        StoreRefused: The address means no bucket, or a package is not installed.
    """
    place = config.sources.transcripts
    if is_bucket(place):
        return InBucket(printable(place), open_readable(place, config.base))
    return InFolder(config.path(place))


def table_place(config: Config, place: str) -> "TablePlace":
    """Where a table of a configuration is; nothing is asked of it yet.

    Raises:
        StoreRefused: The address means no bucket, or a package is not installed.
    """
    if is_bucket(place):
        return InStore(*open_within(place), printable(place))
    return config.path(place)

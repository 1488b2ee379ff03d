"""A folder of transcripts → documents, each once, dealt out to rounds."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clearshard.errors import SourceUnavailable
from clearshard.records.places import UNDATED
from clearshard.records.states import Deleted, Quarantine
from clearshard.records.tasks import FileTask, WorkUnit
from clearshard.records.transcript import Transcript
from clearshard.sources.streams import DAMAGED, chunks, lines
from clearshard.sources.transcripts import read_transcript

_CONTAINERS = (".jsonl", ".jsonl.gz", ".jsonl.zst")
_MAX_BYTES = 32 * 1024 * 1024
_MAX_WORDS = 250_000
#: Files of one work unit, and their JSON bytes, as in a run.
_UNIT_FILES = 256
_UNIT_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """One transcript of the benchmark.

    Attributes:
        name: Where it is from; safe to show.
        content: Its JSON.
        text: All of it.
        turns: The texts of its turns.
        word_count: Words of the text.
    """

    name: str
    content: bytes
    text: str
    turns: tuple[str, ...]
    word_count: int


def read_documents(folder: Path, word_count: int) -> list[Document]:
    """Transcripts of a folder and the folders in it, until they have so many words.

    Files are read in the order of their paths; those that cannot be read as a transcript and those
    whose text was there before are left out.

    Args:
        folder: Holds ``.json`` files and ``.jsonl[.gz|.zst]`` containers.
        word_count: How many words are wanted.

    Raises:
        SourceUnavailable: It has fewer words.
    """
    documents: list[Document] = []
    seen: set[bytes] = set()
    words = 0
    for name, content in _contents(folder):
        try:
            transcript = read_transcript(content, _MAX_WORDS, None)
        except (Quarantine, Deleted):
            continue
        digest = hashlib.blake2b(transcript.text.encode(), digest_size=16).digest()
        if digest in seen:
            continue
        seen.add(digest)
        count = len(transcript.text.split())
        documents.append(Document(name, content, transcript.text, _turns(transcript), count))
        words += count
        if words >= word_count:
            return documents
    raise SourceUnavailable(
        f"{folder} has {words:,} words in {len(documents):,} different transcripts, not "
        f"{word_count:,}. Ask for fewer with --words, or name a folder with more."
    )


def deal(documents: Sequence[Document], hands: int) -> list[list[Document]]:
    """The documents in so many parts, each with every so many-th of them.

    Raises:
        SourceUnavailable: They are too few for words in every part, so there is no rate of it.
    """
    dealt = [list(documents[hand::hands]) for hand in range(hands)]
    if not all(any(document.word_count for document in hand) for hand in dealt):
        raise SourceUnavailable(
            f"Apart from those that warm up, {len(documents):,} transcripts are left for "
            f"{hands:,} rounds, too few for words in each. Ask for more with --words, or for fewer "
            "--rounds."
        )
    return dealt


def units_of(documents: Sequence[Document]) -> Iterator[WorkUnit]:
    """Work units as in a run."""
    tasks: list[FileTask] = []
    size = 0
    for row, document in enumerate(documents):
        if tasks and (size + len(document.content) > _UNIT_BYTES or len(tasks) == _UNIT_FILES):
            yield WorkUnit(tuple(tasks))
            tasks, size = [], 0
        content = document.content
        tasks.append(
            FileTask((0, row), f"{row}", "bench", UNDATED, None, None, content, len(content))
        )
        size += len(content)
    if tasks:
        yield WorkUnit(tuple(tasks))


def _turns(transcript: Transcript) -> tuple[str, ...]:
    return tuple(transcript.text[turn.start : turn.end] for turn in transcript.turns)


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".json" and path.is_file():
            yield name, path.read_bytes()
        elif name.endswith(_CONTAINERS) and path.is_file():
            with path.open("rb") as file:
                try:
                    for number, line in enumerate(lines(chunks(file, name), _MAX_BYTES), start=1):
                        if line:
                            yield f"{name}:{number}", line
                except DAMAGED:
                    continue

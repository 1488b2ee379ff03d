"""What became of a transcript that is the same as an earlier run saw it, by its content.

Nothing is known by its path, its size or its time: its digest decides.
"""

import hashlib

import numpy as np

from clearshard.config import Config
from clearshard.keys import PseudonymKey
from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask
from clearshard.run.assigned import form_of
from clearshard.run.outcomes import NEW, Outcome
from clearshard.run.resume.checkpointed import Found
from clearshard.run.resume.remembered import Remembered
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.sources.adapters import Form
from clearshard.sources.deletion import may_say_deleted
from clearshard.sources.transcripts import is_called, read_transcript

#: No timed word, and no sixteen letters of text, take fewer bytes of JSON.
_BYTES_PER_WORD = 16


class Judge:
    """Says what became of a transcript, by its content."""

    def __init__(self, remembered: Remembered, config: Config, key: PseudonymKey) -> None:
        """Knows what was made before.

        Args:
            remembered: That.
            config: Names the limits, and whether everything is to be read again.
            key: The key of the pseudonyms.
        """
        self.remembered = remembered
        self.config = config
        self._key = key

    def outcome(self, task: FileTask, content: bytes, record: np.void | None) -> Outcome | None:
        """What became of a file, by its content; None if it needs work.

        Args:
            task: The file.
            content: Its transcript.
            record: What is remembered of it, if anything: `is_known`, `kind`, `content`.
        """
        digest = hashlib.sha256(content)
        key = doc_key(self._key, task.file_id)
        found = self._found(task, key, digest.digest(), record)
        # Nothing is kept of a deleted one; and who redacted it earlier may not have known of
        # deletions.
        if (found is None or found.stale) and _is_deleted(task, content, self.config):
            return Outcome(Deleted(), None, None)
        if found is None or not _name_agrees(found, task, content, form_of(self.config)):
            return None
        if not _limit_agrees(found, task, content, self.config):
            return None
        source = NEW if found.source is None else found.source
        return Outcome(
            found.quarantine,
            digest.hexdigest(),
            found.redactor_digest,
            source,
            None if source == NEW else key,
        )

    def _found(
        self, task: FileTask, key: str, digest: bytes, record: np.void | None
    ) -> Found | None:
        """The best of what was made of exactly this."""
        checkpointed = self.remembered.checkpointed
        found = checkpointed.find(key, account_key(self._key, task.account_id), digest.hex())
        if record is not None and record["is_known"] and record["content"].tobytes() == digest:
            visible = self.remembered.kinds[int(record["kind"])]
            if found is None or visible.rank <= found.rank:
                return visible
        return found


def _is_deleted(task: FileTask, content: bytes, config: Config) -> bool:
    max_words = config.limits.max_transcript_words
    if not may_say_deleted(content):
        return False
    try:
        read_transcript(content, max_words, task.own_id, form_of(config))
    except Deleted:
        return True
    except Exception:  # noqa: BLE001 - whatever it is, a worker will say what it means
        return False
    return False


def _name_agrees(found: Found, task: FileTask, content: bytes, form: Form) -> bool:
    """Whether the transcript is still asked for by its own id, or is still not.

    The manifest may have named a record by another id than the file's, and now name a file.
    """
    was = found.quarantine is None or found.quarantine.reason is not QuarantineReason.ID_MISMATCH
    if found.quarantine is not None and was:
        return True  # not written, whatever it is called; a worker said why
    return was == (task.own_id is None or is_called(content, task.own_id, form))


def _limit_agrees(found: Found, task: FileTask, content: bytes, config: Config) -> bool:
    """Whether the limit of words, which is not the redactor's, says the same as it did."""
    max_words = config.limits.max_transcript_words
    was = found.quarantine is not None and found.quarantine.reason is QuarantineReason.TOO_LARGE
    if not was and len(content) <= _BYTES_PER_WORD * max_words:
        return True
    try:
        read_transcript(content, max_words, task.own_id, form_of(config))
    except Quarantine as problem:
        return was == (problem.reason is QuarantineReason.TOO_LARGE)
    except Exception:  # noqa: BLE001 - whatever it is, a worker will say what it means
        return False
    return not was

"""Whether a transcript says that its customer has deleted it.

The service keeps the record of a deleted transcript, empties it, and puts "Deleted by user." in the
place of its text and ``http://deleted_by_user`` in that of the address of its audio. What exports
it may have kept some of it. When in doubt it is deleted: the address alone is enough, since nobody
says an address; so is the sentence where nothing else is said. Where there are words or utterances
somebody may have said it, and the text is speech like any other.
"""

import msgspec

_SENTENCE = "deleted by user"
_ADDRESS = "deleted_by_user"
#: One of these stands in both: the word, or a letter of it written as JSON can write any letter.
_MARKS = (b"deleted", b"\\u00")


def says_deleted(text: str | None, audio_url: bytes, *, has_pieces: bool) -> bool:
    """Whether this is what is left of a transcript that was deleted.

    Args:
        text: Its text.
        audio_url: The address of its audio as JSON; empty where there is none.
        has_pieces: Whether it has words or utterances.
    """
    if not has_pieces and " ".join((text or "").split()).rstrip(".").lower() == _SENTENCE:
        return True
    return may_say_deleted(audio_url) and _is_address_of_nothing(audio_url)


def may_say_deleted(content: bytes) -> bool:
    """Whether a transcript, not decoded, could say so: most could not."""
    lower = content.lower()
    return any(mark in lower for mark in _MARKS)


def _is_address_of_nothing(audio_url: bytes) -> bool:
    try:
        address = msgspec.json.decode(audio_url, type=str)
    except msgspec.MsgspecError:
        return False
    return address.strip().rstrip("/.").lower().rpartition("://")[2] == _ADDRESS

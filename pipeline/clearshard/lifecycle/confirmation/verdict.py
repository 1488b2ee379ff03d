"""What may be concluded of transcripts that should be gone. Fail closed.

A transcript is *gone* only if all of it holds: asked for by its id, the API says that there is
none, or shows a record that is emptied; and on the walk through all pages, which has come to its
end, it is not listed, or as emptied. It is *still there* if either says so. Anything else is *not
confirmed*: a page that is missing, an answer that contradicts itself, a server that is not reached.

That somebody asks with the key of another account, who never had these transcripts, looks the same
as absence. Against that there is a control: ids of transcripts that are known to be there. If one
of them is not, nothing is confirmed. So does the name of a file in the place of an id: what the API
never gives as an id is always absent, and is not asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from clearshard.lifecycle.confirmation.answers import (
    Listing,
    Said,
    ask_for,
    is_given_id,
    is_transcript_id,
    list_all,
)
from clearshard.lifecycle.confirmation.client import Api, Hopeless, Unanswered
from clearshard.lifecycle.confirmation.record import Confirmed, Verdict


@dataclass(frozen=True, slots=True)
class Found:
    """What may be said.

    Attributes:
        control_failed: Why absence says nothing here, in one word; None if it may say something.
        transcripts: Of each transcript that should be gone.
    """

    control_failed: str | None
    transcripts: tuple[Confirmed, ...]


def confirm(api: Api, transcript_ids: Sequence[str], present: Sequence[str] = ()) -> Found:
    """Asks whether transcripts are gone, and whether those of the control are there.

    Args:
        api: The API.
        transcript_ids: Those that should be gone.
        present: Those that are known to be there: the control. They are asked for even where
            nothing should be gone.
    """
    if not transcript_ids and not present:
        return Found(None, ())
    try:
        listing: Listing | Unanswered = list_all(api)
    except Unanswered as error:
        listing = error
    control = _control(api, listing, present)
    there = _there(listing)
    return Found(control, tuple(_of(api, listing, there, control, one) for one in transcript_ids))


def _there(listing: Listing | Unanswered) -> frozenset[str]:
    """What the list shows, in one spelling: an inventory may write ids otherwise than the API."""
    if not isinstance(listing, Listing):
        return frozenset()
    return frozenset(_folded(one) for one, said in listing.said.items() if said is Said.THERE)


def _folded(transcript_id: str) -> str:
    return transcript_id.casefold().replace("-", "").replace("_", "")


def _control(api: Api, listing: Listing | Unanswered, present: Sequence[str]) -> str | None:
    """Why absence says nothing here; None if it does."""
    for one in present:
        listed = isinstance(listing, Listing) and listing.said.get(one) is Said.THERE
        try:
            is_there = is_transcript_id(one) and ask_for(api, one) is Said.THERE
        except Unanswered:
            is_there = False
        if not (listed and is_there):
            return "control_not_found"
    return None


def _of(
    api: Api,
    listing: Listing | Unanswered,
    there: frozenset[str],
    control: str | None,
    transcript_id: str,
) -> Confirmed:
    if is_transcript_id(transcript_id) and _folded(transcript_id) in there:
        return Confirmed(transcript_id, Verdict.STILL_THERE, "listed")
    if not is_given_id(transcript_id):  # there has never been one that is called so
        return Confirmed(transcript_id, Verdict.NOT_CONFIRMED, "no_transcript_id")
    if isinstance(listing, Hopeless):  # it would be for the others, too
        return Confirmed(transcript_id, Verdict.NOT_CONFIRMED, str(listing))
    try:
        if ask_for(api, transcript_id) is Said.THERE:
            return Confirmed(transcript_id, Verdict.STILL_THERE, "by_id")
    except Unanswered as error:
        return Confirmed(transcript_id, Verdict.NOT_CONFIRMED, str(error))
    if isinstance(listing, Unanswered):
        return Confirmed(transcript_id, Verdict.NOT_CONFIRMED, f"list_{listing}")
    if control is not None:
        return Confirmed(transcript_id, Verdict.NOT_CONFIRMED, control)
    return Confirmed(transcript_id, Verdict.GONE)

"""Values as other recognisers write them: seconds, shares of certainty, places."""

from typing import Annotated, Any

import msgspec

from clearshard.records.states import Quarantine, QuarantineReason

#: Of a recording; thirty years are none.
Seconds = Annotated[float, msgspec.Meta(ge=0, lt=1e9)]
#: What a source calls a speaker.
Label = str | int | None


def milliseconds(seconds: float) -> int:
    """Seconds as whole milliseconds."""
    return round(seconds * 1000)


def certainty(value: Any) -> float | None:
    """A number from 0 to 1, or None: nothing is decided by it, so nothing else is lost with it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def mismatch(rule: str, where: str) -> Quarantine:
    """What is raised where views of one speech are not the same speech."""
    return Quarantine(QuarantineReason.VIEW_MISMATCH, f"{rule}: {where}")


def malformed(rule: str, where: str) -> Quarantine:
    """What is raised where a document does not say what its format says."""
    return Quarantine(QuarantineReason.MALFORMED, f"{rule}: {where}")

"""Rows of the file manifest, and the cells that make the gate refuse one."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

# The moment for which the expected outcomes are true: what `--as-of` must say, with `--replay`.
AS_OF = datetime(2026, 11, 22, 12, tzinfo=UTC)
COLUMNS = (
    *("file_id", "account_id", "product", "region", "submitted_at", "transcript_uri"),
    *("deletion_requested_at", "expires_at", "gateway_provider"),
)
Cells = Mapping[str, str]

EU: Cells = {"region": "eu"}
STREAMING: Cells = {"product": "streaming"}
DELETED: Cells = {"deletion_requested_at": "2026-11-20T10:00:00Z"}
EXPIRED: Cells = {"expires_at": "2026-11-21T00:00:00Z"}
# Half past eleven in London, although the clock on the wall says half past one.
EXPIRED_BY_OFFSET: Cells = {"expires_at": "2026-11-22T13:30:00+02:00"}
NOT_YET_EXPIRED: Cells = {"expires_at": "2026-11-22T07:30:00-05:00"}
OTHER_PROVIDER: Cells = {"product": "llm_gateway", "gateway_provider": "northwind-lm"}
NO_PROVIDER: Cells = {"product": "llm_gateway", "gateway_provider": ""}


def _written(moment: datetime, rng: random.Random) -> str:
    hours = rng.choice((0, 0, 0, 0, -8, -5, 1, 2, 10))
    local = moment.astimezone(timezone(timedelta(hours=hours)))
    return local.isoformat().replace("+00:00", "Z")


def before(rng: random.Random, low_days: float, high_days: float) -> str:
    """A timestamp this many days before the as-of time, with some offset."""
    seconds = rng.randint(int(low_days * 86400), int(high_days * 86400))
    return _written(AS_OF - timedelta(seconds=seconds), rng)


def ordinary_cells(rng: random.Random, *, streaming: bool) -> dict[str, str]:
    """Cells that no rule objects to; `streaming` says whether that product may be drawn."""
    product = rng.choice(("async", "async", "async", "llm_gateway", "streaming"))
    if product == "streaming" and not streaming:
        product = "async"
    provider = rng.choice(("anthropic", "google", "openai"))
    expires = ""
    if rng.random() < 0.08:
        expires = _written(AS_OF + timedelta(days=rng.randint(1, 200)), rng)
    return {
        "product": product,
        "region": "us",
        "submitted_at": before(rng, 0.1, 75),
        "deletion_requested_at": "",
        "expires_at": expires,
        "gateway_provider": provider if product == "llm_gateway" else "",
    }

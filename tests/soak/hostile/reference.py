"""What the published policy says of files: its sentences in plain Python, over plain values."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from .rows import DAY, NOW, SKEW


def admitted(files: Sequence[Mapping[str, Any]], accounts: Sequence[Mapping[str, Any]]) -> set[str]:
    """The files that the published policy admits, by their ids: its sentences in plain Python."""
    ids = Counter(_looks_like(file["file_id"]) for file in files)
    uris = Counter(file["transcript_uri"] for file in files)
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for account in accounts:
        rows.setdefault(_looks_like(account["account_id"]), []).append(account)

    def permits(a: Mapping[str, Any]) -> bool:
        contract = a["training_permitted"] is True
        apart = a["baa_executed"] is False and a["opted_out"] is False
        undated = a["baa_executed_at"] is None and a["opted_out_at"] is None
        return contract and apart and undated

    def admits(f: Mapping[str, Any]) -> bool:
        mine = rows.get(_looks_like(f["account_id"]), [])
        named = {a["account_id"] for a in mine} == {f["account_id"]}
        ttls = {a["ttl_seconds"] for a in mine}
        exports = [a["exported_at"] for a in mine]
        fresh = named and None not in exports and -SKEW <= NOW - min(exports) <= 7 * DAY
        once = ids[_looks_like(f["file_id"])] == uris[f["transcript_uri"]] == 1
        american = f["region"] == "us" and f["product"] in ("async", "streaming", "llm_gateway")
        sent = f["submitted_at"] is not None and f["submitted_at"] <= NOW + SKEW
        kept = f["deletion_requested_at"] is None and (f["expires_at"] or NOW + DAY) > NOW
        provider = f["gateway_provider"] in ("anthropic", "google", "openai")
        if not (once and fresh and all(map(permits, mine)) and len(ttls) == 1):
            return False
        ttl = next(iter(ttls))
        lives = ttl is None or (sent and f["submitted_at"] + timedelta(seconds=ttl) > NOW)
        return american and sent and kept and lives and (f["product"] != "llm_gateway" or provider)

    return {file["file_id"] for file in files if admits(file)}


def _looks_like(name: str) -> str:
    """What is left of an id for who cannot see blanks, marks of direction or capitals."""
    seen = (c for c in unicodedata.normalize("NFKC", name).casefold() if not c.isspace())
    return "".join(c for c in seen if unicodedata.category(c) != "Cf")

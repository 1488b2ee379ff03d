"""Moments as text."""

from datetime import datetime


def utc_text(moment: datetime) -> str:
    """RFC 3339 in UTC with a trailing Z, microseconds only where there are any."""
    return moment.isoformat().replace("+00:00", "Z")

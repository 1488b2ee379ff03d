"""The published schedule, read off the page once more, by hand, and independently of the file.

The page is "Data retention and model training", as it was published on 2026-11-29. Of each cell
there is what it says in numbers, and the SHA-256 of its words.
"""

from dataclasses import dataclass

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True)
class Cell:
    """What a cell says.

    Attributes:
        begins: Seconds after the artefact came to be; "ttl", "request", "created" or "never".
        at_most: How old the artefact may be when it is gone, in seconds; None: as it begins.
        lag: Whether it is subject to the processing times of the store.
        linked: Whether it has the lifecycle of the final transcript.
        sha256: Of its words, the first 16 digits.
    """

    begins: int | str
    sha256: str
    at_most: int | None = None
    lag: bool = False
    linked: bool = False


COLUMNS = (
    "Time-To-Live Configured",
    "BAA Executed",
    "No TTL or BAA",
    "Customer-Initiated Deletion Request",
)
ROWS = {
    "Customer-Uploaded Audio Files": "uploaded_audio",
    "Final Transcription Artifact": "final_transcript",
    "Customer-Provided URL Audio Reference": "url_reference",
    "Intermediate Artifact": "intermediate",
    "Transcription Request Text Inputs": "request_text",
}
REQUESTED = Cell("request", "22d03ef36a8a39e6")
TTL = Cell("ttl", "545b22af6b4e94dc", lag=True)
BAA = Cell(72 * HOUR, "8e6b61f85366c8db", lag=True)
NEVER = Cell("never", "674087cf4eab2786")
LINKED_TTL = Cell("ttl", "20c698c2a73c6901", lag=True, linked=True)
LINKED_BAA = Cell(72 * HOUR, "1230bd49662a4a2e", lag=True, linked=True)
LINKED_NEVER = Cell("never", "7b073689b9e0b9ab", linked=True)
#: The table for asynchronous transcription, row by row.
TABLE = {
    "uploaded_audio": (
        Cell("ttl", "bff77dc11977c19e"),
        Cell(3 * DAY, "bff77dc11977c19e"),
        Cell(24 * HOUR, "b4a7da3be0f67bef", at_most=48 * HOUR),
        REQUESTED,
    ),
    "final_transcript": (TTL, BAA, NEVER, REQUESTED),
    "url_reference": (LINKED_TTL, LINKED_BAA, LINKED_NEVER, REQUESTED),
    "intermediate": (
        LINKED_TTL,
        LINKED_BAA,
        Cell(48 * HOUR, "5a250cc95abcce36", at_most=72 * HOUR),
        REQUESTED,
    ),
    "request_text": (LINKED_TTL, LINKED_BAA, LINKED_NEVER, REQUESTED),
}
#: What is said beside the table: kinds, circumstance, and what it comes to.
SENTENCES = {
    "streaming-opted-out": (
        ("streaming_audio", "streaming_transcript"),
        "opted_out",
        Cell("created", "152d144b7d3f6cca"),
    ),
    "gateway-baa": (
        ("gateway_input", "gateway_output"),
        "baa_with_provider",
        Cell("created", "bc96d9c87582fffe"),
    ),
    "gateway-ttl": (
        ("gateway_input", "gateway_output"),
        "ttl",
        Cell(0, "fff64983bac2a45f", at_most=HOUR),
    ),
    "gateway-request": (
        ("gateway_input", "gateway_output"),
        "request",
        Cell("request", "bf647f1a63c218ee"),
    ),
}
#: What speech understanding requests are said to be linked to.
SPEECH_UNDERSTANDING = "bd65cbddced2186a"
MINIMUM_TTL = (HOUR, "5f1d54692afd6002")

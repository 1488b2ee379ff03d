"""The dataset card: what makes ``load_dataset(OUT)`` find the shards of the visible run."""

from clearshard import layout
from clearshard.inert import in_markdown
from clearshard.records.run import RunRecord
from clearshard.terms import terms_of

_CARD = """---
pretty_name: Redacted speech transcripts
task_categories:
- automatic-speech-recognition
tags:
- clearshard
- redacted
configs:
- config_name: default
  data_files:{files}
---

# Redacted speech transcripts
{rehearsal}
Made by clearshard {version}, run `{run_id}`, as of {as_of}. {written} of {seen} submitted files are
in it; {excluded} were excluded by contract or policy and {quarantined} were quarantined.

Personal data was replaced before anything was written. Offsets in `redactions` point into the
redacted `text`; their times say what to mute in the audio. `doc_key` and `account_key` are keyed
pseudonyms.

Turns and words are in the order of `text`: that of the turns. People on two channels talk over each
other, so by time they can overlap, and a word can begin before the one that stands before it.
`speaker` is A, B, C … in order of appearance; `channel` is the number of the channel from 1, and
null where the source names none. `confidence` is how sure the recogniser was of a word, from 0 to
1; it is null where the source does not say, and for words that were replaced.

| made under | |
| --- | --- |
{terms}

- policy digest: `{policy_digest}`
- redactor digest: `{redactor_digest}`

`audit/` and `runs/` hold ids of customers: publish the folder `shards/` and this card only.
"""


_REHEARSAL = """
**A rehearsal, for no training.** Everything was judged as if it had been {as_of}: what has expired
since then can be in it.
"""


def dataset_card(record: RunRecord) -> bytes:
    """``OUT/README.md`` for a run; lists the shards one by one, so only visible ones are read."""
    return _CARD.format(
        files=_files(record),
        version=record.clearshard_version,
        run_id=record.run_id,
        as_of=record.as_of,
        rehearsal=_REHEARSAL.format(as_of=record.as_of) if record.rehearsal else "",
        seen=record.counts.seen,
        written=record.counts.written,
        excluded=record.counts.excluded,
        quarantined=record.counts.quarantined,
        terms="\n".join(
            f"| {name} | {in_markdown(words)} |" for name, words in terms_of(record).items()
        ),
        policy_digest=record.policy_digest,
        redactor_digest=record.redactor_digest,
    ).encode()


def _files(record: RunRecord) -> str:
    if not record.shards:
        return " []"
    paths = [f"    - {layout.shard(shard.name)}" for shard in record.shards]
    return "\n".join(["", "  - split: train", "    path:", *paths])

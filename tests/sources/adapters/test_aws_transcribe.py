"""Jobs of AWS Transcribe, newer and older."""

from typing import Any

import pytest

from .reading import Json, edited, read, refused, turns, voices, words


def _item(said: str, start: float, **more: str) -> Json:
    return {
        "type": "pronunciation",
        "alternatives": [{"confidence": "0.97", "content": said}],
        "start_time": f"{start:.3f}",
        "end_time": f"{start + 0.2:.3f}",
        **more,
    }


def _mark(sign: str, **more: str) -> Json:
    return {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": sign}], **more}


def _job(text: str, items: list[Json], **results: Any) -> Json:
    return {
        "jobName": "job-1",
        "accountId": "111122223333",
        "status": "COMPLETED",
        "results": {"transcripts": [{"transcript": text}], "items": items, **results},
    }


A, B = {"speaker_label": "spk_0"}, {"speaker_label": "spk_1"}
MADE = _job(
    "I am Ann, yes. Hi.",
    [
        _item("I", 0.0, **A),
        _item("am", 0.3, **A),
        _item("Ann", 0.6, **A),
        _mark(",", **A),
        _item("yes", 0.9, **A),
        _mark(".", **A),
        _item("Hi", 1.5, **B),
        _mark(".", **B),
    ],
    language_code="en-US",
)


def _older(label: str, of_items: str) -> Json:
    """Items that do not say whose they are, and a list beside them that does."""
    made = edited(MADE, lambda d: [item.pop("speaker_label") for item in d["results"]["items"]])
    timed = [item for item in made["results"]["items"] if "start_time" in item]
    named = [{"start_time": i["start_time"], "end_time": i["end_time"]} for i in timed]
    parts = [named[:4], named[4:]]
    made["results"][label] = {
        of_items: [
            {label.split("_")[0] + "_label": f"x_{number}", "items": part}
            for number, part in enumerate(parts)
        ]
    }
    return made


def test_punctuation_belongs_to_the_word_before() -> None:
    found = read(MADE)
    assert found.text == "I am Ann, yes. Hi."
    assert turns(found) == [("I am Ann, yes.", 0, 1100, 0), ("Hi.", 1500, 1700, 1)]
    assert words(found)[2] == ("Ann,", 600, 800, 0)
    assert found.language == "en"


def test_without_speakers_there_are_no_turns() -> None:
    made = edited(MADE, lambda d: [item.pop("speaker_label") for item in d["results"]["items"]])
    assert not read(made).has_utterances
    assert len(read(made).words) == 5


@pytest.mark.parametrize(
    "made", [_older("speaker_labels", "segments"), _older("channel_labels", "channels")]
)
def test_older_jobs_name_items_by_their_times(made: Json) -> None:
    assert turns(read(made)) == turns(read(MADE))


def test_channels_may_talk_over_each_other() -> None:
    items = [
        _item("I", 0.0, channel_label="ch_0"),
        _item("see", 0.3, channel_label="ch_0"),
        _item("mhm", 0.4, channel_label="ch_1"),
    ]
    found = read(_job("I see mhm", items))
    assert turns(found) == [("I see", 0, 500, 0), ("mhm", 400, 600, 1)]
    assert voices(found) == [1, 2]
    assert set(found.words.confidences) == {0.97}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (edited(MADE, lambda d: d["results"]["items"][2].update(start_time="Hildegard")),
         "malformed ValidationError: results.items[2].start_time (expected str)"),
        (edited(MADE, lambda d: d["results"]["items"][2].update(start_time="NaN")),
         "malformed ValidationError: results.items[2].start_time (expected str)"),
        (edited(MADE, lambda d: d["results"]["items"][2].update(start_time="-0.5")),
         "malformed ValidationError: results.items[2].start_time (expected str)"),
        (edited(MADE, lambda d: d["results"]["items"][2].update(start_time=0.6)),
         "malformed ValidationError: results.items[2].start_time (expected str)"),
        (edited(MADE, lambda d: d["results"]["items"][2].pop("end_time")),
         "malformed missing_time: results.items[2]"),
        (edited(MADE, lambda d: d["results"]["items"][2].update(type="Hildegard")),
         "malformed unknown_type: results.items[2].type"),
        (edited(MADE, lambda d: d["results"]["items"][2].update(alternatives=[])),
         "malformed empty: results.items[2].alternatives"),
        (edited(MADE, lambda d: d["results"]["items"][4].update(start_time="0.4")),
         "malformed timing: results.items[4]"),
        (edited(MADE, lambda d: d["results"]["items"].pop(2)),
         "view_mismatch piece_not_in_text: results.items[3]"),
        (edited(MADE, lambda d: d["results"]["items"].pop(6)),
         "view_mismatch text_left_over: results.transcripts[0].transcript"),
        (edited(MADE, lambda d: d["results"]["transcripts"].append({"transcript": "Hildegard"})),
         "malformed several: results.transcripts"),
        ({**MADE, "status": "FAILED"}, "not_completed status"),
        ({"jobName": "job-1", "status": "IN_PROGRESS"}, "not_completed status"),
        (_job("", []), "empty text"),
    ],
)  # fmt: skip
def test_what_is_not_one_speech_is_told_with_its_place(made: Json, said: str) -> None:
    assert " ".join(refused(made)) == said


def test_several_languages_are_several() -> None:
    codes = [{"language_code": "en-US"}, {"language_code": "es-US"}]
    made = edited(MADE, lambda d: d["results"].update(language_code=None, language_codes=codes))
    assert read(made).language == "mul"

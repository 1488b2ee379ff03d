"""One transcript's bytes → `Transcript`, or the reason why not; whatever the bytes are."""

import codecs
import copy
import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from clearshard.records.states import Quarantine
from clearshard.records.transcript import Piece, Transcript, Words
from clearshard.sources.transcripts import read_transcript

from .mutations import encoded, is_consistent, mangle, mutate
from .transcript import Json, transcript


def _read(made: Any, max_words: int = 1000, own_id: str | None = None) -> Transcript:
    return read_transcript(
        made if isinstance(made, bytes) else json.dumps(made).encode(), max_words, own_id
    )


def _reason(made: Any, max_words: int = 1000) -> tuple[str, str]:
    with pytest.raises(Quarantine) as caught:
        _read(made, max_words)
    return str(caught.value.reason), caught.value.error_type


def test_the_views_become_ranges_of_one_text() -> None:
    read = _read(transcript("Hello there.", "Hi.", audio_duration=2.5))
    assert read == Transcript(
        text="Hello there. Hi.",
        turns=(Piece(0, 12, 0, 450, 0), Piece(13, 16, 500, 700, 1)),
        words=Words.of(
            (Piece(0, 5, 0, 200, 0), Piece(6, 12, 250, 450, 0), Piece(13, 16, 500, 700, 1))
        ),
        has_utterances=True,
        language="en",
        audio_duration_ms=2500,
    )


def test_without_utterances_the_text_is_one_turn() -> None:
    read = _read(transcript("a b", utterances=None))
    assert read.turns == (Piece(0, 3, None, None, None),)
    assert not read.has_utterances


def test_white_space_between_and_inside_pieces_does_not_count() -> None:
    made = transcript("a  b", "c\u00a0d")
    made["text"] = "  a b \n\tc d "
    assert [(w.start, w.end) for w in _read(made).words] == [(2, 3), (4, 5), (8, 9), (10, 11)]


def test_offsets_are_code_points() -> None:
    read = _read(transcript("😀 née", "z\u0301 x"))
    assert [read.text[w.start : w.end] for w in read.words] == ["😀", "née", "z\u0301", "x"]


def test_unknown_fields_are_ignored_and_numbers_may_name_speakers() -> None:
    made = transcript("a", "b", chapters=[{"x": [1]}], summary="y")
    for piece in (*made["utterances"], *made["words"]):
        piece["speaker"] = 7
    assert {w.speaker for w in _read(made).words} == {0}


def _edit(change: Callable[[Json], Any]) -> Json:
    made = transcript()
    change(made)
    return made


def _late(word: Json) -> Json:
    return {**word, "start": word["end"] + 1}


def _raw(old: str, new: str) -> bytes:
    encoded = json.dumps(transcript())
    assert old in encoded
    return encoded.replace(old, new, 1).encode("utf-8", "surrogatepass")


BOMB = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (b"", "malformed"),
        (b"null", "malformed"),
        (b"[]", "malformed"),
        (b"{}", "malformed"),
        (json.dumps(transcript()).encode()[:-30], "malformed"),
        (json.dumps(transcript()).encode() + b"x", "malformed"),
        (json.dumps(transcript()).encode("utf-16"), "malformed"),
        (b"\xef\xbb\xbf" * 2 + json.dumps(transcript()).encode(), "malformed"),
        (json.dumps(transcript("caf\xe9"), ensure_ascii=False).encode("latin-1"), "malformed"),
        # Also where nobody looks: a file in the wrong encoding is not what it says it is.
        (json.dumps(transcript(summary="\xe9"), ensure_ascii=False).encode("latin-1"), "malformed"),
        (_raw('"start": 0', '"start": NaN'), "malformed"),
        (_raw('"start": 0', '"start": 1e999'), "malformed"),
        (_raw('"start": 0', '"start": -1'), "malformed"),
        (_raw('"start": 0', '"start": "0"'), "malformed"),
        (_raw('"start": 0', '"start": null'), "malformed"),
        (_raw('"start": 0', '"start": ' + "9" * 5000), "malformed"),
        (_raw('"end": 200', '"end": ' + "9" * 30), "malformed"),
        (_raw("Hello", r"\ud83d"), "malformed"),
        (_raw("Hello", r"\udc00"), "malformed"),
        (_raw("Hello", "\ud800"), "malformed"),
        (_raw('"id": "x"', f'"chapters": {BOMB}'), "malformed"),
        (_raw('"id": "x"', '"chapters": ' + '{"a":' * 100_000 + "1" + "}" * 100_000), "malformed"),
        (_raw('"text": "Hello"', f'"text": {BOMB}'), "malformed"),
        (_edit(lambda t: t.pop("status")), "malformed"),
        (_edit(lambda t: t.update(text=["Hello"])), "malformed"),
        (_edit(lambda t: t.update(words={})), "malformed"),
        (_edit(lambda t: t.update(audio_duration=-1)), "malformed"),
        (_edit(lambda t: t.update(audio_duration=1e10)), "malformed"),
        (_edit(lambda t: t.update(audio_duration="1")), "malformed"),
        (_edit(lambda t: t["words"][2].update(end=10_000)), "malformed"),
        (_edit(lambda t: t["words"][2].update(start=300)), "malformed"),
        (_edit(lambda t: t["words"][2].update(start=700, end=500)), "malformed"),
        (_edit(lambda t: t["utterances"][2].update(start=0)), "malformed"),
        (_raw('"start": 0', '"start": 0.5'), "malformed"),
        (_raw('"start": 0', '"start": -1.0'), "malformed"),
        (_edit(lambda t: t.update(language_codes="en")), "malformed"),
        (_edit(lambda t: t["words"].reverse()), "malformed"),
        (_edit(lambda t: t["utterances"][2].update(words=[_late(t["words"][-1])])), "malformed"),
        (_edit(lambda t: t["words"][0].update(speaker=1.5)), "malformed"),
        (_edit(lambda t: t.update(status="queued", text=None)), "not_completed"),
        (_edit(lambda t: t.update(status="error", text=None)), "not_completed"),
        (transcript(text="", utterances=None, words=[]), "empty"),
        (transcript(text=None, utterances=[], words=None), "empty"),
        (transcript(text=" \n\u00a0", utterances=[], words=[]), "empty"),
        (transcript(text=""), "view_mismatch"),
        (_edit(lambda t: t["words"].pop()), "view_mismatch"),
        (_edit(lambda t: t["words"].pop(0)), "view_mismatch"),
        (_edit(lambda t: t["words"][3].update(text="Bob")), "view_mismatch"),
        (_edit(lambda t: t["words"][3].update(text=" ")), "view_mismatch"),
        (_edit(lambda t: t["utterances"].pop()), "view_mismatch"),
        (_edit(lambda t: t["utterances"][1].update(text="Hi. How are they?")), "view_mismatch"),
        (_edit(lambda t: t["utterances"][1]["words"].pop()), "view_mismatch"),
        (_edit(lambda t: t["utterances"][1].update(words=[])), "view_mismatch"),
        (_edit(lambda t: t.update(text=t["text"] + " Ann")), "view_mismatch"),
        (_edit(lambda t: t.update(text="Ann " + t["text"])), "view_mismatch"),
    ],
)
def test_what_is_not_provably_right_is_quarantined(made: Any, reason: str) -> None:
    assert _reason(made)[0] == reason


def test_turns_that_touch_are_a_mismatch() -> None:
    made = transcript("ab", "cd", text="abcd")
    assert _reason(made) == ("view_mismatch", "turns_touch: utterances[1]")


@pytest.mark.parametrize("word", ["Ann. Hi.", "Ann.Hi."])
def test_a_word_that_crosses_two_turns_is_a_mismatch(word: str) -> None:
    made = transcript("I am Ann.", "Hi. Fine.")
    made["words"] = copy.deepcopy(made["words"])
    made["words"][2:4] = [{**made["words"][2], "text": word}]
    assert _reason(made) == ("view_mismatch", "word_crosses_turns: utterances[0]")


def test_a_word_in_two_parts_of_one_turn_is_none() -> None:
    made = transcript("I am Ann Lee.", "Hi.", words=None)
    made["words"] = [
        {"text": t, "start": i, "end": i} for i, t in enumerate(("I am", "Ann Lee.", "Hi."))
    ]
    assert len(_read(made).words) == 3


def test_more_words_than_allowed_are_too_large_in_every_view() -> None:
    made = transcript("a b c d")
    assert _read(made, 4)
    assert _reason(made, 3) == ("too_large", "max_transcript_words")
    assert _reason({**made, "words": None}, 3) == ("too_large", "max_transcript_words")
    plain = transcript("a" * 65, utterances=None, words=None)
    assert _reason(plain, 4) == ("too_large", "max_transcript_words")


def test_a_million_words_are_told_quickly() -> None:
    text = "a " * 1_000_000
    words = b",".join(b'{"text":"a","start":%d,"end":%d}' % (i, i) for i in range(1_000_000))
    made = b'{"status":"completed","text":"%s","words":[%s]}' % (text.encode(), words)
    assert _reason(made, 250_000)[0] == "too_large"


def test_what_is_raised_quotes_nothing() -> None:
    made = _raw('"start": 0', '"start": "Hildegard Ostermann"')
    with pytest.raises(Quarantine) as caught:
        _read(made)
    assert "Hildegard" not in str(caught.value)
    assert caught.value.__suppress_context__


# --- structure-aware fuzzing: only Quarantine may come out ---


@pytest.mark.parametrize("seed", range(40))
def test_only_quarantine_comes_out_of_mutated_transcripts(seed: int) -> None:
    rng = random.Random(seed)
    read = 0
    for _ in range(25):
        made = transcript()
        for _ in range(rng.randrange(4)):
            mutate(rng, made)
        content = encoded(rng, made)
        if rng.random() < 0.3:
            content = mangle(rng, content)
        try:
            transcript_ = read_transcript(content, 100, None)
        except Quarantine:
            continue
        read += 1
        is_consistent(transcript_)
    assert read


@pytest.mark.parametrize("found", ["y", "X", "x ", "", "\u0445"])
def test_a_transcript_of_another_id_is_not_the_one_that_was_asked_for(found: str) -> None:
    made = json.dumps(transcript(id=found)).encode()
    with pytest.raises(Quarantine) as caught:
        read_transcript(made, 100, "x")
    assert str(caught.value.reason) == "id_mismatch"


@pytest.mark.parametrize("found", [7, 7.0, None, True, ["x"], {"x": "x"}])
def test_an_id_is_a_string_or_is_not_there(found: object) -> None:
    assert _reason(transcript(id=found)) == ("malformed", "ValidationError: id (expected str)")


def test_without_an_id_the_manifest_is_believed() -> None:
    made = transcript()
    del made["id"]
    assert _read(made, own_id="x") == _read(transcript(), own_id="x")


_STYLES: list[dict[str, Any]] = [{}, {"separators": (",", ":")}, {"indent": 2}]


@pytest.mark.parametrize("style", _STYLES)
@pytest.mark.parametrize(
    "key", ["status", "language_code", "id", "text", "utterances", "words", "audio_duration", "y"]
)
@pytest.mark.parametrize("spell", [str, lambda key: f"\\u{ord(key[0]):04x}{key[1:]}"])
def test_a_field_that_is_there_twice_is_malformed(
    style: dict[str, Any], key: str, spell: Callable[[str], str]
) -> None:
    """Whichever of the two comes last, and however it is spelled."""
    made = transcript(y=1)
    encoded = json.dumps(made, **style)
    again = json.dumps(made[key], **style)
    for twice in (
        "{" + f'"{spell(key)}":{again},' + encoded[1:],
        encoded.rstrip()[:-1] + f', "{spell(key)}": {again}' + "}",
    ):
        assert _reason(twice.encode()) == ("malformed", "DuplicateKey")


@pytest.mark.parametrize("style", _STYLES)
@pytest.mark.parametrize("key", ["text", "speaker", "start", "words"])
def test_a_field_of_an_utterance_that_is_there_twice_is_malformed(
    style: dict[str, Any], key: str
) -> None:
    made = transcript()
    first = json.dumps(made["utterances"][1], **style)
    twice = first[:-1] + f',"{key}":{json.dumps(made["utterances"][1][key], **style)}' + "}"
    made["utterances"][1] = "here"
    whole = json.dumps(made, **style).replace('"here"', twice)
    assert _reason(whole.encode()) == ("malformed", "DuplicateKey")


@pytest.mark.parametrize("style", [*_STYLES, {"separators": (" , ", " : ")}, {"indent": "\t"}])
def test_the_same_name_in_another_object_is_another_field(style: dict[str, Any]) -> None:
    """However it is written, and whatever names are escaped or are in what nobody reads."""
    made = transcript(
        chapters=[{"text": "y", "id": "y"}, {"text": "z"}], status_="completed", é="ü"
    )
    # A number that is longer than Python reads.
    encoded = json.dumps(made, **style).replace('"\\u00fc"', "9" * 5000)
    for written in (encoded, encoded.replace('"status"', '"st\\u0061tus"'), f"\n {encoded}\r\n"):
        assert _read(written.encode()) == _read(transcript())


# --- what the world sends ---


def _two_channels(*, by_time: bool, text_by_time: bool = False, label: str = "A") -> Json:
    """A call in which the second channel talks while the first one does."""
    turns = [
        ("1", 0, "so i was wondering about the green chair"),
        ("2", 600, "mhm yes"),
        ("1", 3000, "is it still there"),
        ("2", 3000, "it is"),
    ]
    utterances: list[Json] = []
    for channel, start, said in turns:
        words: list[Json] = [
            {
                "text": word,
                "start": start + 300 * place,
                "end": start + 300 * place + 300,
                "channel": channel,
                "speaker": label if label == "A" else channel,
            }
            for place, word in enumerate(said.split())
        ]
        whole = {"start": start, "end": words[-1]["end"], "channel": channel}
        utterances.append({"text": said, **whole, "speaker": words[0]["speaker"], "words": words})
    words = [word for utterance in utterances for word in utterance["words"]]
    if by_time:
        words = sorted(words, key=lambda word: int(word["start"]))
    whole_text = " ".join(str(piece["text"]) for piece in (words if text_by_time else utterances))
    return transcript("x", text=whole_text, utterances=utterances, words=words, audio_duration=5.0)


@pytest.mark.parametrize("label", ["A", "1"])
@pytest.mark.parametrize(("by_time", "text_by_time"), [(False, False), (True, False), (True, True)])
def test_people_on_two_channels_talk_over_each_other(
    by_time: bool, text_by_time: bool, label: str
) -> None:
    made = _two_channels(by_time=by_time, text_by_time=text_by_time, label=label)
    read = _read(made)
    said = [u["text"] for u in made["utterances"]]
    assert read.text == " ".join(said)
    assert [read.text[t.start : t.end] for t in read.turns] == said
    # Whatever the labels are called, they are two people.
    assert [turn.speaker for turn in read.turns] == [0, 1, 0, 1]
    of_turns = [word for u in made["utterances"] for word in u["words"]]
    assert [*read.words.start_ms] == [word["start"] for word in of_turns]
    texts = [read.text[a:b] for a, b in zip(read.words.starts, read.words.ends, strict=True)]
    assert texts == [word["text"] for word in of_turns]


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t["words"].pop(),
        lambda t: t["words"][0].update(text="thus"),
        lambda t: t["words"].append(t["words"][0]),
        lambda t: t["utterances"][0]["words"].pop(),
        lambda t: t.update(text=t["text"] + " ann"),
        lambda t: t.update(text=" ".join(reversed(t["text"].split()))),
    ],
)
def test_words_in_the_order_of_time_must_be_the_same_words(change: Callable[[Json], Any]) -> None:
    made = _two_channels(by_time=True)
    change(made)
    assert _reason(made)[0] in ("view_mismatch", "malformed")


@pytest.mark.parametrize(
    ("labels", "numbers"),
    [
        (("1", "2"), (1, 2)),
        ((2, 1), (2, 1)),
        (("Maria", "2"), (1, 2)),
        (("Maria", "Jon"), (1, 2)),
        (("7", "7"), (7, 7)),
        ((None, None), ()),
        ((None, "3"), (None, 3)),
    ],
)
def test_channels_are_numbers_and_belong_to_speakers(
    labels: tuple[object, object], numbers: tuple[int | None, ...]
) -> None:
    made = transcript()
    of_speaker = dict(zip("BA", labels, strict=True))
    for utterance in made["utterances"]:
        utterance["channel"] = of_speaker[utterance["speaker"]]
        for word in utterance["words"]:
            word["channel"] = utterance["channel"]
    assert _read(made).channels == numbers
    assert {word.speaker for word in _read(made).words} == {0, 1}


@pytest.mark.parametrize("sure", [0, 1, 0.0, 1.0, 0.97, 1e-300, None])
def test_how_sure_the_source_is_of_a_word_is_kept(sure: float | None) -> None:
    made = transcript()
    made["words"][2]["confidence"] = sure
    assert [*_read(made).words.confidences][1:4] == [None, sure, None]
    assert {turn.confidence for turn in _read(made).turns} == {None}


@pytest.mark.parametrize(
    "odd", ["0.97", "Maria", -1, 1.0000001, 97, 10**400, -0.3, True, [0.9], {"of": 0.9}, ""]
)
def test_what_is_no_number_from_0_to_1_is_no_confidence(odd: object) -> None:
    """And nothing else is lost with it: no decision hangs on it."""
    made = transcript()
    for word in made["words"]:
        word["confidence"] = 0.5
    made["words"][2]["confidence"] = odd
    made["utterances"][1]["confidence"] = odd
    read = _read(made)
    assert read.words.confidences == (0.5, 0.5, None, *[0.5] * (len(read.words) - 3))
    assert read.text == _read(transcript()).text


def test_a_confidence_that_is_no_json_is_malformed() -> None:
    for odd in ("NaN", "Infinity", "0x1"):
        assert _reason(_raw('"start": 0', f'"confidence": {odd}, "start": 0'))[0] == "malformed"


def test_nobody_speaks_twice_at_once() -> None:
    made = _two_channels(by_time=False)
    for word in made["utterances"][1]["words"]:
        word["channel"] = "1"
    made["utterances"][1]["channel"] = "1"
    assert _reason(made) == ("malformed", "timing: words[8]")


def test_whole_milliseconds_may_have_a_fraction_and_a_file_a_mark() -> None:
    made = json.dumps(transcript()).encode()
    plain = read_transcript(made, 1000, "x")
    floats = re.sub(rb'("(?:start|end)": \d+)', rb"\1.0", made)
    assert floats.count(b".0,") > 10
    assert read_transcript(floats, 1000, "x") == plain
    assert read_transcript(codecs.BOM_UTF8 + made, 1000, "x") == plain


@pytest.mark.parametrize(
    ("code", "codes", "language"),
    [
        ("en_us", None, "en"),
        (None, ["en", "en_uk"], "en"),
        ("en", ["en"], "en"),
        ("en", ["en", "es"], "mul"),
        (None, ["es", "pt"], "mul"),
        (None, [], ""),
        (None, None, ""),
    ],
)
def test_people_change_between_languages(
    code: str | None, codes: list[str] | None, language: str
) -> None:
    made = transcript(language_code=code, language_codes=codes)
    assert _read(made).language == language


@pytest.mark.parametrize(
    ("made", "detail"),
    [
        (_raw('"start": 0', '"start": "0"'), "ValidationError: utterances[0].start (expected int)"),
        (
            _raw('"speaker": "B"', '"speaker": 1.5'),
            "ValidationError: utterances[0].speaker (expected",
        ),
        (
            _edit(lambda t: t["words"][3].pop("end")),
            "ValidationError: utterances[1].words[0] (missing end)",
        ),
        (_edit(lambda t: t.update(text=["secret"])), "ValidationError: text (expected str)"),
        (_edit(lambda t: t.pop("status")), "ValidationError: transcript (missing status)"),
        (_edit(lambda t: t["words"][2].update(start=700, end=500)), "timing: words[2]"),
        (_edit(lambda t: t["words"][3].update(text="Bob")), "utterance_words: utterances[1].words"),
        (
            _raw('"Hello there, Ann.", "start"', '"Hello there, Anne.", "start"'),
            "piece_not_in_text: utte",
        ),
        (_edit(lambda t: t["words"].pop()), "text_left_over: words"),
        (
            _edit(lambda t: t["utterances"][1].update(words=[])),
            "utterance_words: utterances[1].words",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(made: Any, detail: str) -> None:
    found = _reason(made)[1]
    assert found.startswith(detail)
    assert "secret" not in found


# --- one speech in two spellings ---


def _words(read: Transcript) -> list[str]:
    return [read.text[w.start : w.end] for w in read.words]


@pytest.mark.parametrize(
    ("text", "words", "pieces"),
    [
        ("Hello, Ann. Hi!", "hello ann hi", "Hello,|Ann.|Hi!"),
        ('He said: "Go on." And went', "he said go on and went", 'He|said:|"Go|on."|And|went'),
        ("the SQL one - yes", "the sql one yes", "the|SQL|one -|yes"),
        ("an e-mail, please...", "an email please", "an|e-mail,|please..."),
        ("rock'n'roll (live)", "rock n roll live", "rock'|n'|roll|(live)"),
        ("hello there", "Hello, there.", "hello|there"),
        ("Well - yes.", "well - yes", "Well|-|yes."),
        ("¿Qué? Straße 7.5", "qué strasse 75", "¿Qué?|Straße|7.5"),
    ],
)
def test_words_may_be_spelled_without_what_the_text_adds(
    text: str, words: str, pieces: str
) -> None:
    """Whatever a word is called, it is what the text has in its place, punctuation included."""
    timed = [{"text": w, "start": i, "end": i} for i, w in enumerate(words.split())]
    read = _read({"status": "completed", "text": text, "words": timed})
    assert _words(read) == pieces.split("|")
    assert read.text == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my name is Ann", "my name is Anna"),
        ("my name is Ann", "my name is"),
        ("my name is Ann", "name is Ann"),
        ("my name is Ann", "my name is Hildegard"),
        ("my name is Ann", "my name Ann is"),
        ("the SQL one", "the sequel one"),
        ("it costs $5", "it costs 5"),
        ("seven apples", "7 apples"),
        ("Well - yes.", "well ! yes"),
        ("Straße", "stras se"),
    ],
)
def test_what_has_other_letters_is_another_speech(text: str, words: str) -> None:
    timed = [{"text": w, "start": i, "end": i} for i, w in enumerate(words.split())]
    made = {"status": "completed", "text": text, "words": timed}
    assert _reason(made)[0] == "view_mismatch"


def test_punctuation_between_two_turns_stays_in_its_turn() -> None:
    made = transcript('I am Ann. - "Really?"', '"Yes." Fine!')
    for word in (bare := copy.deepcopy(made["words"])):
        word["text"] = word["text"].strip('."?!').lower() or word["text"]
    read = _read({**made, "words": bare})
    assert _words(read) == ["I", "am", "Ann.", "-", '"Really?"', '"Yes."', "Fine!"]
    for turn in made["utterances"]:
        turn["text"] = turn["text"].replace('"', "")
    assert _read(made).turns == read.turns


def test_a_turn_of_punctuation_alone_is_nobodys_word() -> None:
    made = transcript("I am Ann.", "...", "Fine!")
    made["words"] = [
        w | {"text": w["text"].strip(".")} for w in made["words"] if w["text"] != "..."
    ]
    assert _reason(made)[0] == "view_mismatch"


def test_the_words_of_an_utterance_may_be_spelled_otherwise_too() -> None:
    made = transcript("I am Ann.", "Hi there.")
    for turn in (turns := copy.deepcopy(made["utterances"])):
        for word in turn["words"]:
            word["text"] = word["text"].lower().strip(".")
    assert _read({**made, "utterances": turns}) == _read(made)


def test_bare_words_in_the_order_of_time_are_brought_into_that_of_the_turns() -> None:
    made = _two_channels(by_time=True)
    expected = _read(made)
    for turn in made["utterances"]:
        turn["text"] = turn["text"].capitalize() + "."
    made["text"] = " ".join(turn["text"] for turn in made["utterances"])
    read = _read(made)
    assert read.words.start_ms == expected.words.start_ms
    assert _words(read)[0] == "So"

"""Whole runs over personal data that is written otherwise, read back from the shards."""

# ruff: noqa: RUF001 - letters that are drawn alike are what this is about

import html
import re
import unicodedata
from pathlib import Path

import duckdb
import pytest

from .world import World, transcript

#: What is said around a value: words that any profile leaves.
AROUND = ("hello how can i help you today", "yes so it is {} and that is all of it thank you")
FILLER = "right let me have a look at that for you it will only take a minute or two i think"

NUMBERS = {
    "byte order marks": "4532\ufeff    0151\ufeff    1283\ufeff    0366",
    "directions": "219\u200e -- 09\u200e -- 9999",
    "zero width": "415\u200b ... 555\u200b ... 0132",
    "objects": "415\ufffc555\ufffc0132",
    "blanks": "415                    555                    0132",
    "null": "4\x001\x005\x005\x005\x005\x000\x001\x003\x002",
    "entities": "415&nbsp;555&nbsp;0132",
    "open entities": "415&nbsp555&nbsp0132",
    "numbers of entities": "415&#160;555&#xa0;0132",
    "escaped twice": "415&amp;nbsp;555&amp;#160;0132",
    "digits of entities": "&#52;&#49;&#53; &#x35;&#x35;&#x35; &#48;&#49;&#51;&#50;",
    "breaks": "415<br>555<br/>0132",
    "bold": "<b>219</b>-<b>09</b>-<b>9999</b>",
    "attributes": "<span class='a'>415</span><!-- --><i>555</i>0132",
    "a comment": "nothing<!-- 415 555 0132 -->",
    "full width": "\uff14\uff11\uff15\uff15\uff15\uff15\uff10\uff11\uff13\uff12",
    "another script": "٤١٥ ٥٥٥ ٠١٣٢",
    "circles": "④①⑤⑤⑤⑤⓪①③②",
    "marks": "4\u03341\u03345\u0334 5\u03345\u03345\u0334 0\u03341\u03343\u03342\u0334",
    "unseen ascii": "x" + "".join(chr(0xE0000 + ord(c)) for c in "415 555 0132"),
}
NFD = unicodedata.normalize("NFD", "Núñez")
NAMES = {
    "decomposed": (unicodedata.normalize("NFD", "José Núñez"), "jose nunez"),
    "decomposed in french": (unicodedata.normalize("NFD", "Renée Côté"), "renee cote"),
    "soft hyphens": ("Jen\u00adni\u00adfer Lo\u00adpez", "jennifer lopez"),
    "tags": ("<b>Jen</b>nifer Lo<i>pez</i>", "jennifer lopez"),
    "entities": ("Jos&eacute; N&uacute;&ntilde;ez", "jose nunez"),
    "devanagari": ("राजेश कुमार", "राजश कमार राजेश कुमार"),
    "cyrillic": ("Владимир Ли", "владимир ли"),
    "han": ("李明", "李明"),
    "alike": ("Jеnnifеr Lореz", "jennifer lopez jеnnifеr lореz"),
    "mathematical": ("𝐉𝐞𝐧𝐧𝐢𝐟𝐞𝐫 𝐋𝐨𝐩𝐞𝐳", "jennifer lopez"),
}


AGAIN = f"my name is José Núñez and {NFD} or Nú\u00adñez or N&uacute;ñez"
SAID = [*NUMBERS.values(), *(name for name, _ in NAMES.values()), AGAIN]


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What was said → every text, utterance and word of it that one run has written."""
    world = World(tmp_path_factory.mktemp("world"))
    world.account("acct")
    for seconds, said in enumerate(SAID, start=1):
        turns = transcript(AROUND[0], AROUND[1].format(said), FILLER, FILLER)
        # A shard does not say which file a row is of, but how long its audio was.
        world.file(f"call-{seconds}", "acct", {**turns, "audio_duration": seconds})
    world.write()
    record = world.run()
    assert {state for state, _ in world.decisions(record).values()} == {"written"}
    shards = [str(path) for path in (world.out / "shards").rglob("*.parquet")]
    rows = duckdb.read_parquet(shards).select("audio_duration_ms", "text", "utterances", "words")
    found = {}
    for duration, text, utterances, words in rows.fetchall():
        single = [w["text"] for w in words]
        spoken = [u["text"] for u in utterances]
        found[SAID[duration // 1000 - 1]] = [text, *spoken, *single, " ".join(single)]
    return found


def folded(text: str) -> str:
    """Letters and digits alone, as somebody could read them."""
    shown = html.unescape(html.unescape(re.sub(r"<[A-Z_]+_\d+>", " ", text)))
    shown = "".join(chr(ord(c) - 0xE0000) if 0xE0020 <= ord(c) < 0xE007F else c for c in shown)
    plain = unicodedata.normalize("NFKD", shown).casefold()
    return "".join(c for c in plain if c.isalnum() or c.isspace())


@pytest.mark.parametrize("kind", NUMBERS)
def test_no_digit_of_a_number_is_written(views: dict[str, list[str]], kind: str) -> None:
    for view in views[NUMBERS[kind]]:
        assert not [c for c in folded(view) if c.isdecimal()]


@pytest.mark.parametrize("kind", NAMES)
def test_no_part_of_a_name_is_written(views: dict[str, list[str]], kind: str) -> None:
    name, parts = NAMES[kind]
    for view in views[name]:
        for word in folded(view).split():
            assert word not in parts.split()
        # Nor a mark whose letter is gone, or a letter of the name by itself.
        assert not [c for c in view if unicodedata.category(c)[0] == "M"]
        left = set(folded(view).split()) - set(" ".join([*AROUND, FILLER]).split())
        assert left <= {"b", "i"}  # the tags themselves


def test_a_name_said_again_is_found_however_it_is_spelled(views: dict[str, list[str]]) -> None:
    for view in views[AGAIN]:
        assert "nunez" not in folded(view)
        assert "<PERSON_2>" not in view  # and is known for the same


def test_another_language_is_quarantined(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.account("acct")
    hindi = transcript("मेरा नाम राजेश कुमार है और मैं दिल्ली में रहता हूँ", "धन्यवाद")
    turn = transcript(FILLER, "меня зовут Владимир Иванов и я живу в городе Москва рядом", FILLER)
    world.file("hindi", "acct", hindi)
    world.file("a-turn", "acct", turn)
    world.file("chinese", "acct", transcript("我叫李明我住在北京市朝阳区"))
    world.write()
    decided = world.decisions(world.run())
    assert set(decided) == {"hindi", "a-turn", "chinese"}
    assert set(map(str, decided.values())) == {"('quarantined', ['unsupported_language'])"}
    assert world.texts() == []


@pytest.mark.parametrize("extra", ['profile = "stock"', 'profile = "balanced"'])
def test_words_in_another_script_go_in_every_profile(tmp_path: Path, extra: str) -> None:
    world = World(tmp_path)
    world.account("acct")
    world.file("call", "acct", transcript(FILLER, "i spoke to राजेश about it", FILLER))
    world.write(f"[redaction]\n{extra}\n")
    world.run()
    (text,) = world.texts()
    assert "<PERSON_1>" in text
    assert text.isascii()


def test_words_in_another_script_that_may_not_be_removed_are_not_written(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.account("acct")
    world.file("call", "acct", transcript(FILLER, "i spoke to राजेश about it", FILLER))
    world.file("plain", "acct", transcript(FILLER, "it is 5 α or \u2126", FILLER))
    world.write('[redaction]\nentities = ["PHONE_NUMBER"]\n')
    record = world.run()
    assert world.decisions(record)["call"] == ("quarantined", ["unsupported_language"])
    assert world.decisions(record)["plain"][0] == "written"

"""Codes and account names of letters and digits in one token, and what only looks like one."""

# ruff: noqa: SIM905 - lists of words read better as words

import time

import pytest

from clearshard.recognizers.mixed_code import find_mixed_codes

from ..effort import MOST_GROWTH, growth


def found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in find_mixed_codes(text)]


@pytest.mark.parametrize(
    "code",
    (
        "QX7T2L kd84201 ab1-2cd-34x 4G4F3 7tq2l 12345ab G4B7K2 BX-7K2-99Q h4ck3r99 1HGCM82633A0"
    ).split(),
)
def test_a_code_is_found_wherever_it_stands(code: str) -> None:
    for text in (f"'{code}'", f"{code}'s", f"id:{code}", f"ref/{code} or", f"{code}/b"):
        assert found(text) == [(code, "NUMBER_SEQUENCE")]
    for text in (code, f"it is {code}, yes", f"#{code}\nok", f"({code})", f"ok.{code}"[3:]):
        assert found(text) == [(code, "NUMBER_SEQUENCE")]


@pytest.mark.parametrize("name", ["m4r1a_l0p3z", "xX_h0p3_Xx", "br14n_t", "_k4t3_ann_"])
def test_an_account_name_in_leet_is_found(name: str) -> None:
    assert found(f"i am {name} there") == [(name, "USERNAME")]


@pytest.mark.parametrize(
    "said",
    (
        "covid19 covid-19 h1n1 hba1c b12 t1 l4-l5-s1 co2 o2 vitamin-b12 cyp3a4 "
        "mp3 mp4 utf8 utf8mb4 h264 sha256 iso9001 x86_64 log4j2 win32api ipv6 html5 es2015 web3 "
        "ps5 win10 s21 s21ultra iphone13pro i7 i7-8700k gtx1080ti rtx3080 a4 f-150 b52s 4runner "
        "4k 1080p 1920x1080 10gb 50mg/ml 1200ml 2x4s 10k-20k 24-hour 30min 1h30m 5ft10in 6ft2 "
        "12:30pm 5:30am 8am-5pm 24by7 9to5 50-50 1on1 100x $10k 100k+ 7eleven "
        "2nd 1st-2nd 1990s mid-2010s fy22 fy2022 q3 q3-q4 q3fy22 1q22 2h21 2q20 3q21e 2019-20 "
        "v1.2.3 v1b2 s01e05 401k w2s b2b b2b2c 3d area51 r2d2 3m's c++17 n95 kn95 "
        "image_001 file_2021_v2 u2 3rd-party 4x4x4 \\u2019s \\u200bword"
    ).split(),
)
def test_measures_models_versions_times_and_common_terms_stay(said: str) -> None:
    for text in (said, f"it is {said} here", f"{said.upper()}."):
        assert found(text) == []


@pytest.mark.parametrize("text", ["", "two words", "12345", "415-555-0132", "a-b_c"])
def test_letters_or_digits_alone_are_none(text: str) -> None:
    assert found(text) == []


LONG = pytest.mark.parametrize(
    "text", ["a1@" * 100_000, "a1-" * 100_000, "a1" * 100_000, "'a1b2" * 90_000]
)


@LONG
def test_long_text_is_linear_work(text: str) -> None:
    work = growth(lambda letters: list(find_mixed_codes(text[:letters])), 6_000)
    assert work <= MOST_GROWTH


@pytest.mark.soak
@LONG
def test_long_text_takes_linear_time(text: str) -> None:
    started = time.process_time()
    list(find_mixed_codes(text))
    assert time.process_time() - started < 5

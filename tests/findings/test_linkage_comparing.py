"""Names and dates as people type them, and what they say about each other."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from roster_tui.findings.linkage import births, names
from roster_tui.findings.linkage.assignment import assign
from roster_tui.findings.linkage.nicknames import akin
from roster_tui.findings.linkage.shares import Shares

A_NAME = st.text(st.sampled_from("abcdeinorstuy -'éñöł"), max_size=9)
A_DATE = st.dates().map(lambda day: day.isoformat())


@pytest.mark.parametrize(
    ("before", "after", "agree"),
    [
        ("Zoë", "ZOE", names.EXACT),
        ("Mary-Ann", "Mary Ann", names.EXACT),
        ("Robert", "Bob", names.NICKNAME),
        ("Bobby", "Rob", names.NICKNAME),
        ("Guadalupe", "Lupita", names.NICKNAME),
        ("Mary Ann", "Mary", names.NICKNAME),
        ("Braeden", "Breaden", names.CLOSE),
        ("Daniel", "Daniela", names.CLOSE),
        ("Jayden", "Kayden", names.CLOSE),
        ("J.", "Jayden", names.INITIAL),
        ("Mary Ann", "Mary Lou", names.OTHER),
        ("Alexander", "Alexandra", names.CLOSE),
        ("Kim", "Tim", names.OTHER),
        ("Anna", "Hannah", names.OTHER),
        ("Ana", "Luis", names.OTHER),
    ],
)
def test_given_names(before: str, after: str, agree: str) -> None:
    assert names.given(before, after) == names.given(after, before) == agree


@pytest.mark.parametrize(
    ("before", "after", "agree"),
    [
        ("O'Brien", "obrien", names.EXACT),
        ("Núñez", "Nunez", names.EXACT),
        ("Garcia", "Garcia-Lopez", names.PART),
        ("Garcia Lopez", "Lopez", names.PART),
        ("de Souza", "Souza", names.PART),
        ("Zimmermann", "Zimmerman", names.CLOSE),
        ("Le", "Lee", names.OTHER),
        ("Nguyen", "Smith", names.OTHER),
    ],
)
def test_surnames(before: str, after: str, agree: str) -> None:
    assert names.surname(before, after) == names.surname(after, before) == agree


def test_one_short_form_does_not_make_two_full_names_one() -> None:
    assert akin("alexander", "alex") and akin("alexandra", "alex")
    assert not akin("alexander", "alexandra")


@supposing(A_NAME, A_NAME)
def test_names_agree_both_ways_and_with_themselves(before: str, after: str) -> None:
    for compare in (names.given, names.surname):
        assert compare(before, after) == compare(after, before)
        assert compare(before, before) == names.EXACT


@pytest.mark.parametrize(
    ("before", "after", "agree"),
    [
        ("2014-03-09", "2014-03-09", births.EXACT),
        ("2014-03-09", "2014-09-03", births.CLOSE),
        ("2014-03-09", "2014-03-08", births.CLOSE),
        ("2014-03-12", "2014-03-21", births.CLOSE),
        ("2014-03-09", "2041-03-09", births.CLOSE),
        ("2014-03-09", "2012-04-09", births.OTHER),
        ("2014-03-09", "9 March", births.OTHER),
    ],
)
def test_birth_dates(before: str, after: str, agree: str) -> None:
    assert births.born(before, after) == births.born(after, before) == agree


@supposing(A_DATE, A_DATE)
def test_birth_dates_agree_both_ways(before: str, after: str) -> None:
    assert births.born(before, after) == births.born(after, before)
    assert births.born(before, before) == births.EXACT


def test_a_rare_surname_says_more_than_a_common_one() -> None:
    shares = Shares(10_000, {"last": {"nguyen": 500, "featherstonehaugh": 2}})
    nguyen, rare, unknown = (shares.log_of("last", name) for name in ("nguyen", "featherstonehaugh", "quux"))
    assert unknown < rare < nguyen < 0


def test_a_small_roster_does_not_make_every_name_rare_or_common() -> None:
    nobody = Shares(0, {}).log_of("last", "nguyen")
    assert Shares(1, {"last": {"nguyen": 1}}).log_of("last", "nguyen") == pytest.approx(nobody, abs=0.01)


WEIGHTS = st.dictionaries(
    st.integers(0, 4), st.dictionaries(st.integers(0, 4), st.integers(-3, 9).map(float), max_size=5), max_size=5
)


@supposing(WEIGHTS)
def test_no_other_pairing_is_worth_more(edges: dict[int, dict[int, float]]) -> None:
    pairs = assign(edges)
    assert len(set(pairs.values())) == len(pairs)
    worth = sum(edges[left][right] for left, right in pairs.items())
    lefts = sorted(edges)
    # Place -1 and beyond: to stay alone.
    choices = [*range(5), *range(-len(lefts), 0)]
    best = max(
        sum(
            edges[left].get(right, float("-inf")) if right >= 0 else 0.0
            for left, right in zip(lefts, chosen, strict=True)
        )
        for chosen in permutations(choices, len(lefts))
    )
    assert worth == best


def test_a_long_chain_is_paired_whole() -> None:
    # Each prefers its neighbour's partner, so that one late comer moves everybody.
    size = 300
    edges = {left: {left: 1.499, left + 1: 1.5} for left in range(size)}
    assert assign(edges) == {left: left + 1 for left in range(size)}
    edges[size] = {size: 2.0}
    assert len(assign(edges)) == size + 1

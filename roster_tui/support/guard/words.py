"""Words that decide: how common each is in English, and which tell that a student, or one of the staff, is meant."""

from __future__ import annotations

import gzip
import pkgutil
from collections.abc import Mapping
from functools import lru_cache

import orjson

from roster_tui.findings.linkage.nicknames import families

_COMMON, _VERY_COMMON, _KNOWN = 6_000, 20_000, 300
"""Uses in the corpus of subtitles that the counts are from."""

STUDENT = frozenset(
    "student students pupil pupils child children kid kids son sons daughter daughters parent parents guardian"
    " guardians mother mothers father fathers mom mum dad grandmother grandfather grandma grandpa aunt uncle"
    " sibling siblings brother sister twin twins stepson stepdaughter kindergartener kindergartner grader graders"
    " freshman sophomore learner scholar grade enrolled enrolls iep 504 classmate classmates boy girl estudiante"
    " estudiantes alumno alumna alumnos hijo hija padre madre padres family families grades ell withdrawn".split()
)
"""Near one of these a person is a student or of a student's family."""

STAFF = frozenset(
    "teacher teachers mr mrs ms miss mx dr prof professor principal coach counselor counsellor staff instructor"
    " educator faculty admin administrator registrar librarian superintendent director colleague maestro maestra"
    " profesor profesora coordinator specialist paraprofessional secretary nurse psychologist interventionist"
    " substitute".split()
)
"""A person named right after one of these is of the staff."""

SIGNING = frozenset("regards sincerely thanks thank cheers best gracias".split())
"""Whoever is named after one of these at the end of a line has signed."""

BIRTH = frozenset("born dob birth birthday birthdate birthdays nacido nacida nacimiento bday".split())
"""Near one of these a date is one of birth."""

NOT_PERSONS = frozenset("grade grades grader graders iep 504 ell enrolled enrolls family families".split())
"""Those words for students before which a number is a grade, or nothing stands for one student."""

NUMBERED = frozenset(
    "id ids sis number numbers no num nr sisid studentid pupilid stateid state uid username login lasid sasid"
    " ssid osis".split()
)
"""Right before an ID, however short."""

MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero",
            "february feb febrero",
            "march mar marzo",
            "april apr abril",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto",
            "september sep sept septiembre setiembre",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre",
        ),
        1,
    )
    for name in names.split()
}

PARTICLES = frozenset(
    "da das de del della den der di do dos du e el la las le los san santa st ten ter van vom von y zu".split()
)
"""Small words in surnames, which say nothing alone."""

SUFFIXES = frozenset("jr sr ii iii iv jnr snr".split())

LABELS = frozenset(
    "first last given family sur middle name names surname nickname preferred legal aka student pupil the td th"
    " tr li br nbsp span strong em div amp quot fname lname firstname lastname".split()
)
"""Headings and marks that may stand between the parts of one name in forms, JSON and HTML."""

PLACES_AND_THINGS = frozenset(
    "school schools elementary middle high academy district isd usd unified college university prep preparatory"
    " campus center centre street avenue county city state department office program team class course section"
    " period homeroom building library lab hall room club".split()
)
"""Before these stands the name of a place or a thing, not of a person."""

NO_PERSON = frozenset(
    "clever masteryconnect mastery connect instructure canvas powerschool infinite skyward aeries schoology"
    " google classroom microsoft teams okta seesaw illuminate nwea iready dreambox lexia renaissance chromebook"
    " chrome edge firefox safari windows macos ios android ipad zoom synergy genesis tyler focus banner oneroster"
    " sis csv lms sso saml ldap scim api url json html sftp pdf iep ell esl gpa pe stem ap ib sped ela psat sat"
    " act monday tuesday wednesday thursday friday saturday sunday spanish french english american indian chinese"
    " german latin portal helpdesk login username roster rosters gradebook dashboard tracker trackers sync id ids"
    " cc bcc fwd hello hi dear hey thanks regards ok yes lunes martes est pst cst utc christmas easter"
    " thanksgiving math algebra geometry biology chemistry physics history reading writing science phonics"
    " kindergarten homeroom advisory semester trimester quarter fall spring winter summer".split()
)
"""Written with a capital, and nobody's name in a ticket."""


@lru_cache(maxsize=1)
def _counts() -> Mapping[str, int]:
    raw = pkgutil.get_data("spellchecker", "resources/en.json.gz")
    counts: dict[str, int] = orjson.loads(gzip.decompress(raw or b""))
    return counts


@lru_cache(maxsize=1 << 14)
def is_common(word: str) -> bool:
    """Return whether a folded word is one that people use for other things than names: ``will``, ``grade``, ``a``."""
    if len(word) <= 1 or word in MONTHS or word in STUDENT or word in NO_PERSON:
        return True
    count = _counts().get(word, 0)
    # John is said more often than many a word, but nothing else is called so.
    return count >= (_VERY_COMMON if families(word) else _COMMON)


def uses(word: str) -> int:
    """Return how often a folded word is used; ``brown`` 33,000 times, ``will`` 6 million."""
    return _counts().get(word, 0)


@lru_cache(maxsize=1 << 14)
def is_english(word: str) -> bool:
    """Return whether a folded word is in the dictionary; the rarer surnames and given names are not."""
    return word in NO_PERSON or word in MONTHS or _counts().get(word, 0) >= _KNOWN


def is_unheard_of(word: str) -> bool:
    """Return whether a folded word is in no dictionary at all, however large."""
    return word not in _counts() and word not in NO_PERSON

"""What the guard finds, and what it lets pass."""

from __future__ import annotations

import pytest

from tests.support.people import Person, covers, guard_over

NAMES = [
    "Lucía García-López",
    "lucia garcia lopez",
    "Lucia Garcia",
    "GARCIA, LUCIA",
    "Lopez Lucía",
    "García-López, Lucía Teresa",
    "Lucía T. García-López",
    "Teresa Lopez",
    "Lucy García",
    "L. García",
    "L.T. García",
    "García, L.",
    "Garcia L.",
    "LuciaGarcia",
    "lucia_garcia",
    "Luci\u0301a Garci\u0301a",
    "Lu\u00adcía Gar\u200bcía",
    "Luc&iacute;a Garc%C3%ADa",
    "Lucia%20Garcia",
    "Lucía\nGarcía",
    "Lucía\n> García",
    "**Lucía** García",
    "Ｌｕｃｉａ Ｇａｒｃｉａ",
    "Robert O'Brien",
    "Robert O’Brien",
    "Bob O'Brien",
    "bobby o brien",
    "obrien robert",
    "R.J. OBrien",
    "Robert (Bob) O'Brien",
    "Maria Cruz",
    "maria de la cruz",
    "DeLaCruz, Maria",
    "M. de la Cruz",
    "Dean McDonald",
    "dean mcdonald",
    "Dean Mcdonald",
    "王小明",
    "小明王",
    "김민준",
    "Zoë",
    "ZOE",
    "Will May",
    "May, Will",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("around", ["{}", "The account of {} is gone.", "{}'s classes", "(see {}, period 2)"])
def test_a_student_is_known_by_every_spelling_of_the_name(name: str, around: str) -> None:
    text = around.format(name)
    (hit,) = guard_over().find(text)
    assert hit.kind == "name"
    assert covers([hit], text.index(name), text.index(name) + len(name), text)


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ('{"first": "Lucía", "last": "García"}', 'Lucía", "last": "García'),
        ('{"first": "Luc\\u00eda", "last": "Garc\\u00eda"}', 'Luc\\u00eda", "last": "Garc\\u00eda'),
        ("<td>Lucía</td><td>García</td>", "Lucía</td><td>García"),
        ("First name: Lucía\nLast name: García", "Lucía\nLast name: García"),
        ("García,Lucía,5", "García,Lucía"),
        ("García\tLucía\t5", "García\tLucía"),
    ],
)
def test_forms_files_and_mail_programs_hide_no_name(text: str, hit: str) -> None:
    (found,) = guard_over().find(text)
    assert text[found.start : found.end] == hit


@pytest.mark.parametrize(
    ("text", "kind", "hit"),
    [
        ("mail lucia.g341@students.example.org now", "email", "lucia.g341@students.example.org"),
        ("<mailto:LUCIA.G341@STUDENTS.EXAMPLE.ORG>", "email", "LUCIA.G341@STUDENTS.EXAMPLE.ORG"),
        ("lucia.g341 (at) students.example.org", "email", "lucia.g341 (at) students.example.org"),
        (
            "lucia.g341 [at] students [dot] example [dot] org",
            "email",
            "lucia.g341 [at] students [dot] example [dot] org",
        ),
        ("look at lucia.g341@students.example.org", "email", "lucia.g341@students.example.org"),
        ("lucia.g341@gmail.com", "email", "lucia.g341@gmail.com"),
        ("user lucia.g341 is locked", "id", "lucia.g341"),
        ("222361388 has two accounts", "id", "222361388"),
        ("222-361-388", "id", "222-361-388"),
        ("222 361 388", "id", "222 361 388"),
        ("sis222361388", "id", "222361388"),
        ("0521749435", "id", "0521749435"),
        ("S-00123", "id", "S-00123"),
        ("s00123", "id", "s00123"),
        ("student 47 is gone", "id", "47"),
        ("SIS ID: 417", "id", "417"),
        ("#00417", "id", "00417"),
        ("9/26/2012", "birth_date", "9/26/2012"),
        ("09-26-2012", "birth_date", "09-26-2012"),
        ("26.09.2012", "birth_date", "26.09.2012"),
        ("26/9/2012", "birth_date", "26/9/2012"),
        ("9/26/12", "birth_date", "9/26/12"),
        ("2012-09-26", "birth_date", "2012-09-26"),
        ("2012/9/26", "birth_date", "2012/9/26"),
        ("2012-09-26T00:00:00Z", "birth_date", "2012-09-26"),
        ("20120926", "birth_date", "20120926"),
        ("09262012", "birth_date", "09262012"),
        ("September 26, 2012", "birth_date", "September 26, 2012"),
        ("Sept. 26th 2012", "birth_date", "Sept. 26th 2012"),
        ("26 Sep 2012", "birth_date", "26 Sep 2012"),
        ("26-SEP-12", "birth_date", "26-SEP-12"),
        ("the 26th of September, 2012", "birth_date", "26th of September, 2012"),
        ("26 de septiembre de 2012", "birth_date", "26 de septiembre de 2012"),
    ],
)
def test_values_of_a_student_are_known_in_any_format(text: str, kind: str, hit: str) -> None:
    (found,) = guard_over().find(text)
    assert (found.kind, text[found.start : found.end]) == (kind, hit)


@pytest.mark.parametrize(
    ("text", "kind", "hit"),
    [
        ("she was born on 3/4/2011", "birth_date", "3/4/2011"),
        ("DOB: March 4, 2011", "birth_date", "March 4, 2011"),
        ("D.O.B. 4 Mar 11", "birth_date", "4 Mar 11"),
        ("call (212) 555-0143 today", "phone", "(212) 555-0143"),
        ("646.555.0199", "phone", "646.555.0199"),
        ("+44 20 7946 0958", "phone", "+44 20 7946 0958"),
        ("SSN 123-45-6789", "ssn", "123-45-6789"),
        ("her social security number is 123456789", "ssn", "123456789"),
        ("lives at 123 N Main Street Apt 4", "address", "123 N Main Street Apt 4"),
        ("moved to 4410 Old Mill Rd.", "address", "4410 Old Mill Rd."),
        ("P.O. Box 1123", "address", "P.O. Box 1123"),
        ("the student Brynlee Okonkwo is missing", "person", "Brynlee Okonkwo"),
        ("Okonkwo, Brynlee (grade 5)", "person", "Okonkwo, Brynlee"),
        ("the parent of Zyaire called", "person", "Zyaire"),
        ("Brynlee's mother called", "person", "Brynlee"),
        ("student brynlee okonkwo is missing", "person", "brynlee okonkwo"),
        ("STUDENT: BRYNLEE OKONKWO", "person", "BRYNLEE OKONKWO"),
        ("parent Mrs. Okonkwo", "person", "Okonkwo"),
        ("Reset the password of Brynlee Okonkwo, please. She is a student.", "person", "Brynlee Okonkwo"),
        ("Pupil: EMIL TOMA", "person", "EMIL TOMA"),
        ("BRYNLEE OKONKWO IS A NEW STUDENT IN GRADE 4", "person", "BRYNLEE OKONKWO"),
        ("The child is Brynlee Okonkwo, the teacher is Ms. Ball.", "person", "Brynlee Okonkwo"),
        ("the mother writes from b.okonkwo@mail.example", "email", "b.okonkwo@mail.example"),
    ],
)
def test_what_no_roster_knows_is_found_by_how_it_looks(text: str, kind: str, hit: str) -> None:
    (found,) = guard_over().find(text)
    assert (found.kind, text[found.start : found.end]) == (kind, hit)


@pytest.mark.parametrize(
    "text",
    [
        "Will the sync run in May? We may wait.",
        "May will be too late, and April too.",
        "47 sections, 12 teachers, 417 students of 1,100,000",
        "in section B. Will it be synced?",
        "Grade 5 Reading at Lincoln High School lost its teacher",
        "Students cannot see Algebra I in the Clever Portal",
        "We synced on 2026-11-24 at 1:04 AM; the next sync is on Nov 25, 2026",
        "Python 3.11.7, Chrome 131.0.6778.85, 10.0.0.12",
        "request 7f3a9c1e-55d2-4b7e-9d11-0a4c2b8e61f0",
        "call 1-800-555-0100",
        "the parent class ElementTree has two child classes",
        "Student Login fails on every Chromebook of grade 3",
        "Jefferson Elementary needs Parent Portal access for students in Title I",
        "Students use Microsoft Edge and Google Chrome at Martin Luther King Middle School",
        "grade 47 and grades 417 are no IDs",
        "write to support@clever.com, a parent did",
        "Student-7F3A cannot see Algebra I, nor can Student-09BE",
        "",
        "\n\n",
        "...",
    ],
)
def test_common_words_dates_and_numbers_do_not_cry_wolf(text: str) -> None:
    assert guard_over().find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Uma Adeyemi cannot sign in",
        "Ms. Owen Lopez cannot sign in",
        "teacher Owen Lopez",
        "teachers Uma Adeyemi and Owen Lopez",
        "Owen Lopez (teacher) asks",
        "Owen Lopez <owen.lopez@example.org>",
        "Owen Lopez, T14711",
        "Regards,\nOwen Lopez",
    ],
)
def test_staff_may_be_named_where_the_settings_allow_it(text: str) -> None:
    assert guard_over().find(text) == []
    assert {hit.kind for hit in guard_over(allow_staff=False).find(text)} & {"staff_name", "staff_email", "name"}


@pytest.mark.parametrize(
    "text",
    [
        "Owen Lopez cannot sign in",
        "student Owen Lopez cannot sign in",
        "the teacher of Owen Lopez",
        "Ms. Adeyemi's student Owen Lopez",
    ],
)
def test_a_student_called_as_one_of_the_staff_is_a_student_unless_the_context_says_otherwise(text: str) -> None:
    (hit,) = guard_over().find(text)
    assert (hit.kind, text[hit.start : hit.end]) == ("name", "Owen Lopez")


@pytest.mark.parametrize("between", [", ", "; ", "\n", "\n- ", " and "])
def test_a_list_of_names_is_taken_apart_as_it_was_written(between: str) -> None:
    """Though other students are called as one's surname and the next one's given name."""
    students = (
        Person("Ann", "Lee"),
        Person("Bo", "Diaz"),
        Person("Bo", "Lee"),
        Person("Cy", "Diaz"),
        Person("Cy", "Ito"),
    )
    for names in (["Ann Lee", "Bo Diaz", "Cy Ito"], ["Lee, Ann", "Diaz, Bo", "Ito, Cy"]):
        text = between.join(names)
        assert [text[hit.start : hit.end] for hit in guard_over(students, ()).find(text)] == names


@pytest.mark.parametrize("word", ["Thanks", "Regards", "Best", "Thank", "Cheers", "Gracias"])
def test_who_is_named_behind_a_sign_off_has_signed_only_on_a_line_of_their_own(word: str) -> None:
    for text in (f"{word} Owen Lopez cannot sign in", f"{word}, Owen Lopez cannot sign in"):
        begin = text.index("Owen")
        assert covers(guard_over().find(text), begin, begin + len("Owen Lopez"), text)
    assert guard_over().find(f"It works now.\n{word},\nOwen Lopez") == []


BOTH = Person("Kim", "Ito", None, None, "47120")
"""A student whose ID is that of one of the staff too."""


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("the account 47120 is gone", True),
        ("teacher 47120 is gone", True),
        ("student 47120 is gone", False),
        ("47120 is the student that is gone", False),
        ("the students 47120 and 47120 are gone", False),
    ],
)
def test_a_number_of_student_and_staff_passes_only_where_no_student_is_spoken_of(text: str, passes: bool) -> None:
    guard = guard_over((BOTH,), (Person("Uma", "Adeyemi", None, None, "47120"),))
    assert (guard.find(text) == []) == passes
    assert guard_over((BOTH,), (Person("Uma", "Adeyemi", None, None, "47120"),), allow_staff=False).find(text)

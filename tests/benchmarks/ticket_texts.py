"""Texts for the guard's benchmark: what support leads write, with slots; what others wrote, from installed packages.

Slots are filled by Faker's name lists of many countries, which are not those of the sandbox's rosters.
"""

from __future__ import annotations

import importlib.metadata
import random
import re
from collections.abc import Iterator

from faker import Faker

LOCALES = ("en_US", "es_MX", "en_IN", "fr_FR", "pl_PL", "de_DE", "tr_TR", "it_IT", "en_NG", "sv_SE", "pt_BR", "ro_RO")

ABOUT_PEOPLE = (
    "The student {name} does not appear in Algebra I, period 3.",
    "{name} (grade 5) cannot open the assessment.",
    "Parent of {name} called this morning about the missing grade.",
    "We have a student, {name}, who was enrolled last week and is not in the class.",
    "A new student named {name} shows twice after last night's sync.",
    "Please look at {name}, a 3rd grader at Lincoln Elementary School.",
    "{name}'s mother cannot see the report card in the portal.",
    "Her daughter {name} has the wrong homeroom.",
    "The guardian, {name}, asks why no email was sent.",
    "my student {name} is missing from the roster since Tuesday",
    "Student: {name}\nSchool: Roosevelt Middle School\nProblem: cannot sign in with Clever.",
    "Hi,\n\nthe account of our pupil {name} was merged with that of a sibling.\nCan you undo that?\n",
    "Students affected: {name} and {name2}.",
    "IEP accommodations of {name} are not shown in the tracker.",
    "Ms. Baker's student {name} was moved from section 4 to section 7.",
    "Name of student: {name}. Date noticed: 11/20/2026.",
    "The father of {name} writes that the login sheet has somebody else's picture.",
    "We withdrew {name} in October, but the child still shows in grade 2.",
    "{name} is a freshman and needs to be in Biology, not in Physical Science.",
    "Two siblings, {name} and {name2}, have swapped schedules.",
    "The twin of {name} has no scores.",
    "Kindergartener {name} has no homeroom in MasteryConnect.",
    "Transfer student {name} still has the sections of the old school.",
    "{name}, whose parent is on the board, cannot see any class.",
    "Score of student {first} is missing in Unit 4.",
    "{first}'s parents would like to know when this is fixed.",
    "Please add {name} to the class of her classmates in grade 8.",
    "student {lower} cannot log in",
    "STUDENT NAME: {upper}",
    "I tried it with one child ({name}) and it works for all others.",
    "Could you reset the password of {name}? She is a student at Hope Academy.",
    "I have {name} in two of my classes, but the student only shows in one.",
    "Mom of {name} says the app is blank.",
    "We found that grades of {name} were lost after the transfer.",
    "{name} (10th grader) lost her account.",
    "Kid's name is {name}, the teacher is Mr. Ball.",
    "The parents of {name} and of {name2} both complained.",
    "Please merge these pupils: {name} / {name2}",
    "{name} - grade 7 - no sections",
    "Enrolled on Monday: {name}",
    "Our student's full name is {name}.",
    "RE: missing student {name}",
    "the family of {name} moved to another district",
    "Her brother {name} is in the same school.",
    "A sophomore, {name}, has no counselor.",
    "{first}'s dad works for the district.",
    "For student {first} the quiz is locked.",
    "Student roster issue with {name} in Period 4",
    "Dear team, my son {name} can't see his homework. Thanks",
    "the teacher says that {name}, one of her students, is listed as withdrawn",
    "child: {name}, born in Chicago",
    "I need {name} removed from 3rd period; this student dropped the course.",
    "Students: {name}; {name2}",
    "ELL student {name} needs accommodations",
    "{upper} IS A NEW STUDENT IN GRADE 4",
    "Would you check why {name} is listed under the wrong homeroom? He has been our student since August.",
    "{name}'s report card shows a C although the student earned an A.",
    "This morning {name} could not start the test with the other kids.",
    "Attached is a screenshot of what {name} sees; the parent took it at home.",
    "We noticed a duplicate for {name}. Both show grade 6.",
    "After the rename of {name} the old child record stayed.",
    "Student's legal name: {name}; preferred name {first}.",
    "Hello, I'm the mother of {name} and I never got the letter.",
    "{name} and {name2} are twins and share an email.",
    "pls fix login for student {lower}, thx",
    "The scores of {name}, {name2} and other pupils are gone.",
    "Who can add {name}? The student came from another state.",
    "My daughter's account ({name}) opens somebody else's page.",
    "Pupil: {upper}",
    "Guardian contact: {name}",
    "{name} graduated in June but the student is still rostered.",
    "Can {name} be moved to honors? Her guardian agreed.",
    "The substitute could not find {name} on the list of students.",
    "Student name {name} grade 2 school Roosevelt",
    "we have two students called {name}",
)
"""What names a person by ``name`` near a word for students or parents."""

CLEAN = (
    "After last night's sync, 14 sections at Lincoln High School lost their teacher. The run id is 4821.",
    "The district moved from PowerSchool to Infinite Campus in July; SIS IDs of sections have changed since.",
    "A student in grade 5 cannot see Algebra I. The section is sent to Clever, but not shared with MasteryConnect.",
    "Ms. {staff} cannot open the gradebook of period 2. Her account is pending since 9/14/2026.",
    "Teacher {staff} (SIS ID T10442) has five sections in Clever and three in the platform.",
    "We sent activation emails to 23 teachers on November 3 and only 4 have activated.",
    "Will the crosswalk be applied tonight, or do we have to wait for Clever support? May I close the ticket then?",
    "Grade levels of Kindergarten classes show as blank. Mark them as KG and grant access, please.",
    "Our Physical Education sections at Roosevelt Middle School show twice: once for Fall, once for Spring.",
    "Parents can sign in to the Family Portal, but the report card of Term 1 is empty for all grades.",
    "Please unsuspend the account of our principal, Dr. {staff}; the email was blanked in the SIS by mistake.",
    "Error 403 when opening https://app.example.com/rosters/991; request 7f3a9c1e-55d2-4b7e-9d11-0a4c2b8e61f0.",
    "Student-7F3A is in two sections of World History since the sync of Tuesday at 1:04 AM.",
    "The co-teacher of section 40213 at Maple Street Elementary should be {staff}, our new math teacher.",
    "Chromebooks of the whole grade 3 lost the Clever badge login after the update to version 131.0.6778.",
    "Students with an IEP are missing from the caseload of Special Education. How do we share that field?",
    "Each parent class in the export holds two child classes; we expected one. See the attached screenshot.",
    "Hello Support,\n\ncan you tell us when the sync of January 12, 2027 will run? Winter break ends on Monday.\n\n"
    "Thanks,\n{staff}\nRoster Coordinator",
    "Summer school: sections of Grant High and Washington Academy use the term Summer 2026 and are not archived.",
    "The student count of Clever is 1,204 and ours is 1,198. Which six students are missing? We can send IDs by SFTP.",
    "Counselor {staff} needs the role Limited School Administrator for Hope Academy and Grace Middle School.",
    "Canvas and Google Classroom show all students of English Literature, MasteryConnect shows none.",
    "Who may see student data in the benchmark reports? The District Administrator role was given to all coaches.",
    'The section "Reading Intervention 4-2" has no students, although 18 are enrolled in Skyward.',
    "New this week: Spanish I, Art, Choir and Studio Art were shared. Band and Health still wait for the principal.",
    "Kids in the Young Authors Club cannot be rostered, since the club has no section in the SIS.",
    "Please check the federation of sso.example.org; the certificate expired on 10/31/2026: teachers see nothing.",
    "For grade 6 the April window of Star Reading overlaps with the May window. Can students take both?",
    "Is it right that suspending {staff} (teacher) archives the trackers of all her sections?",
    'The parent account invitation says "Welcome to Seesaw" instead of the district name. Where is that set?',
    "Can the District Administrator see Student Growth Reports for all grades?",
    "The Title I program at Jefferson Elementary needs Parent Portal access.",
    "Students in Advanced Placement Chemistry see the wrong Course Catalog.",
    "Since the Labor Day weekend, the Student Information System export fails with error 500.",
    "Grade Passback to Canvas does not work for Kindergarten Music.",
    "A parent in our Parent Teacher Association asked about Data Privacy.",
    "The Individuals with Disabilities Education Act requires that students with an IEP are shown.",
    "Our Chief Technology Officer wants to know who can see student scores.",
    "Students use Microsoft Edge and Google Chrome on Dell and Lenovo laptops.",
    "Please enable Single Sign On for grades 3 through 5 at Martin Luther King Middle School.",
    "The student count of Period 1 is 28, of Period 2 is 31.",
    "Homeroom of grade 6: sections A, B and C. All students in B are missing.",
    'Clever Secure Sync failed: "Student ID is a required field". We have 14 such rows.',
    "Ms. {staff} has students in Room 204 but no section.",
    "Principal {staff} asked whether Student Council can be rostered.",
    "Benchmark Two opens on December 7; grade 8 students will take it in New York and Los Angeles time.",
    "Best,\n{staff}\nLincoln Unified School District",
    "In Star Math the Grade Equivalent of students is empty.",
    "Sibling accounts share one parent email. Is that supported by Instructure?",
    "Black History Month lessons are assigned to all students of grade 4.",
)
"""What gives no student away; ``staff`` is named as one of the staff."""


class Writer:
    """Fills slots, from a seed."""

    def __init__(self, seed: int, avoided: set[str]) -> None:
        self.draw = random.Random(seed)
        self._avoided = avoided
        self._fakers = [Faker(locale) for locale in LOCALES]
        for number, faker in enumerate(self._fakers):
            faker.seed_instance(seed + number)

    def person(self) -> tuple[str, str]:
        """Return a given name and a surname, neither of which is in the lists to be avoided."""
        while True:
            faker = self.draw.choice(self._fakers)
            first, last = faker.first_name(), faker.last_name()
            if first.lower() not in self._avoided and last.lower() not in self._avoided:
                return first, last

    def about_people(self) -> tuple[str, list[tuple[int, int]]]:
        """Return a text about somebody no roster knows, and where each person stands."""
        shape = self.draw.choice(ABOUT_PEOPLE)
        text, places = "", []
        for part in re.split(r"(\{\w+\})", shape):
            filled = self._filled(part)
            if filled != part:
                places.append((len(text), len(text) + len(filled)))
            text += filled
        return text, places

    def _filled(self, slot: str) -> str:
        if not slot.startswith("{"):
            return slot
        first, last = self.person()
        if slot == "{first}":
            return first
        name = self.draw.choice(
            (f"{first} {last}", f"{first} {last}", f"{last}, {first}", f"{first} {last[0]}. {last}")
        )
        return {"{lower}": f"{first} {last}".lower(), "{upper}": f"{first} {last}".upper()}.get(slot, name)

    def clean(self) -> str:
        """Return a text of one to four sentences that gives nobody away but staff."""
        shapes = self.draw.sample(CLEAN, self.draw.randint(1, 3))
        return "\n".join(shape.replace("{staff}", " ".join(self.person())) for shape in shapes)


def written_by_others() -> Iterator[str]:
    """Yield paragraphs of the descriptions that installed packages and Python's own help bring with them."""
    from pydoc_data.topics import topics

    descriptions = (distribution.metadata["Description"] or "" for distribution in importlib.metadata.distributions())
    for body in (*topics.values(), *descriptions):
        for paragraph in re.split(r"\n\s*\n", str(body)):
            if 60 <= len(paragraph) <= 2_000 and paragraph.count(" ") > 8:
                yield paragraph.strip()

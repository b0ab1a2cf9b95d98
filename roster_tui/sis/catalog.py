"""All kinds of problems an upload can have: the one table that checks, commands and the reference read."""

from __future__ import annotations

from collections.abc import Mapping

from roster_tui.sis.problems import ProblemCode, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

# -- files and headers --------------------------------------------------------------------------------

FILE_MISSING = ProblemCode(
    "file-missing",
    _ERROR,
    "Clever processes the files of an upload only together; one that it needs is not there.",
    "Export the missing file, named exactly so and in lower case.",
)
FILE_UNREADABLE = ProblemCode(
    "file-unreadable",
    _ERROR,
    "The file cannot be opened or read to its end.",
    "Check its permissions, or copy it here again.",
)
FILE_EMPTY = ProblemCode(
    "file-empty",
    _ERROR,
    "The file holds nothing, not even a header.",
    "Export it again; look whether the export failed or the disk was full.",
)
NO_ROWS = ProblemCode(
    "no-rows",
    _ERROR,
    "The file has a header and no rows: to Clever everything in it would have been removed.",
    "Export it again, and look at the filters of the export.",
)
COLUMN_MISSING = ProblemCode(
    "column-missing",
    _ERROR,
    "A column that Clever requires is not there or was renamed. Read without it, everybody in the file"
    " would look as if they had left.",
    "Give the column the name that Clever expects.",
)
COLUMN_REPEATED = ProblemCode(
    "column-repeated",
    _ERROR,
    "Two columns have the same name, so nobody can tell which one counts.",
    "Remove or rename one of them.",
)
COLUMN_MISSPELT = ProblemCode(
    "column-misspelt",
    _WARNING,
    "The column is unknown to Clever and nearly the name of one that it knows; it would become a custom field.",
    "Correct the header, unless a custom field is meant.",
)
EMAIL_COLUMN_MISSING = ProblemCode(
    "email-column-missing",
    _ERROR,
    "There is no column for teachers' emails. Without an email every teacher is suspended at the sync.",
    "Add the column to the export.",
)
HEADER_SPACES = ProblemCode(
    "header-spaces", _NOTE, "The header has spaces where Clever writes underscores; both are accepted.", "Nothing."
)
BYTE_ORDER_MARK = ProblemCode(
    "byte-order-mark", _NOTE, "The file begins with a byte order mark, as Excel writes it; it is accepted.", "Nothing."
)
BARE_CR = ProblemCode(
    "bare-cr", _NOTE, "Lines end in a bare carriage return, as on old Macs; they are accepted.", "Nothing."
)

# -- bytes and rows -----------------------------------------------------------------------------------

NOT_UTF_8 = ProblemCode(
    "not-utf-8",
    _ERROR,
    "The file is not UTF-8, so names with accents would be garbled or refused.",
    "Export the file as UTF-8 (in Excel: CSV UTF-8).",
)
UNCLOSED_QUOTE = ProblemCode(
    "unclosed-quote",
    _ERROR,
    "A quote is opened and never closed, so the rows after it would be swallowed into one cell.",
    "Close the quote, or double it where it is part of the value.",
)
QUOTED_NEWLINE = ProblemCode(
    "quoted-newline", _NOTE, "A quoted value runs over several lines; it is one value and accepted.", "Nothing."
)
TOO_FEW_CELLS = ProblemCode(
    "too-few-cells",
    _ERROR,
    "The row has fewer cells than the header, so values may stand in the wrong columns.",
    "Look at the row; often a comma was lost.",
)
TOO_MANY_CELLS = ProblemCode(
    "too-many-cells",
    _ERROR,
    "The row has more cells than the header, so values may stand in the wrong columns.",
    "Put quotes round the value that holds a comma.",
)
NUL_BYTE = ProblemCode(
    "nul-byte",
    _ERROR,
    "The value holds a NUL byte; programs take it for the end of the text.",
    "Export the file again; it was damaged or written by a faulty program.",
)
VALUE_TOO_LONG = ProblemCode(
    "value-too-long",
    _WARNING,
    "The value is longer than 1,000 characters.",
    "Look at the row; often a quote is missing further up.",
)
FORMULA = ProblemCode(
    "formula",
    _WARNING,
    "The value begins like a formula, and a spreadsheet that opens the file would run it.",
    "Correct the value in the SIS.",
)

# -- keys and references ------------------------------------------------------------------------------

VALUE_MISSING = ProblemCode(
    "value-missing",
    _ERROR,
    "A value that Clever requires is blank; the row is left out.",
    "Enter it in the SIS.",
)
KEY_REPEATED = ProblemCode(
    "key-repeated",
    _ERROR,
    "The ID stands in an earlier row already. Clever takes the first row and leaves this one out.",
    "Find out which row is right and remove the other; each ID is one record.",
)
UNKNOWN_REFERENCE = ProblemCode(
    "unknown-reference",
    _ERROR,
    "The row names an ID that is in none of the files, so Clever leaves it out.",
    "Export the record that is meant, or correct the ID.",
)
LOOK_ALIKE_IDS = ProblemCode(
    "look-alike-ids",
    _WARNING,
    "Two IDs differ only in case, blanks, leading zeros, or the letter O for a zero; they are two records to Clever.",
    "Find out whether they are one record, typed twice.",
)
ID_ALTERED = ProblemCode(
    "id-altered",
    _WARNING,
    "The ID is new, and one that goes tonight differs from it only in case, blanks, leading zeros, or the letter O"
    " for a zero. Spreadsheets drop leading zeros. To Clever it is another record.",
    "Export again without opening the file in a spreadsheet.",
)
BLANK_IN_ID = ProblemCode(
    "blank-in-id",
    _WARNING,
    "The ID begins or ends with a blank.",
    "Remove the blank in the SIS; it makes two IDs of one as soon as one file lacks it.",
)
EXCEL_NUMBER = ProblemCode(
    "excel-number",
    _WARNING,
    "The ID is a number as Excel shortens it (1.23E+05); its last digits are lost.",
    "Export again without opening the file in a spreadsheet.",
)
EXCEL_DATE = ProblemCode(
    "excel-date",
    _WARNING,
    "The ID is a date: Excel makes one of values such as 3-5.",
    "Export again without opening the file in a spreadsheet.",
)

# -- values -------------------------------------------------------------------------------------------

BAD_DATE = ProblemCode(
    "bad-date",
    _WARNING,
    "No date as Clever reads it (MM/DD/YYYY or YYYY-MM-DD); the field would be blank.",
    "Correct the date in the SIS, or its format in the export.",
)
BAD_GRADE = ProblemCode(
    "bad-grade",
    _WARNING,
    "No grade that Clever knows; it would become Other.",
    "Use 1 to 12, Kindergarten, PreKindergarten, and Clever's other names.",
)
BAD_GENDER = ProblemCode(
    "bad-gender", _WARNING, "No gender that Clever knows; the field would be blank.", "Use M, F or X."
)
BAD_EMAIL = ProblemCode(
    "bad-email",
    _WARNING,
    "No email address: it has no @, holds a blank, or its domain is not plain ASCII.",
    "Correct the address in the SIS.",
)
EMAIL_MISSING = ProblemCode(
    "email-missing",
    _WARNING,
    "The teacher has no email. The account is suspended at the sync, and nobody can sign in to it.",
    "Enter the email in the SIS.",
)
EMAIL_SHARED = ProblemCode(
    "email-shared",
    _WARNING,
    "Two people have the same email. One email is one account: one of the two cannot get in.",
    "Find out whose email it is, and enter the other's own in the SIS.",
)
SECTION_WITHOUT_STUDENTS = ProblemCode(
    "section-without-students",
    _WARNING,
    "No enrollment names this section.",
    "Enroll students, or leave the section out of the export.",
)
SECTION_WITHOUT_TEACHER = ProblemCode(
    "section-without-teacher",
    _WARNING,
    "No teacher is enrolled in this class, so nobody would see it.",
    "Enroll a teacher.",
)
TOO_MANY_TEACHERS = ProblemCode(
    "too-many-teachers",
    _WARNING,
    "The section has more than ten teachers; Clever reads ten.",
    "Move those who matter to the front.",
)

CODES: Mapping[str, ProblemCode] = {each.code: each for each in list(vars().values()) if isinstance(each, ProblemCode)}

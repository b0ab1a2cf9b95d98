"""Mail texts: the district's own or ours, values inert in all of them, mistakes named by file and line."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.accounts.mail.templates import PLACEHOLDERS, TemplateError, one_line, texts_for

VALUES = {
    "name": "Ann O'Neil",
    "email": "ann@lincoln.example",
    "district": "Lincoln & Sons",
    "link": "https://platform.example/activate?token=abc&x=1",
    "expires": "Tuesday",
    "platform": "https://platform.example",
    "support": "Pat",
}


@pytest.mark.parametrize("kind", ["activation", "password"])
def test_our_own_texts_hold_the_link_in_both_parts(kind: str, tmp_path: Path) -> None:
    written = texts_for(kind, tmp_path / "none").filled(VALUES)
    assert VALUES["link"] in written.text
    assert written.html is not None
    assert written.html.count(html.escape(VALUES["link"])) == 2
    assert "Lincoln & Sons" in written.text
    assert "Lincoln &amp; Sons" in written.html
    assert written.subject
    assert "$" not in written.subject + written.text + written.html


def test_a_district_writes_its_own(tmp_path: Path) -> None:
    (tmp_path / "activation.txt").write_text("Subject: Hi ${name}\n\nCosts $$0: $link\n")
    written = texts_for("activation", tmp_path).filled(VALUES)
    assert (written.subject, written.text, written.html) == (
        "Hi Ann O'Neil", f"Costs $0: {VALUES['link']}\n", None,
    )  # fmt: skip
    (tmp_path / "activation.html").write_text("<p>$name <a href='$link'>go</a>")
    html_part = texts_for("activation", tmp_path).filled(VALUES).html
    assert html_part == "<p>Ann O&#x27;Neil <a href='https://platform.example/activate?token=abc&amp;x=1'>go</a>"
    assert "new password" in texts_for("password", tmp_path).filled(VALUES).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello\n$link", "must begin with a line such as: Subject:"),
        ("Subject:\n$link", "must begin with a line such as: Subject:"),
        ("Subject: x\n\n$link\n$nmae", "line 4: there is no $nmae; there is $name"),
        ("Subject: x\n$link costs 5$ ", "line 2: write $$"),
        ("Subject: $nobody\n$link", "line 1: there is no $nobody"),
        ("Subject: x\nHello $name", "does not hold $link"),
        ("Subject: x\n$link" + "x" * 100_000, "bytes"),
    ],
)
def test_a_mistake_is_named(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "activation.txt"
    file.write_text(text)
    with pytest.raises(TemplateError, match=re.escape(said)) as raised:
        texts_for("activation", tmp_path)
    assert str(raised.value).startswith(str(file))


def test_a_mistake_of_encoding_is_named_by_line(tmp_path: Path) -> None:
    (tmp_path / "activation.txt").write_bytes(b"Subject: x\n$link\nGr\xfc\xdfe")
    with pytest.raises(TemplateError, match="line 3 is not UTF-8"):
        texts_for("activation", tmp_path)


def test_html_alone_is_no_mail(tmp_path: Path) -> None:
    (tmp_path / "password.html").write_text("$link")
    with pytest.raises(TemplateError, match=r"password\.txt is missing"):
        texts_for("password", tmp_path)


@given(st.sampled_from(sorted(set(PLACEHOLDERS) - {"link"})), st.text())
def test_no_value_leaves_its_place(placeholder: str, value: str) -> None:
    """Markup, line ends, dollar signs: whatever a name holds, it is that name and nothing else."""
    texts = texts_for("activation", Path("none"))
    around = dict.fromkeys(PLACEHOLDERS, "x")
    plain = texts.filled({**around, placeholder: "x"})
    written = texts.filled({**around, placeholder: value})
    assert written.text.count("\n") == plain.text.count("\n")
    assert written.subject.isprintable()
    assert plain.html is not None
    assert written.html is not None
    assert re.findall(r"<[^>]*>", written.html) == re.findall(r"<[^>]*>", plain.html)
    if texts.text.template.count(f"${placeholder}"):
        assert one_line(value) in written.text
        assert one_line(value) in html.unescape(written.html)


@given(st.text())
def test_one_line_is_one_line(value: str) -> None:
    line = one_line(value)
    assert line.isprintable()
    assert line == line.strip()
    assert one_line(line) == line

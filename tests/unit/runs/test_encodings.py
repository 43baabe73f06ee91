"""Files as editors leave them: what is no UTF-8 is named as what it is, before anything runs."""

import codecs

import pytest

from course.errors import SubmissionRefused
from course.runs.intake import intake

TEXT = "def answer():\n    return 'ä'\n"
ODD = {
    "UTF-16 with a mark": (TEXT.encode("utf-16"), "UTF-16"),
    "UTF-16 big-endian with a mark": (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), "UTF-16"),
    "UTF-16 big-endian without a mark": (TEXT.encode("utf-16-be"), "UTF-16"),
    "UTF-32": (TEXT.encode("utf-32"), "UTF-32"),
    "null bytes at its end": (TEXT.encode() + b"\0" * 7, "no text: it holds null bytes"),
}


@pytest.mark.parametrize("name", ["answer.py", "nginx.conf", "web.yaml"])
@pytest.mark.parametrize("what", ODD)
def test_a_file_in_another_encoding_is_named(what, name, fault):
    content, told = ODD[what]
    with pytest.raises(SubmissionRefused) as refused:
        intake({name: content}, name)
    read = f"{refused.value.summary} {refused.value.hint}"
    fault(f"{name} is submitted as {what}", lost=[], left=[], read=read)
    assert refused.value.summary == f"{name} is {told}."


def test_the_mark_of_utf_8_is_left_out_and_everything_else_stays_as_it_is():
    files = {
        "answer.py": codecs.BOM_UTF8 + TEXT.encode(),
        "data.bin": b"\0\1\2",
        "latin.py": b"\xe4",
    }
    assert intake(files, "answer.py") == {**files, "answer.py": TEXT.encode()}

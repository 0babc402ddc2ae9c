"""Close codes, statuses and local paths as parameters."""

from __future__ import annotations

import pytest
from websockets.exceptions import ProtocolError
from websockets.frames import Close

from wslab.serving.parameters import close_code, http_status, local_path


def test_a_code_is_taken_exactly_when_it_can_be_sent() -> None:
    for code in range(1000, 10_000):
        try:
            Close(code, "").check()
        except ProtocolError:
            with pytest.raises(ValueError, match=str(code)):
                close_code().read(str(code))
        else:
            assert close_code().read(str(code)) == code


@pytest.mark.parametrize("text", ["", "0", "999", "04000", "-1000", "1e3", "abcd", "١٠٠٠", "9" * 5000])
def test_other_texts_are_no_code(text: str) -> None:
    with pytest.raises(ValueError, match="four digits such as 4000"):
        close_code().read(text)


def test_a_code_that_is_never_sent_says_what_it_is() -> None:
    with pytest.raises(ValueError, match=r"abnormal closure.*without a Close frame"):
        close_code().read("1006")


@pytest.mark.parametrize("status", [200, 302, 403, 426, 499, 503, 599])
def test_a_status_to_refuse_with(status: int) -> None:
    assert http_status().read(str(status)) == status


@pytest.mark.parametrize("text", ["101", "199", "600", "99", "0403", "", "four", "204", "205", "304"])
def test_a_status_that_refuses_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="200 to 599"):
        http_status().read(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/", "/"),
        ("/close/4000?reason=bye bye", "/close/4000?reason=bye%20bye"),
        ("/é", "/%C3%A9"),
        ("/a\r\nb", "/a%0D%0Ab"),
        ("/%41", "/%41"),
        ("/\\evil", "/%5Cevil"),
        ("/#top", "/%23top"),
    ],
)
def test_a_path_of_this_server(text: str, path: str) -> None:
    assert local_path("/echo").read(text) == path


@pytest.mark.parametrize("text", ["", "echo", "//evil", "///evil", "http://evil/", "\\\\evil", " /echo"])
def test_a_path_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as /echo"):
        local_path("/echo").read(text)

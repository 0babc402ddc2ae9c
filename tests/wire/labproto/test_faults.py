from __future__ import annotations

from wslab.wire.labproto.faults import FAULTS
from wslab.wire.labproto.layout import ErrorCode
from wslab.wire.labproto.reader import read


def test_each_is_wrong_unless_it_is_called_fine() -> None:
    for name, data in FAULTS.items():
        problems = [problem for item in read(data) for problem in item.problems]
        assert bool(problems) != name.startswith("fine"), name


def test_every_code_that_a_reader_finds_alone_is_among_them() -> None:
    codes = {problem.code for data in FAULTS.values() for item in read(data) for problem in item.problems}
    assert codes == {code for code in ErrorCode if code <= ErrorCode.BAD_VALUE}

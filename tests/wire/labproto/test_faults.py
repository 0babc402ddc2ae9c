from __future__ import annotations

from wslab.wire.labproto.faults import faults
from wslab.wire.labproto.layout import ErrorCode
from wslab.wire.labproto.reader import read


def test_each_is_wrong_unless_it_is_called_fine() -> None:
    for name, data in faults().items():
        problems = [problem for item in read(data) for problem in item.problems]
        assert bool(problems) != name.startswith("fine"), name


def test_every_code_that_a_reader_finds_alone_is_among_them() -> None:
    codes = {problem.code for data in faults().values() for item in read(data) for problem in item.problems}
    assert codes == {code for code in ErrorCode if code <= ErrorCode.BAD_VALUE}


def test_a_run_is_the_upper_half_of_the_numbers_and_changes_nothing_else() -> None:
    for name, data in faults(0x1234).items():
        items, plain = list(read(data)), list(read(faults()[name]))
        codes = [[problem.code for problem in item.problems] for item in items]
        assert codes == [[problem.code for problem in item.problems] for item in plain], name
        for item, other in zip(items, plain, strict=True):
            if item.header is not None and other.header is not None:
                assert item.header.sequence == 0x1234_0000 + other.header.sequence

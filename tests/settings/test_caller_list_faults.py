"""Lists of callers that cannot be used are told with the line at fault."""

from callcore.settings import named_files
from tests.settings.texts import in_queue


def test_unusable_lines_of_a_list_are_told_with_their_place(faults, tmp_path):
    """The operator is sent to the line of the list, after what is wrong with the settings."""
    (tmp_path / "vip.txt").write_bytes(b"+48600100200\n # none\n  six hundred  # Jan\n\xff\n")
    text = in_queue("") + "caller_lists: {vip: {file: vip.txt}}\nhttp: {prt: 1}"
    assert faults(text) == [
        "callcore.yaml:6:8: http.prt: unknown key; did you mean 'port'?",
        "vip.txt:3:3: caller_lists.vip.file: expected a phone number such as +48 22 555 01 01, "
        "found 'six hundred'",
        "vip.txt:4:1: caller_lists.vip.file: expected a phone number such as +48 22 555 01 01, "
        "found '\ufffd'",
    ]


def test_file_that_is_no_list_does_not_bury_the_other_faults(faults, tmp_path):
    """Of many lines the first ones are told, and how many more there are."""
    (tmp_path / "vip.txt").write_text("x\n" * 1000)
    found = faults(in_queue("") + "caller_lists: {vip: {file: vip.txt}}")
    assert len(found) == named_files.MOST_LINES_TOLD + 1
    assert found[-1] == "vip.txt:21:1: caller_lists.vip.file: 980 more lines are no number"


def test_list_that_cannot_be_read(faults, tmp_path):
    """A missing file, a directory and a file without end are faults of the setting."""
    (tmp_path / "large.txt").write_bytes(b"#" * 4_000_001)
    text = (
        "caller_lists:\n  a: {file: none.txt}\n  b: {file: .}\n  c: {file: large.txt}\n"
        '  d: {file: "a\\0b"}\n'
    )
    assert faults(in_queue("") + text) == [
        "callcore.yaml:6:13: caller_lists.a.file: none.txt cannot be read: No such file or "
        "directory",
        f"callcore.yaml:7:13: caller_lists.b.file: {tmp_path} cannot be read: Is a directory",
        "callcore.yaml:8:13: caller_lists.c.file: large.txt is larger than 4000000 bytes",
        "callcore.yaml:9:13: caller_lists.d.file: must not hold control characters",
    ]

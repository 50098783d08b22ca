import pytest

from toolgraph.cli.terminal import clean


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain\tand\nsimple", "plain\tand\nsimple"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("a\x00b\x07c\x9bd\re", "abcde"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\x1b", ""),
        ("日本語 العربية é", "日本語 العربية é"),
    ],
)
def test_only_what_drives_a_terminal_is_taken_out(text, cleaned):
    assert clean(text) == cleaned

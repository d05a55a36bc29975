"""The name of a stream without the rest of it is taken for a file, and told."""

import pytest

SITE = """
queues: {{support: {{music: {0}}}}}
menus: {{main: {{prompts: [a], choices: {{"1": {{queue: support, music: {0}}}}}}}}}
numbers: {{"8001": {{queue: support, music: {0}}}}}
caller_lists: {{vip: {{numbers: ["1"], music: {0}}}}}
"""


def told(load, music: str) -> list[str]:
    warnings = [str(one).split(": ", 1)[1] for one in load(SITE.format(music)).warnings]
    return [one for one in warnings if "music" in one]


def test_wherever_there_is_music(load):
    """With what was meant most likely."""
    text = "music: moh is taken for a file: did you mean local_stream://moh?"
    places = ("queues.support", "menus.main.choices.1", "numbers.8001", "caller_lists.vip")
    assert sorted(told(load, "moh")) == sorted(f"{place}.{text}" for place in places)


@pytest.mark.parametrize(
    "music", ["local_stream://moh", "moh.wav", "shop/moh", "/music/moh", "'silence_stream://-1'"]
)
def test_files_and_streams_are_not(load, music):
    """A file has a directory, or an ending."""
    assert told(load, music) == []

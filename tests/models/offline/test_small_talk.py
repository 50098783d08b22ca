import pytest
import yaml

from toolgraph.models.offline.small_talk import reply_to, topic_of
from toolgraph.models.offline.styles import apply_style
from toolgraph.resources import data_dir
from toolgraph.seeds import rng

WORDS = yaml.safe_load((data_dir() / "words" / "user.yaml").read_text("utf-8"))
REMARKS = [
    pytest.param(style, topic, remark, id=remark)
    for style, words in WORDS["styles"].items() for topic, remarks in words["remarks"].items() for remark in remarks
]  # fmt: skip


@pytest.mark.parametrize(("style", "topic", "remark"), REMARKS)
def test_a_remark_is_known_by_its_topic_in_whatever_style_it_is_said(style, topic, remark):
    said = {apply_style(remark, style, rng(number, "remark")) for number in range(5)}

    assert {topic_of(text) for text in said} == {topic}


def test_what_nobody_has_said_before_gets_a_reply_that_fits_anything():
    replies = yaml.safe_load((data_dir() / "words" / "assistant.yaml").read_text("utf-8"))["remark_replies"]

    assert reply_to("Zebras graze by moonlight", rng(1, "reply")) in replies["other"]

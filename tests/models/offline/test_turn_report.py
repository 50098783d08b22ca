"""What the assistant tells, offers and answers, over dialogues of whole domains."""

import re
from functools import cache

import pytest
import yaml

from tests.fakes import play_offline
from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools

_LEFT_OUT = ("search_invoice_clients", "record_invoice_payment", "get_client_statement")


@cache
def dialogues(domain):
    tools = [tool for tool in load_tools([data_dir() / "tools" / f"{domain}.json"]) if tool.name not in _LEFT_OUT]
    return [play_offline(tools, id=f"d{number}", seed=number) for number in range(40)]


def reports(domain, tool):
    """What was said right after calls of a tool."""
    return [
        after.content
        for dialogue in dialogues(domain)
        for called, _, after in zip(dialogue.messages, dialogue.messages[1:], dialogue.messages[2:], strict=False)
        if [call.name for call in called.tool_calls] == [tool] and after.role == "assistant" and after.content
    ]


def test_nothing_is_offered_with_what_was_cancelled():
    told = reports("invoicing", "cancel_invoice")

    assert len(told) > 10
    assert not any("remind" in text or "payment" in text for text in told)


@pytest.mark.parametrize("domain", ["invoicing", "event_tickets"])
def test_only_who_thanks_is_told_that_it_was_a_pleasure(domain):
    replies = yaml.safe_load((data_dir() / "words" / "assistant.yaml").read_text("utf-8"))["thanks_replies"]
    ends = [dialogue.messages[-2:] for dialogue in dialogues(domain)]
    thanked = [user.content for user, assistant in ends if assistant.content in replies]

    assert thanked
    assert all(re.search(r"th?a?n|thx|\bta\b|cheers|apprec|grate|oblige|bless|kind", text, re.I) for text in thanked)

"""What each format has a place for: the dialogue that is to be expected after writing and reading it."""

from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.record import Dialogue


def messages_held(dialogue: Dialogue, format: str) -> tuple[Message, ...]:
    """The messages that come back: in BUTTON's layout words beside calls are thoughts, without blank ends."""
    if format != "button":
        return dialogue.messages
    return tuple(_in_button(message) if message.role == "assistant" else message for message in dialogue.messages)


def _in_button(message: Message) -> Message:
    thought, words = message.reasoning, message.content
    if message.tool_calls:
        thought, words = "\n\n".join(text for text in (thought, words) if text), ""
    return message.model_copy(update={"reasoning": thought.strip(), "content": words.strip()})

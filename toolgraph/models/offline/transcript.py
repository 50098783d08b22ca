"""A transcript as the assistant reads it: the results of planned calls, and arguments taken from them."""

import json
import random
from contextlib import suppress
from functools import cached_property
from typing import Any

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedStep
from toolgraph.dialogue.messages import system_in
from toolgraph.dialogue.spoken import today_in
from toolgraph.errors import AnswerError
from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.speech import pick_entry
from toolgraph.models.requests import AssistantRequest, PlainCall
from toolgraph.seeds import rng
from toolgraph.tools import pointers


class Transcript:
    """What was said and what came back, up to one message of the assistant."""

    def __init__(self, request: AssistantRequest, seed: int) -> None:
        self.request = request
        self.seed = seed
        self.words = load_words("assistant")
        self.tools = {tool.name: tool for tool in request.tools}
        self.actual = dict(request.call_ids)
        self.results = {message.tool_call_id: message for message in request.messages if message.role == "tool"}
        self.today = today_in(system_in(request.messages))

    @cached_property
    def random(self) -> random.Random:
        """Where the choices of words come from; a message that makes calls takes none."""
        return rng(self.seed, "assistant", self.request.key, *self.tools)

    def user_messages_in_turn(self) -> int:
        """Return how often the user spoke in this turn."""
        return sum(message.role == "user" for message in self.request.messages[self.request.turn_start :])

    def arguments(self, call: PlannedCall) -> dict[str, Any]:
        """The arguments of a planned call, references looked up in the results they name."""
        arguments: dict[str, Any] = {}
        for argument in call.arguments:
            value = self.looked_up(argument) if argument.source == "result" else argument.value
            pointers.put(arguments, argument.pointer, value)
        return arguments

    def plain_call(self, call: PlannedCall) -> PlainCall:
        """Return a planned call as it is made.

        Raises:
            AnswerError: the results hold nothing for one of its arguments.
        """
        return PlainCall(tool=call.tool, arguments=self.arguments(call))

    def possible(self, step: PlannedStep) -> dict[str, PlainCall]:
        """Return by id the calls of a step that the results hold something for, each of them once."""
        found: dict[str, PlainCall] = {}
        for call in step.calls:
            with suppress(AnswerError):
                plain = self.plain_call(call)
                if plain not in found.values():
                    found[call.id] = plain
        return found

    def looked_up(self, argument: PlannedArgument) -> Any:
        """Return the value that an argument takes from results.

        Raises:
            AnswerError: there is no such result, or it holds nothing there.
        """
        try:
            if pointers.ANY_ITEM in argument.path:
                entries = self.entries(argument)
                _, _, rest = argument.path.partition(f"/{pointers.ANY_ITEM}")
                return pointers.get(entries[pick_entry(entries, argument.pick)], rest)
            return pointers.get(self.result_of(argument.call), argument.path)
        except (LookupError, TypeError) as error:
            raise AnswerError(
                f"the result of {argument.call} holds nothing at {argument.path} ({argument.pick or 'single'})"
            ) from error

    def entries(self, argument: PlannedArgument) -> list[Any]:
        """Return the entries that an argument picks from: of one list, or of all that are looked through."""
        head, _, _ = argument.path.partition(f"/{pointers.ANY_ITEM}")
        return [
            entry for call in (argument.call, *argument.among) for entry in pointers.get(self.result_of(call), head)
        ]

    def result_of(self, planned: str) -> Any:
        """Return the result of a planned call.

        Raises:
            AnswerError: it was not made.
        """
        message = self.results.get(self.actual.get(planned, ""))
        if message is None:
            raise AnswerError(f"planned call {planned} has no result to read from")
        return json.loads(message.content)

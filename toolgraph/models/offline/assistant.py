"""The assistant's rule: carry out the planned step with values from the transcript.

It asks for what is missing, and tells the outcome.
"""

import re

from toolgraph.errors import AnswerError
from toolgraph.models.offline.derived import label, wording_of
from toolgraph.models.offline.small_talk import reply_to
from toolgraph.models.offline.transcript import Transcript
from toolgraph.models.offline.turn_report import TurnReport
from toolgraph.models.offline.wordings import dotted
from toolgraph.models.requests import AssistantAnswer, AssistantRequest
from toolgraph.tools import pointers

ASK_LEAD = 0.5
"""Chance of words before a question."""
_THANKS = re.compile(r"\b(thank|thx|ta\b|cheers|appreciat|grateful|obliged|bless you|kind of you)", re.I)
"""What is said by somebody who thanks, and not only takes leave."""


def assist(request: AssistantRequest, seed: int) -> AssistantAnswer:
    """Return the assistant's next message: the next planned step, a question, or words."""
    assistant = Assistant(request, seed)
    turn = request.turn
    if turn.kind == "chitchat":
        return AssistantAnswer(text=assistant.small_talk(), calls=(), reasoning="")
    if not turn.steps:
        raise AnswerError("the offline assistant follows planned calls, and there are none; plan grounded turns")
    made = dict(request.call_ids)
    for number, step in enumerate(turn.steps):
        if all(call.id in made for call in step.calls):
            continue
        if number == 0 and turn.withheld and assistant.user_messages_in_turn() < 2:
            return AssistantAnswer(text=assistant.question(), calls=(), reasoning="")
        possible = assistant.possible(step)
        if not possible and request.is_real and number:
            return AssistantAnswer(text=TurnReport(request, seed).report_of(turn.steps[:number], is_cut_short=True))
        if possible and made.keys() >= possible.keys():
            continue
        calls = possible.values() or map(assistant.plain_call, step.calls)
        return AssistantAnswer(text="", calls=tuple(calls), reasoning="")
    return AssistantAnswer(text=TurnReport(request, seed).report(), calls=(), reasoning="")


class Assistant(Transcript):
    """Composes what the assistant says where it has nothing to report."""

    def question(self) -> str:
        """Ask for the values the user withheld."""
        call = self.request.turn.steps[0].calls[0]
        tool = self.tools[call.tool]
        wording = wording_of(tool)
        questions = []
        for pointer in self.request.turn.withheld:
            field = next((field for field in tool.parameter_fields if pointers.matches(field.pointer, pointer)), None)
            written = wording.ask_back.get(dotted(pointer))
            thing = f"the {label(field)}" if field else "that"
            questions.append(self.random.choice(written or self.words["ask_back_generic"]).replace("{thing}", thing))
        lead = [self.random.choice(self.words["ask_back_leads"])] if self.random.random() < ASK_LEAD else []
        return " ".join([*lead, *questions])

    def small_talk(self) -> str:
        """Answer a remark or thanks."""
        is_last = self.request.turns_left == 0 and "hank" in self.request.turn.intent
        said = next((message.content for message in reversed(self.request.messages) if message.role == "user"), "")
        if is_last:
            replies = [*(self.words["thanks_replies"] if _THANKS.search(said) else ()), *self.words["goodbye_replies"]]
            return str(self.random.choice(replies))
        return reply_to(said, self.random)

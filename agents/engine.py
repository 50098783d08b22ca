"""The engine: user, assistant and tools take turns over a blueprint until it is played.

Each step is checked as soon as it is made; a step that fails is tried again alone, with the complaint, before the
dialogue is given up.
"""

from collections.abc import Sequence
from typing import Any

from agents import steps
from agents.draft import Draft
from agents.real import is_playable
from agents.steps import StepError
from agents.tool import RealTools
from agents.trajectory import Trajectory
from agents.tries import DialogueFailed
from agents.user import UserAgent
from toolgraph.dialogue.blueprint import Blueprint, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.provenance import Provenance
from toolgraph.dialogue.record import Dialogue, EndReason
from toolgraph.errors import LiveError
from toolgraph.models.request import Backend
from toolgraph.models.requests import AssistantAnswer, UserAnswer
from toolgraph.tools.live import LiveTools
from toolgraph.tools.spec import ToolSpec

__all__ = ["MOST_MESSAGES", "MOST_QUESTIONS", "MOST_STEPS", "DialogueFailed", "play"]

MOST_QUESTIONS = 2
"""How often the assistant may ask back within one turn."""
MOST_STEPS = 8
"""How many steps, that is messages with calls, a turn may hold."""
MOST_MESSAGES = 80
"""How long a dialogue may be when the assistant moves again."""


def play(
    blueprint: Blueprint, tools: tuple[ToolSpec, ...], *, backend: Backend, attempts: int = 3,
    checks_steps: bool = False, wants_reasoning: bool = False, live: LiveTools | None = None,
) -> Dialogue:  # fmt: skip
    """Return the dialogue a blueprint leads to, its provenance resolved on the finished transcript.

    A blueprint with a compositional task is played as a trajectory (see `agents.trajectory`), in which the assistant
    always thinks in writing.

    With `checks_steps` every message is judged as far as it can be by itself (see `agents.steps`). That pays where a
    model speaks: what would spoil the finished dialogue is said again alone. Rules pass these checks anyway.

    With `live` the calls are really made, in a session of their own; what of the plan real results do not bear out is
    left out. A trajectory has functions that nobody has written, so that there is nothing to run.

    Raises:
        DialogueFailed: a step failed `attempts` times, a limit was reached, or real tools could not be used.
    """
    if blueprint.task is not None:
        return Trajectory(blueprint, tools, backend, attempts, checks_steps=checks_steps).play()
    if live is None:
        return _Conversation(
            blueprint, tools, backend, attempts, checks_steps=checks_steps, wants_reasoning=wants_reasoning
        ).play()
    try:
        with live.session() as session:
            return _Conversation(
                blueprint, tools, backend, attempts, checks_steps=checks_steps, wants_reasoning=wants_reasoning,
                real=RealTools(session),
            ).play()  # fmt: skip
    except LiveError as error:
        raise DialogueFailed(EndReason.STEP_FAILED, stage="tool", check="session", detail=str(error)) from error


class _Conversation(Draft):
    """One dialogue being played: the user brings up one item of the plan after another."""

    def __init__(
        self, blueprint: Blueprint, tools: tuple[ToolSpec, ...], backend: Backend, attempts: int, *,
        checks_steps: bool, wants_reasoning: bool, real: RealTools | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            blueprint, tools, backend, attempts, checks_steps=checks_steps, wants_reasoning=wants_reasoning, real=real
        )
        self.plan = blueprint.turns or (PlannedTurn(kind="tool_request"),) * blueprint.target_turns
        self.user = UserAgent(backend, tools, blueprint.style, self.plan)
        self.past: list[PlannedTurn] = []
        self.followed: set[int] = set()

    def play(self) -> Dialogue:
        for number, turn in enumerate(self.plan):
            if self.real is None or is_playable(turn, self.messages, dict(self.call_ids)):
                self._play_turn(turn, number)
        self._require_real_result()
        return self.finished()

    def _require_real_result(self) -> None:
        """Require of tools that were really run that one of them worked: excuses alone teach nobody anything.

        Raises:
            DialogueFailed: none did.
        """
        if self.real is not None and self.real.are_useless:
            errors = self.real.errors
            check, reason = ("error", errors[0]) if errors else ("empty_result", "no call brought anything")
            raise self.tries.failure(EndReason.STEP_FAILED, "tool", check, reason)

    def _play_turn(self, turn: PlannedTurn, number: int) -> None:
        """Play one item of the plan, and before it what the user finds left open of earlier ones."""
        while True:
            start = len(self.messages)
            spoken, item = self._user_speaks(turn, number, asked_back=False)
            self._assistant_replies(spoken, number, start, is_follow_up=item < number)
            if item == number:
                self.past.append(spoken)
                return
            self.followed.add(item)

    def _assistant_replies(self, turn: PlannedTurn, number: int, start: int, *, is_follow_up: bool) -> None:
        """Let the assistant act until it has said what came out; what it asks before any call, the user answers."""
        questions = made = 0
        while len(self.messages) <= MOST_MESSAGES:
            is_free = bool(made) or is_follow_up or turn.kind == "chitchat"
            if self._assistant_acts(turn, number, start, made=made, questions=None if is_free else questions):
                made += 1
                continue
            if is_free or questions == MOST_QUESTIONS or not steps.asks(self.messages[-1].content):
                # What the turn became counts, and not what was planned: nothing is believed of a plan.
                is_another = made if turn.kind == "chitchat" else not questions
                if turn.kind != "tool_request" and is_another:
                    self.turn_kinds[-1] = "tool_request"
                return
            questions += 1
            self._user_speaks(turn, number, asked_back=True)
        raise self._endless(number)

    # --- messages -----------------------------------------------------------------------------------------------

    def _user_speaks(self, turn: PlannedTurn, number: int, *, asked_back: bool) -> tuple[PlannedTurn, int]:
        """Append the user's message; return the turn as its speaker meant it, and the item it belongs to."""
        place = self.place

        def once(attempt: int, complaint: str) -> tuple[UserAnswer, int]:
            answer = self.tries.spent(
                self.user.say(
                    turn, key=f"{place}#{attempt}", number=number, turns_left=len(self.plan) - number - 1,
                    asked_back=asked_back, messages=tuple(self.messages), past=tuple(self.past),
                    call_ids=tuple(self.call_ids), complaint=complaint,
                )
            )  # fmt: skip
            if not answer.text.strip():
                raise StepError("user_words", "the user said nothing")
            item = number if asked_back else self._item_meant(answer, number, is_last=attempt + 1 == self.tries.most)
            if self.checks_steps:
                is_last = attempt + 1 == self.tries.most
                self._check_user(answer.text, turn if item == number else None, asked_back=asked_back, is_last=is_last)
            return answer, item

        answer, item = self.tries.take("user", once)
        turn = turn if item == number else self.past[item]
        self.append(Message(role="user", content=answer.text))
        self.turn_kinds.append(turn.kind)
        return (turn.model_copy(update={"steps": answer.meaning}) if answer.meaning else turn), item

    def _item_meant(self, answer: UserAnswer, number: int, *, is_last: bool) -> int:
        """The item a message is about; who keeps miscounting in the last attempt as well is taken by his words."""
        try:
            return steps.require_progress(answer, number=number, plan=self.plan, followed=self.followed)
        except StepError:
            if is_last:
                return number
            raise

    def _check_user(self, text: str, turn: PlannedTurn | None, *, asked_back: bool, is_last: bool) -> None:
        self.require_sound("user_words", *self.messages, Message(role="user", content=text))
        steps.require_one_message(text, turn, self.tools)
        if turn is not None:
            steps.require_values(text, turn, self.tools, messages=self.messages, asked_back=asked_back, is_last=is_last)

    def _assistant_acts(self, turn: PlannedTurn, number: int, start: int, *, made: int, questions: int | None) -> bool:
        """Let the assistant make one step; say whether it called tools.

        `made` counts the steps of this turn, and `questions` how often the user was asked in it, or is none where
        words need be no question.
        """
        place = self.place

        def once(
            attempt: int, complaint: str
        ) -> tuple[AssistantAnswer, tuple[ToolCall, ...], list[Any], list[Provenance]]:
            answer = self.tries.spent(
                self.assistant.act(
                    turn, key=f"{place}#{attempt}", messages=tuple(self.messages), turn_start=start,
                    turns_left=len(self.plan) - number - 1, call_ids=tuple(self.call_ids), complaint=complaint,
                )
            )  # fmt: skip
            if not answer.calls:
                self._check_words(answer.text, turn, questions)
                return answer, (), [], []
            if made == MOST_STEPS:
                raise self._endless(number)
            calls = self.numbered(answer.calls)
            provenance = self.sources(calls, turn, start, is_last=attempt + 1 == self.tries.most)
            return answer, calls, self.results(calls, answer.calls), provenance

        answer, calls, results, provenance = self.tries.take("assistant", once)
        self.act(answer, calls, results, provenance)
        self._pair(turn, calls)
        return bool(calls)

    def _check_words(self, text: str, turn: PlannedTurn, questions: int | None) -> None:
        if not text.strip():
            raise StepError("finished", "the assistant neither called a tool nor said anything")
        if not self.checks_steps:
            return
        self.require_sound("assistant_words", *self.messages, Message(role="assistant", content=text))
        if questions is not None:
            must_call = bool(turn.steps) or not any(message.tool_calls for message in self.messages)
            steps.require_reply(text, questions=questions, most_questions=MOST_QUESTIONS, must_call=must_call)

    def _pair(self, turn: PlannedTurn, calls: Sequence[ToolCall]) -> None:
        """Note which planned call each call is: the first of that tool which was not made yet, if there is one."""
        made = {one for one, _ in self.call_ids}
        waiting = [call for step in turn.steps for call in step.calls if call.id not in made]
        for call in calls:
            meant = next((one for one in waiting if one.tool == call.name), None)
            if meant is not None:
                waiting.remove(meant)
                self.call_ids.append((meant.id, call.id))

    def _endless(self, number: int) -> DialogueFailed:
        return self.tries.failure(EndReason.TURN_LIMIT, "dialogue", detail=f"turn {number + 1} did not come to an end")

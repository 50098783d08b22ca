"""The online backend: renders a request, asks a model, reads its answer, and has it mended where it is of no use."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from toolgraph.dialogue.record import Usage
from toolgraph.models.online.abilities import PROMPTED, RUNGS, Rung, is_about_length, response_format
from toolgraph.models.online.exchange import UNBOUND, Body, Purpose, Reply, ServerRefusal
from toolgraph.models.online.ladder import Ladder
from toolgraph.models.online.native import native_messages, read_move, sent_tools
from toolgraph.models.online.reading import Complaint, Refused, answers_in, raw_text, said, shown_text
from toolgraph.models.online.roles import dialogue_of
from toolgraph.models.online.schemas import SentSchema
from toolgraph.models.online.wires import WIRES, Wire, is_refusal
from toolgraph.models.request import AnswerFailed, AnswerT, Completion, Request
from toolgraph.models.requests import AssistantRequest
from toolgraph.seeds import derived_seed

MOST_REPAIRS = 2
"""How often a model is told what is wrong with its answer before the answer counts as failed."""
NEW_ATTEMPTS = 2
"""How often a schema, or a set of tools, that a server has not yet taken may break before a lower rung is tried."""
MOST_TOKENS = 32_768
"""What the limit on the tokens of an answer may grow to where answers are cut off."""
FEWEST_TOKENS = 256
"""What it may shrink to where a model has no room for more."""
MOST_SHOWN = 6_000
"""Characters of a bad answer that the model is shown again; one that ran away is no help."""

Way = Rung | Literal["native"]
"""How a request is put to a model: on a rung of the ladder, or over native tool calling."""


class OnlineBackend:
    """Answers requests with one model of one server; threads may share it.

    An answer that cannot be used goes back to the model with one sentence on what is wrong with it, at most twice. A
    schema, or a set of tools, that the server refuses is tried one rung lower, and where that helps it is remembered.
    """

    def __init__(self, ladder: Ladder, *, seed: int, temperature: float | None = None) -> None:
        """Take the ladder of an endpoint, over which it is asked.

        Args:
            ladder: knows the model's name and what it can do.
            seed: the run's seed; requests of one text are told apart by what is derived from it.
            temperature: sent where given and admitted; otherwise the server's own holds.
        """
        self._ladder, self._seed, self._temperature = ladder, seed, temperature
        self._proven: set[tuple[Way, str]] = set()
        """Ways and digests of schemas and tools that the server has taken so: a refusal is not their fault."""

    def complete(self, request: Request[AnswerT]) -> Completion[AnswerT]:
        """Answer one request.

        Raises:
            AnswerFailed: no usable answer came after repairs, the model refuses, or the server refuses the request.
            EndpointError: the server cannot be used at all.
            BudgetReached: nothing more may be spent.
        """
        asked = _Asked(request, WIRES[type(request)])
        spent = Usage()
        for repair in range(MOST_REPAIRS + 1):
            try:
                way, reply = self._reply(asked, repair)
            except ServerRefusal as refusal:
                raise AnswerFailed(str(refusal), check="server_refused", raw=asked.raw, usage=spent) from refusal
            spent += reply.usage
            asked.raw = raw_text(reply.body)
            try:
                return Completion(answer=asked.read(way, reply.body), usage=spent)
            except Refused as refused:
                text = f"the model refuses to answer: {refused.text[:200]}"
                raise AnswerFailed(text, check="refused", raw=asked.raw, usage=spent) from refused
            except Complaint as complaint:
                asked.failed(way, reply.body, complaint)
        assert asked.complaint is not None
        raise AnswerFailed(asked.complaint.text, check=asked.complaint.check, raw=asked.raw, usage=spent)

    def _reply(self, asked: "_Asked", repair: int) -> tuple[Way, Reply]:
        """Ask on the highest rung that this request's schema has, and on the ones below while the server refuses."""
        dialogue = "" if asked.wire.stage in UNBOUND else dialogue_of(asked.request.key)
        salt = derived_seed(self._seed, asked.request.key, repair) & 0x7FFFFFFF
        purpose = Purpose(asked.wire.role, asked.wire.stage, dialogue, salt)
        refused: list[Way] = []
        way = self._way(asked)
        while True:
            lower = None if (way, asked.digest(way)) in self._proven else self._below(asked, way)
            attempts = NEW_ATTEMPTS if lower else None
            try:
                reply = self._ladder.ask(self._body(asked, way, salt), purpose, attempts=attempts)
            except ServerRefusal as refusal:
                if is_about_length(refusal):
                    if asked.max_tokens <= FEWEST_TOKENS:
                        raise
                    asked.max_tokens = max(asked.max_tokens // 4, FEWEST_TOKENS)
                    continue
                if lower is None or not _may_be_about_form(refusal):
                    raise
                refused.append(way)
                way = lower
                continue
            self._proven.add((way, asked.digest(way)))
            for higher in refused:
                if (higher, asked.digest(higher)) not in self._proven:  # as another thread may have found meanwhile
                    self._ladder.lower(asked.digest(higher), PROMPTED if higher == "native" else way)
            return way, reply

    def _way(self, asked: "_Asked") -> Way:
        known = self._ladder.abilities()
        if isinstance(asked.request, AssistantRequest):
            can_call = known.calls_natively and asked.digest("native") not in known.lowered
            if can_call or not asked.request.tools:
                return "native"
        return self._rung(asked)

    def _rung(self, asked: "_Asked") -> Rung:
        known = self._ladder.abilities()
        lowered = known.lowered.get(asked.digest(known.rung))
        return max((rung for rung in RUNGS if rung in (lowered, known.rung)), key=RUNGS.index)

    def _below(self, asked: "_Asked", way: Way) -> Way | None:
        """The next lower way, or none where there is none."""
        if way == "native":
            return self._rung(asked)
        below = RUNGS[RUNGS.index(way) + 1 :]
        return below[0] if below else None

    def _body(self, asked: "_Asked", way: Way, salt: int) -> Body:
        body: Body = {"model": self._ladder.model, "messages": asked.messages(way)}
        if self._temperature is not None:
            body["temperature"] = self._temperature
        body |= {"seed": salt, "max_tokens": asked.max_tokens}
        known = self._ladder.abilities()
        if isinstance(asked.request, AssistantRequest) and way == "native":
            if asked.request.tools:
                body["tools"] = list(sent_tools(asked.request.tools).bodies)
                if known.parallel_calls:
                    body["parallel_tool_calls"] = asked.request.is_parallel
        elif way in ("json_schema", "json_object"):
            body["response_format"] = response_format(
                way, asked.sent.schema, name="answer", strict=asked.sent.is_strict, with_schema=known.schema_in_mode
            )
        return body


@dataclass(frozen=True, slots=True)
class _Mend:
    """An answer that could not be used, and why; the text is empty where showing it again would not help."""

    text: str
    complaint: Complaint


class _Asked:
    """One request on its way: its prompt, rendered once, and what went wrong so far."""

    def __init__(self, request: Request[Any], wire: Wire) -> None:
        self.request, self.wire = request, wire
        self.max_tokens = wire.max_tokens
        self.complaint: Complaint | None = None
        self.raw = ""
        self._mends: list[_Mend] = []
        self._sent: SentSchema | None = None
        self._parts: tuple[str, str] | None = None

    @property
    def sent(self) -> SentSchema:
        """The schema of the answer, as it is sent."""
        if self._sent is None:
            self._sent = self.wire.sent(self.request)
        return self._sent

    def digest(self, way: Way) -> str:
        """What the part of the body is remembered by that a server may refuse."""
        if way == "native" and isinstance(self.request, AssistantRequest):
            return sent_tools(self.request.tools).digest
        return self.sent.digest

    def messages(self, way: Way) -> list[Body]:
        """The request as messages, with what went wrong so far."""
        if way == "native" and isinstance(self.request, AssistantRequest):
            return native_messages(self.request, sent_tools(self.request.tools), complaint=self._native_complaint())
        if self._parts is None:
            self._parts = self.request.render_parts()
        system, now = self._parts
        messages: list[Body] = [
            {"role": "system", "content": system},
            {"role": "user", "content": f"{now}\n\n{_form(self.sent, way, self.wire)}"},
        ]
        for mend in self._mends:
            note = f"Your answer could not be used: {mend.complaint.text}. Answer again, and mend that."
            if mend.text:
                messages += [{"role": "assistant", "content": mend.text}, {"role": "user", "content": note}]
            else:
                messages[-1]["content"] += f"\n\n{note}"
        return messages

    def read(self, way: Way, body: Body) -> Any:
        """The answer that a response holds."""
        if way == "native" and isinstance(self.request, AssistantRequest):
            return read_move(self.request, body, sent_tools(self.request.tools))
        spoken = said(body)
        try:
            values = answers_in(spoken)
        except Complaint:
            if is_refusal(spoken.text):
                raise Refused(spoken.text) from None
            raise
        return self._only_one(values)

    def failed(self, way: Way, body: Body, complaint: Complaint) -> None:
        """Remember what was wrong with an answer."""
        self.complaint = complaint
        is_shown = complaint.check not in ("cut_off", "empty_answer")
        text = shown_text(body)[:MOST_SHOWN] if is_shown else ""
        self._mends.append(_Mend(text, complaint))
        if complaint.check == "cut_off":
            self.max_tokens = min(2 * self.max_tokens, MOST_TOKENS)

    def _native_complaint(self) -> str:
        if not self._mends:
            return ""
        last = self._mends[-1]
        return f"{last.complaint.text}. It was: {last.text[:600]}" if last.text else f"{last.complaint.text}."

    def _only_one(self, values: list[Any]) -> BaseModel:
        """The one value of several that can be used; which of two is meant is not guessed."""
        usable: list[BaseModel] = []
        complaint: Complaint | None = None
        for value in values:
            try:
                answer = self.wire.read(self.request, value)
            except Complaint as error:
                complaint = error
                continue
            usable += [answer] if answer not in usable else []
        if not usable:
            assert complaint is not None
            raise complaint
        if len(usable) > 1:
            raise Complaint(f"there are {len(usable)} answers in it; give one", check="answer_shape")
        return usable[0]


def _may_be_about_form(refusal: ServerRefusal) -> bool:
    """Whether a server may refuse a schema or tools so; a refusal of another kind would meet a lower way as well."""
    return refusal.status in (0, 400, 404, 413, 422) or refusal.status >= 500


def _form(sent: SentSchema, way: Way, wire: Wire) -> str:
    """What is said of the form of the answer; the less the server sees to it, the more."""
    names = [f"`{name}`" for name in sent.schema["properties"]]
    keys = f"the keys {', '.join(names)}" if len(names) > 1 else f"the key {names[0]}"
    lines = [f"## The form of your answer\n\nAnswer with one JSON object with {keys}, and nothing else. {wire.note}"]
    if way != "json_schema" or wire.is_spelt_out:
        lines.append(f"It must be valid by this JSON Schema:\n\n{sent.text}")
    if way == "text":
        lines.append(
            "Put the object into one block that begins with ```json and ends with ```, and write it only once."
        )
    return "\n\n".join(line.rstrip() for line in lines)

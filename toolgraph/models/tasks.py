"""The questions of BUTTON's bottom-up half: scenario, atomic task, composition, filter and functions.

Each is asked at most once for what it makes (and again only when the answer cannot be used).
"""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.blueprint import PlannedStep
from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.task import Composition, CompositionalTask, DataFlow, SubTask
from toolgraph.models.compositions import example_of, rule_of
from toolgraph.models.offline.styles import manner_of
from toolgraph.models.request import Request
from toolgraph.models.shown import setting_text, transcript_text
from toolgraph.models.shown_tasks import task_text
from toolgraph.tools.spec import Effects

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class ScenarioAnswer(BaseModel):
    """A scenario, or why there is none."""

    model_config = _FROZEN

    scenario: str = ""
    """The situation in at most ten words, without numbers and single items; empty where there is none."""
    reason: str = ""
    """Why there is none, where there is none."""


class ExtractionRequest(Request[ScenarioAnswer]):
    """Asks for the everyday situation behind a conversation."""

    answer: ClassVar[type[BaseModel]] = ScenarioAnswer
    prompt: ClassVar[str] = "scenario_extraction"

    messages: tuple[Message, ...]
    """The conversation."""
    complaint: str = ""

    def prompt_fields(self) -> dict[str, str]:
        """The conversation, a line for everything that was said, called and returned."""
        spoken = [message for message in self.messages if message.role != "system"]
        return {**super().prompt_fields(), "messages": transcript_text(spoken)}


class ExpansionRequest(Request[ScenarioAnswer]):
    """Asks for a situation that is substantially different from one, in the same form."""

    answer: ClassVar[type[BaseModel]] = ScenarioAnswer
    prompt: ClassVar[str] = "scenario_expansion"

    scenario: str
    complaint: str = ""


class TaskRequest(Request[Any]):
    """What the questions about one task have in common."""

    scenario: str
    """The situation."""
    composition: Composition
    """How the task is to be composed."""
    depth: int
    """How many sub-tasks follow each other in a chain or in a branch of a tree."""
    system: str
    """The system message of the dialogue to come: today's date, and what is known of the user."""
    complaint: str = ""
    """What was wrong with the last answer, when the step is tried again."""

    def prompt_fields(self) -> dict[str, str]:
        """What the composition is like, with an example; of the system message, the day and who the user is."""
        return {
            **super().prompt_fields(),
            "composition": rule_of(self.composition, depth=self.depth),
            "system": setting_text((Message(role="system", content=self.system),)),
        }


class AtomicTaskAnswer(BaseModel):
    """A task of one step."""

    model_config = _FROZEN

    task: str
    """One line of at most 30 words: realistic, with every value given, naming no function and no way to do it."""


class AtomicTaskRequest(TaskRequest):
    """Asks for the task of one step with which the composition begins."""

    answer: ClassVar[type[BaseModel]] = AtomicTaskAnswer
    prompt: ClassVar[str] = "atomic_task"


class CompositionAnswer(BaseModel):
    """A compositional task: its sub-tasks, what goes from one to the other, and the whole as one text."""

    model_config = _FROZEN

    subtasks: tuple[SubTask, ...]
    flows: tuple[DataFlow, ...]
    task: str


class CompositionRequest(TaskRequest):
    """Asks for a compositional task that begins with an atomic one."""

    answer: ClassVar[type[BaseModel]] = CompositionAnswer
    prompt: ClassVar[str] = "composition"

    task: str
    """The atomic task."""

    def prompt_fields(self) -> dict[str, str]:
        """As for every question about a task, and an example of what is asked for."""
        return {**super().prompt_fields(), "example": example_of(self.composition)}


class FilterAnswer(BaseModel):
    """Whether a compositional task is kept."""

    model_config = _FROZEN

    is_consistent: bool
    """Whether the sub-tasks, done one after the other, complete the task, and nothing in it is left to none of them."""
    is_compatible: bool
    """Whether no sub-task undoes or contradicts another."""
    is_realistic: bool
    """Whether somebody in this situation would ask for it."""
    reason: str = ""
    """What is wrong, where something is."""


class FilterRequest(TaskRequest):
    """Asks whether a compositional task holds together."""

    answer: ClassVar[type[BaseModel]] = FilterAnswer
    prompt: ClassVar[str] = "task_filter"

    task: CompositionalTask

    def prompt_fields(self) -> dict[str, str]:
        """The task as a text, its sub-tasks and what goes from one to another."""
        return {**super().prompt_fields(), "task": task_text(self.task)}


class FunctionDefinition(BaseModel):
    """A function that one sub-task takes."""

    model_config = _FROZEN

    subtask: str
    """Id of the sub-task."""
    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of the arguments object; every parameter has a description."""
    returns: dict[str, Any]
    """JSON Schema of the result object; every field has a description."""
    effects: Effects = "unknown"
    """What a call changes: `reads`, `writes` or `deletes`; `unknown` where the writer does not say."""


class FunctionsAnswer(BaseModel):
    """The functions of a compositional task."""

    model_config = _FROZEN

    functions: tuple[FunctionDefinition, ...]
    """In the order in which they are called."""
    flows: tuple[DataFlow, ...] = ()
    """The flows of the task, each with the field it comes from and the parameter it goes into."""
    steps: tuple[PlannedStep, ...] = ()
    """The calls that complete the task, where it is a rule that knows them."""


class FunctionsRequest(TaskRequest):
    """Asks for the functions that the sub-tasks of a task take."""

    answer: ClassVar[type[BaseModel]] = FunctionsAnswer
    prompt: ClassVar[str] = "functions"

    task: CompositionalTask
    is_parallel: bool = True
    """Whether calls that do not depend on each other may be made at once; a rule plans its steps by it."""

    def prompt_fields(self) -> dict[str, str]:
        """The task as a text, its sub-tasks and what goes from one to another."""
        return {**super().prompt_fields(), "task": task_text(self.task)}


class StatementAnswer(BaseModel):
    """What the user says: the whole task."""

    model_config = _FROZEN

    text: str


class StatementRequest(TaskRequest):
    """Asks the user to state a task, whole and once, without its steps and without functions."""

    answer: ClassVar[type[BaseModel]] = StatementAnswer
    prompt: ClassVar[str] = "statement"

    task: CompositionalTask
    style: str
    """How the user talks."""

    def prompt_fields(self) -> dict[str, str]:
        """The task as one text, without its parts, and the way of talking in words."""
        return {**super().prompt_fields(), "task": self.task.text, "style": manner_of(self.style or "plain")}


TASK_REQUESTS: tuple[type[Request[Any]], ...] = (
    ExtractionRequest, ExpansionRequest, AtomicTaskRequest, CompositionRequest, FilterRequest, FunctionsRequest,
    StatementRequest,
)  # fmt: skip

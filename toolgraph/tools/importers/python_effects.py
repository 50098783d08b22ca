"""Effects: what a Python function says, by its name and by its code, that it changes."""

import ast

from toolgraph.tools.importers.python_callables import Callable
from toolgraph.tools.importers.python_scope import Scope
from toolgraph.tools.inference import CREATE, DELETE, UPDATE, name_parts
from toolgraph.tools.spec import Effects

_DELETING = frozenset({"os.remove", "os.unlink", "os.rmdir", "os.removedirs", "shutil.rmtree"})
_CHANGING = frozenset(
    "os.rename os.replace os.mkdir os.makedirs os.system os.chmod os.chown os.link os.symlink os.truncate os.utime "
    "os.kill shutil.move shutil.copy shutil.copy2 shutil.copyfile shutil.copytree shutil.chown subprocess.run "
    "subprocess.call subprocess.Popen subprocess.check_call subprocess.check_output requests.post requests.put "
    "requests.patch requests.delete httpx.post httpx.put httpx.patch httpx.delete smtplib.SMTP".split()
)
_OF_PATHS = frozenset("write_text write_bytes mkdir touch rename unlink rmdir executescript executemany commit".split())
_MUTATING = frozenset(
    "append extend insert add update pop popitem remove discard clear setdefault appendleft extendleft".split()
)


def effects_of_code(function: Callable, scope: Scope) -> Effects:
    """Return "writes" or "deletes" where the name or the code says so, and else "unknown".

    That a function only reads is never concluded from its code: what it calls may do anything.
    """
    verb = name_parts(function.path[-1]).verb
    if verb in DELETE:
        return "deletes"
    called = {scope.full_name(node.func) for node in ast.walk(function.node) if isinstance(node, ast.Call)}
    if called & _DELETING:
        return "deletes"
    if verb in CREATE or verb in UPDATE or called & _CHANGING:
        return "writes"
    owner = _first_parameter(function) if function.is_bound else ""
    return "writes" if any(_changes(node, owner, scope) for node in ast.walk(function.node)) else "unknown"


def _changes(node: ast.AST, owner: str, scope: Scope) -> bool:
    """Whether a piece of code assigns to what outlives the call: its object, a global, a file."""
    match node:
        case ast.Global():
            return True
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            return any(_outlives(target, owner, scope) for target in targets)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return _outlives(target, owner, scope)
        case ast.Call(func=ast.Attribute(attr=method, value=value)) if method in _MUTATING:
            return _outlives(value, owner, scope, of_call=True)
        case ast.Call(func=ast.Attribute(attr=method)) if method in _OF_PATHS:
            return True
        case ast.Call(func=ast.Name(id="open"), args=[_, ast.Constant(value=str() as mode), *_]):
            return not mode.startswith("r") or "+" in mode
    return False


def _outlives(target: ast.expr, owner: str, scope: Scope, *, of_call: bool = False) -> bool:
    """Whether `target` lies inside the object of a method, or inside a container at the top of the file."""
    if isinstance(target, ast.Tuple | ast.List):
        return any(_outlives(each, owner, scope) for each in target.elts)
    is_inside = of_call
    while isinstance(target, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(target, ast.Attribute) and ("cache" in target.attr or "memo" in target.attr):
            return False
        is_inside = True
        target = target.func if isinstance(target, ast.Call) else target.value
    if not is_inside or not isinstance(target, ast.Name):
        return False
    return target.id == owner or (target.id in scope.values and "cache" not in target.id.lower())


def _first_parameter(function: Callable) -> str:
    arguments = [*function.node.args.posonlyargs, *function.node.args.args]
    return arguments[0].arg if arguments else ""

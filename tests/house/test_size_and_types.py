"""Files stay readable: small, fully annotated, catching only what they can name.

A user would notice later: a function too long to read is where the next wrong fee, the next
swallowed error hides.
"""

from __future__ import annotations

import ast

from house.source import (
    GENERATED,
    ROOT,
    functions,
    nodes,
    package_modules,
    project_files,
    python_files,
)

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
SOURCE_SUFFIXES = {".py", ".ts", ".tsx", ".js", ".jsx", ".css", ".sql", ".sh", ".html", ".mako"}
BROAD = {"Exception", "BaseException"}


def test_no_source_file_is_over_500_lines() -> None:
    """A file over 500 lines has two subjects."""
    over = []
    for path in project_files():
        if path.suffix in SOURCE_SUFFIXES and path not in GENERATED:
            lines = (ROOT / path).read_text("utf-8").count("\n")
            if lines > MAX_FILE_LINES:
                over.append(f"{path}: {lines} lines")
    assert not over, "\n".join(over)


def test_no_function_is_over_60_lines() -> None:
    """Counted from `def` to the last line, docstring included."""
    over = [
        f"{module.path}:{function.lineno} {function.name}: {length} lines"
        for module in python_files()
        for function in functions(module)
        if (length := (function.end_lineno or function.lineno) - function.lineno + 1)
        > MAX_FUNCTION_LINES
    ]
    assert not over, "\n".join(over)


def test_every_function_is_annotated() -> None:
    """Each argument and each return value of the package has a type."""
    bare = [
        f"{module.path}:{function.lineno} {function.name}: {', '.join(missing)}"
        for module in package_modules()
        for function in functions(module)
        if (missing := unannotated(function))
    ]
    assert not bare, "\n".join(bare)


def unannotated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Names of the arguments without a type, and "return" when the result has none."""
    spec = function.args
    named = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    arguments = [argument for argument in named if argument is not None]
    missing = [
        argument.arg
        for argument in arguments
        if argument.annotation is None and argument.arg not in {"self", "cls", "mcs"}
    ]
    return missing if function.returns is not None else [*missing, "return"]


def test_no_broad_except() -> None:
    """An error is caught by its name, where something can be done about it."""
    broad = [
        f"{module.path}:{line}"
        for module in python_files()
        for node in nodes(module)
        if (line := broad_catch(node))
    ]
    assert not broad, "\n".join(broad)


def broad_catch(node: ast.AST) -> int | None:
    """The line of a bare or catch-all `except`, or of `suppress(Exception)`; else None."""
    if isinstance(node, ast.ExceptHandler):
        caught = [node.type] if not isinstance(node.type, ast.Tuple) else list(node.type.elts)
        if any(kind is None or _name(kind) in BROAD for kind in caught):
            return node.lineno
    if isinstance(node, ast.Call) and _name(node.func) == "suppress":
        return next((node.lineno for a in node.args if _name(a) in BROAD), None)
    return None


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def test_the_checks_see_what_they_look_for() -> None:
    """The checks themselves work on small samples."""
    sample = ast.parse("def f(self, a, *b, c: int = 1): ...")
    assert isinstance(sample.body[0], ast.FunctionDef)
    assert unannotated(sample.body[0]) == ["a", "b", "return"]
    samples = {
        "try: ...\nexcept: ...": True,
        "try: ...\nexcept (OSError, Exception): ...": True,
        "try: ...\nexcept builtins.BaseException: ...": True,
        "with contextlib.suppress(Exception): ...": True,
        "try: ...\nexcept (OSError, ValueError): ...": False,
    }
    for text, expected in samples.items():
        found = any(broad_catch(node) for node in ast.walk(ast.parse(text)))
        assert found is expected, text

"""Every query on merchant-owned rows starts from the caller's merchants.

A user would notice the worst thing a marketplace can do: one merchant reading another's orders.
Row-level security stops that in the database; this lint sees that no query relies on it alone.

In the files that serve callers
- `select` on a merchant-owned model must be built with `scoped(...)` or `in_scope(...)`;
- `update` and `delete` may instead name the row's `merchant_id`, since they follow a scoped read;
- SQL text that names a merchant-owned table needs `merchant_id` compared with a parameter (or with
  the outer row's), in itself, in its function, or in a function of the file that it calls.
What must see every merchant says why, on the statement, the line before it, or the function:
`# unscoped: <reason>`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pytest

import yichuan.tables
from house.source import Module, package_modules
from yichuan.core.models import Base

LINTED = {"queries.py", "service.py", "routes.py"}
"""Files that serve callers. Jobs and log consumers serve all merchants, as the system role."""

EXEMPT_ROOMS = {"core", "simulator"}
SCOPE_CALLS = {"scoped", "in_scope"}
WRITES = {"update", "delete"}
STATEMENTS = {"select", "select_from", *WRITES}
MARK = re.compile(r"#\s*unscoped:\s*\S.{5,}")
PARAMETER = re.compile(r"merchant_id\s*(?:=|IN\b)\s*(?:(?:ANY\s*)?\(*\s*[%:$]|\w+\.merchant_id)")


@dataclass(frozen=True, slots=True)
class Owned:
    """The merchant-owned models, by class and by table name."""

    classes: frozenset[str]
    tables: frozenset[str]

    def in_sql(self, sql: str) -> bool:
        """Whether SQL text reads or changes one of the tables."""
        names = re.findall(r"\b(?:FROM|JOIN|UPDATE)\s+(?:ONLY\s+)?(\w+)", sql)
        return bool(self.tables & set(names))


@lru_cache(maxsize=1)
def owned() -> Owned:
    """Models whose primary key contains `merchant_id`."""
    assert yichuan.tables.metadata is Base.metadata
    mappers = [
        mapper
        for mapper in Base.registry.mappers
        if any(column.name == "merchant_id" for column in mapper.primary_key)
    ]
    return Owned(
        frozenset(mapper.class_.__name__ for mapper in mappers),
        frozenset(str(mapper.local_table) for mapper in mappers),
    )


class File:
    """One file under the lint."""

    def __init__(self, tree: ast.Module, text: str, models: Owned) -> None:
        self.tree = tree
        self.lines = text.splitlines()
        self.models = models
        self.parents = {c: n for n in ast.walk(tree) for c in ast.iter_child_nodes(n)}
        local = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        self.scope_calls = SCOPE_CALLS | {
            function.name
            for function in local
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and calls(node, SCOPE_CALLS)
        }
        """The scope functions, and functions of this file that return what they made."""
        self.scoping_text = {function.name for function in local if compares_merchant(function)}
        """Functions of this file whose SQL text compares `merchant_id`."""

    def offences(self) -> Iterator[tuple[int, str]]:
        """Line and description of every query that starts from nobody's merchants."""
        for node in ast.walk(self.tree):
            what = self._query(node)
            if what and not self._is_scoped(node) and not self._is_marked(node):
                yield getattr(node, "lineno", 0), what

    def _query(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Call) and name_of(node.func) in STATEMENTS:
            found = self._models_in(node)
            return f"{name_of(node.func)}({', '.join(sorted(found))})" if found else None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = self.models.in_sql(node.value) and not isinstance(self.parents[node], ast.Expr)
            return "SQL text" if named and not self._is_scoped_text(node) else None
        return None

    def _is_scoped_text(self, node: ast.Constant) -> bool:
        around = self._function(node) or self._unit(node)
        return compares_merchant(around) or calls(around, self.scoping_text)

    def _models_in(self, call: ast.Call) -> set[str]:
        """Merchant-owned models named in a statement's arguments, nested statements left out."""
        found: set[str] = set()
        waiting: list[ast.AST] = [*call.args]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Call) and name_of(node.func) in STATEMENTS | self.scope_calls:
                continue
            if isinstance(node, ast.Name | ast.Attribute) and name_of(node) in self._names(call):
                found.add(name_of(node))
            waiting.extend(ast.iter_child_nodes(node))
        return found

    def _names(self, node: ast.AST) -> set[str]:
        """Class names of the models, and the aliases of them around a node."""
        around = self._function(node) or self.tree
        aliases = {
            target.id
            for statement in ast.walk(around)
            if isinstance(statement, ast.Assign) and calls(statement, {"aliased"})
            if any(name_of(n) in self.models.classes for n in ast.walk(statement.value))
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        return aliases | self.models.classes

    def _is_scoped(self, node: ast.AST) -> bool:
        """Whether the statement around a query uses a scope call, or a name made with one."""
        unit = self._unit(node)
        if calls(unit, self.scope_calls):
            return True
        if isinstance(node, ast.Call) and name_of(node.func) in WRITES and names_merchant(unit):
            return True
        around = self._function(node)
        if around is None:
            return False
        made = {
            target.id
            for statement in ast.walk(around)
            if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign)
            if calls(statement, self.scope_calls)
            for target in ast.walk(statement)
            if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
        }
        return any(isinstance(n, ast.Name) and n.id in made for n in ast.walk(unit))

    def _unit(self, node: ast.AST) -> ast.AST:
        """The simple statement around a node, or the head of the compound one."""
        while not isinstance(node, ast.stmt):
            parent = self.parents[node]
            if isinstance(parent, ast.stmt) and hasattr(parent, "body"):
                return node
            node = parent
        return node

    def _function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                return node
        return None

    def _is_marked(self, node: ast.AST) -> bool:
        """Whether a reason stands on the statement, the line before it, or the function's head."""
        unit = self._unit(node)
        while not hasattr(unit, "lineno"):
            unit = self.parents[unit]
        spans = [(unit.lineno - 1, getattr(unit, "end_lineno", unit.lineno))]
        function = self._function(node)
        if function is not None:
            spans.append((function.lineno - 1, function.body[0].lineno - 1))
        return any(
            MARK.search(line) for first, last in spans for line in self.lines[first - 1 : last]
        )


def name_of(node: ast.AST) -> str:
    """The last part of a name: `select` for `sa.select`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def calls(node: ast.AST, names: set[str]) -> bool:
    """Whether anything under a node calls one of these functions."""
    return any(isinstance(n, ast.Call) and name_of(n.func) in names for n in ast.walk(node))


def compares_merchant(node: ast.AST) -> bool:
    """Whether SQL text under a node compares `merchant_id` with a parameter or an outer row."""
    return any(
        isinstance(n, ast.Constant) and isinstance(n.value, str) and PARAMETER.search(n.value)
        for n in ast.walk(node)
    )


def names_merchant(node: ast.AST) -> bool:
    """Whether anything under a node reads an attribute `merchant_id` of a class or a row."""
    return any(isinstance(n, ast.Attribute) and n.attr == "merchant_id" for n in ast.walk(node))


def is_linted(module: Module) -> bool:
    """Whether a module serves callers."""
    parts = module.path.parts
    return len(parts) > 3 and module.unit not in EXEMPT_ROOMS and parts[-1] in LINTED


def test_every_query_starts_from_the_scoped_statement() -> None:
    """Nothing in the files that serve callers reads or changes rows of nobody's merchants."""
    found = [
        f"{module.path}:{line} {what}"
        for module in package_modules()
        if is_linted(module)
        for line, what in File(module.tree, module.text, owned()).offences()
    ]
    assert not found, "\n".join(found)


def test_the_models_are_known() -> None:
    """The lint would be blind without its list of tables."""
    assert {"SubOrder", "Shipment", "Waybill"} <= owned().classes
    assert {"sub_orders", "shipments", "waybills"} <= owned().tables


BAD = [
    "def f(s): return s.scalars(select(Box))",
    "def f(s): return s.scalars(sa.select(Box.id, Bag.name).where(Box.id == 1))",
    "def f(s): return s.scalar(select(func.count()).select_from(Box))",
    "def f(s): return s.execute(update(models.Box).values(x=1))",
    "def f(s): return s.execute(text('SELECT x FROM boxes WHERE id = :id'))",
    "def f(s):\n    b = aliased(Box)\n    return s.scalars(select(b))",
    "def f(s):\n    ok = scoped(s, Bag)\n    return s.scalars(select(Box))",
    "def f(s): return s.scalars(select(Box))  # unscoped:",
    "for row in s.scalars(select(Box)):\n    scoped(s, Box)",
    "def f(s, m): return s.scalars(select(Box).where(Box.merchant_id == m))",
    "def f(s): return run('SELECT x FROM boxes ORDER BY merchant_id')",
]
GOOD = [
    "def f(s): return s.scalars(select(Bag))",
    "def f(s): return s.scalars(scoped(s, Box).where(Box.id.in_(select(Box.id))))",
    "def f(s): return s.scalars(select(Box.id).where(in_scope(s, Box)))",
    "def f(s): return s.scalar(select(func.count()).select_from(scoped(s, Box).subquery()))",
    "def f(s):\n    q = select(Box.id)\n    q = q.where(in_scope(s, Box))\n    return s.scalars(q)",
    "def mine(s): return in_scope(s, Box)\ndef f(s): return s.scalars(select(Box).where(mine(s)))",
    "def f(s): return s.execute(text('SELECT x FROM boxes WHERE merchant_id = :m'))",
    "def f(s): return s.execute('SELECT x FROM boxes WHERE merchant_id = ANY(%s)')",
    "def f(s):\n    # unscoped: the nightly sum is over all merchants\n    return select(Box)",
    "# unscoped: called by the worker only\ndef f(s):\n    x = 1\n    return select(Box)",
    "def f(s):\n    'Copies rows FROM boxes.'",
    "def f(s, m): return s.execute(update(Box).where(Box.merchant_id == m).values(x=1))",
    "def w(): return 'merchant_id = %s'\ndef f(): return run(f'SELECT 1 FROM boxes WHERE {w()}')",
    "BAGS = '(SELECT n FROM boxes b WHERE b.merchant_id = o.merchant_id)'",
]


@pytest.mark.parametrize(("code", "fails"), [(c, True) for c in BAD] + [(c, False) for c in GOOD])
def test_the_lint_itself(code: str, fails: bool) -> None:
    """What fails and what passes, by example."""
    models = Owned(frozenset({"Box"}), frozenset({"boxes"}))
    assert bool(list(File(ast.parse(code), code, models).offences())) is fails

"""Hot statements, said once: where a request is asked a thousand times a day, what it says to the database stands here.

SQLAlchemy's work around a statement (its cache key, its context, its result) takes longer than the driver's and the
database's together. A `Statement` is compiled once for each database, and then said on the driver's own cursor; its
rows come as small typed tuples. A `Writing` is all that a verb writes, as data beside the verb, said once for both:
PostgreSQL is told all of it in one statement, because each is a way to the server; SQLite, which has no such way,
piece by piece in the same order. What the types of columns do with values is done here as well.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import orjson
import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from backend import db, reading_pool
from backend.db import session

Row = TypeVar("Row")
Given = Mapping[str, Any]
# What a dialect is told, or what tells it by the dialect's name.
Core = Any
# A cursor that takes `$1` as the server does: a long text need not be looked through each time.
RAW_CURSOR: type[Any] = psycopg.RawCursor
# Between the name of rows that are given and the name of one of their columns.
_OF = "__"


class Statement(Generic[Row]):
    """One statement, whose rows come as `row`, a NamedTuple of its columns in their order (or as plain tuples).

    Outside of `transaction()` it is a read of its own; inside it sees what was written. It stands at module level:
    its values are binds, its states literals, so that a plan made for any values finds the partial indexes.
    """

    def __init__(self, core: Core, row: Callable[..., Row]) -> None:
        self._core = core
        self._make: Callable[[Any], Row] = getattr(row, "_make", row)
        self._forms: dict[str, _Form] = {}

    def all(self, given: Given) -> list[Row]:
        """The rows that it answers. Raises RuntimeError for a change outside `transaction()`."""
        line = _writing_line()
        if line is not None:
            return self._rows(line, given)
        with reading_pool.connected(db.db.engine) as line:
            return self._rows(line, given)

    def first(self, given: Given) -> Row | None:
        """Its first row, if there is one."""
        rows = self.all(given)
        return rows[0] if rows else None

    def one(self, given: Given) -> Row:
        """Its only row. Raises NoResultFound or MultipleResultsFound for none or several."""
        rows = self.all(given)
        if len(rows) != 1:
            raise (sa.exc.MultipleResultsFound if rows else sa.exc.NoResultFound)("not one row")
        return rows[0]

    def form(self, dialect: sa.Dialect) -> "_Form":
        """What it is for this database."""
        if dialect.name not in self._forms:
            self._forms[dialect.name] = _Form(self._core, dialect)
        return self._forms[dialect.name]

    def _rows(self, line: sa.Connection, given: Given) -> list[Row]:
        form = self.form(line.dialect)
        if form.writes and not session.info.get("writing"):
            raise RuntimeError("a change outside transaction()")
        return [self._make(row) for row in form.results(line, form.values(given))]


class Sources:
    """What a piece of a `Writing` selects from: rows that the verb gives, and what earlier pieces have reached."""

    def __init__(self, dialect_name: str) -> None:
        self.dialect_name = dialect_name
        self._reached: dict[str, Any] = {}

    def __getitem__(self, piece: str) -> Any:
        """The rows that an earlier piece returned; none where it reached nothing, so that what selects from it writes
        nothing either."""
        return self._reached[piece]

    def __contains__(self, piece: str) -> bool:
        return piece in self._reached

    def each(self, name: str, columns: Mapping[str, Any]) -> Any:
        """Rows that are given as a list of dictionaries under `name`, with these columns and types."""
        return given_rows(name, columns, self.dialect_name)

    def insert(self, table: Any) -> Any:
        """An INSERT that knows ON CONFLICT."""
        return db.insert(table)


Piece = Callable[[Sources], Any]


class Writing:
    """All rows that a verb writes: an INSERT, UPDATE or DELETE for each name, in their order, each with RETURNING.

    Where the first one is a guard, and reaches nothing, whatever selects from it writes nothing. `answers` names the
    pieces whose returned rows the verb wants to know, of numbers and texts only. What the session had read of the rows
    of a table that is changed is read again, unless the verb says itself what it knows of them (`keeps`).
    """

    def __init__(self, *, answers: Sequence[str], keeps: bool = False, **pieces: Piece) -> None:
        self._answers, self._keeps, self._pieces = tuple(answers), keeps, pieces
        self._said: dict[str, _AtOnce | _InOrder] = {}

    def run(self, given: Given) -> dict[str, list[tuple[Any, ...]]]:
        """Writes them; answers what each of `answers` reached. Raises RuntimeError outside `transaction()`."""
        line = _writing_line()
        if line is None:
            raise RuntimeError("a change outside transaction()")
        said = self.said(line.dialect)
        reached = said.run(line, given)
        if not self._keeps:
            _read_again(said.changed)
        return reached

    def said(self, dialect: sa.Dialect) -> "_AtOnce | _InOrder":
        """What it is for this database."""
        if dialect.name not in self._said:
            kind = _InOrder if dialect.name == "sqlite" else _AtOnce
            self._said[dialect.name] = kind(self._pieces, self._answers, dialect)
        return self._said[dialect.name]


class _AtOnce:
    """One statement for all pieces: each is a part of its WITH."""

    def __init__(self, pieces: Mapping[str, Piece], answers: Sequence[str], dialect: sa.Dialect) -> None:
        sources, self.changed = Sources(dialect.name), set()
        for name, piece in pieces.items():
            core = piece(sources)
            self.changed |= _changed(core)
            sources._reached[name] = core.cte(name)
        told = [_as_json(sources[name]).label(name) for name in answers]
        wanted = sa.select(*told, sa.literal_column("1")).add_cte(*(sources[name] for name in pieces))
        self.form, self._answers = _Form(wanted, dialect), answers

    def run(self, line: sa.Connection, given: Given) -> dict[str, list[tuple[Any, ...]]]:
        ((*told, _one),) = self.form.say(line, self.form.values(given))
        return {name: [tuple(one) for one in rows] for name, rows in zip(self._answers, told, strict=True)}


class _InOrder:
    """A statement for each piece; what it returned is handed to the later ones."""

    def __init__(self, pieces: Mapping[str, Piece], answers: Sequence[str], dialect: sa.Dialect) -> None:
        sources, self.changed = Sources(dialect.name), set()
        self.forms: dict[str, _Form] = {}
        for name, piece in pieces.items():
            core = piece(sources)
            self.changed |= _changed(core)
            self.forms[name] = _Form(core, dialect)
            columns = {one.key: one.type for one in core.exported_columns}
            sources._reached[name] = _read_json(sa.bindparam(f"{name}_reached", type_=sa.Text), columns, name)
        self._answers = answers

    def run(self, line: sa.Connection, given: Given) -> dict[str, list[tuple[Any, ...]]]:
        values, reached = dict(given), {}
        for name, form in self.forms.items():
            rows = form.say(line, form.values(values))
            reached[name] = rows
            values[f"{name}_reached"] = orjson.dumps(rows).decode()
        return {name: reached[name] for name in self._answers}


# --- one statement in one dialect ---------------------------------------------------------------------------------


class _Form:
    """A statement's text in one dialect, and how values go in and come out."""

    def __init__(self, core: Core, dialect: sa.Dialect) -> None:
        built = core(dialect.name) if callable(core) else core
        compiled: Any = built.compile(dialect=_positional(dialect))
        if compiled.post_compile_params or compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError("a hot statement has one text, and no defaults of Python's")
        self.text: str = compiled.string
        self.writes = bool(compiled.isinsert or compiled.isupdate or compiled.isdelete)
        self._given = [_bound(compiled, name) for name in compiled.positiontup or ()]
        self._columns = compiled._result_columns
        self._results: list[tuple[int, Any]] | None = None

    def values(self, given: Given) -> list[Any]:
        """What the driver is given. Raises KeyError for a value that is missing."""
        return [bound(given) for bound in self._given]

    def results(self, line: sa.Connection, values: list[Any]) -> Iterator[Sequence[Any]]:
        """Its rows, as the types of their columns tell them."""
        rows = self.say(line, values)
        if not self._results:
            return iter(rows)
        return map(self._processed, rows)

    def _processed(self, row: Sequence[Any]) -> Sequence[Any]:
        told = list(row)
        for number, process in self._results or ():
            told[number] = process(told[number])
        return told

    def say(self, line: sa.Connection, values: list[Any]) -> list[tuple[Any, ...]]:
        """Its rows as the driver gives them. Whoever listens to the engine hears it; faults are SQLAlchemy's."""
        cursor, heard = _cursor(line), line.engine._has_events
        if heard:
            line.dispatch.before_cursor_execute(line, cursor, self.text, values, None, False)
        try:
            cursor.execute(self.text, values)
            rows = cursor.fetchall() if cursor.description else []
        except line.dialect.loaded_dbapi.Error as fault:
            _raise(line, fault, self.text, values, cursor)
        if heard:
            line.dispatch.after_cursor_execute(line, cursor, self.text, values, None, False)
        if self._results is None:
            self._results = self._processors(cursor, line.dialect)
        return rows

    def _processors(self, cursor: Any, dialect: sa.Dialect) -> list[tuple[int, Any]]:
        described = cursor.description or ()
        found = (
            (number, entry.type._cached_result_processor(dialect, told[1]))
            for number, (entry, told) in enumerate(zip(self._columns, described, strict=False))
        )
        return [(number, process) for number, process in found if process is not None]


def _bound(compiled: Any, name: str) -> Callable[[Given], Any]:
    """How the value of one bind is found in what is given."""
    bind, process = compiled.binds[name], compiled._bind_processors.get(name)
    if not bind.required:
        constant = bind.effective_value if process is None else process(bind.effective_value)
        return lambda _given: constant
    rows, of, column = bind.key.partition(_OF)
    if of:
        if process is None:
            return lambda given: [row[column] for row in given[rows]]
        return lambda given: process([row[column] for row in given[rows]])
    key = bind.key
    if process is None:
        return lambda given: given[key]
    return lambda given: process(given[key])


def _positional(dialect: Any) -> Any:
    """A dialect whose binds stand by their place: SQLite's own, PostgreSQL's with `$1`."""
    return dialect if dialect.name == "sqlite" else type(dialect)(paramstyle="numeric_dollar")


def _cursor(line: sa.Connection) -> Any:
    """The driver's; PostgreSQL's is kept with its connection, because a new one copies all that it knows of types."""
    if line.dialect.name == "sqlite":
        return line.connection.cursor()
    kept = line.connection.info
    cursor = kept.get("hot")
    if cursor is None or cursor.closed:
        cursor = kept["hot"] = RAW_CURSOR(line.connection.driver_connection)
    return cursor


def _raise(line: sa.Connection, fault: BaseException, text: str, values: list[Any], cursor: Any) -> None:
    """As SQLAlchemy does: its own exception, the engine's listeners, a lost connection given up."""
    try:
        line._handle_dbapi_exception(fault, text, values, cursor, None)
    finally:
        if line.invalidated:
            reading_pool.forget(db.db.engine)


class comma_list(sa.sql.functions.GenericFunction[str]):
    """The texts of a group with commas between them. SQLAlchemy's own writes the comma when it is said."""

    type = sa.String()
    inherit_cache = True


@compiles(comma_list)
def _comma_list(element: Any, compiler: Any, **more: Any) -> str:
    name = "group_concat" if compiler.dialect.name == "sqlite" else "string_agg"
    return f"{name}({compiler.process(element.clauses, **more)}, ',')"


# --- given rows -----------------------------------------------------------------------------------------------------


def given_rows(name: str, columns: Mapping[str, Any], dialect_name: str) -> Any:
    """A list of dictionaries that is given under `name`, as rows to select from."""
    if dialect_name == "sqlite":
        return _read_json(sa.bindparam(name, type_=_JsonRows(tuple(columns.items()))), columns, name)
    arrays = [
        sa.bindparam(f"{name}{_OF}{column}", type_=postgresql.ARRAY(kind)) for column, kind in columns.items()
    ]
    named = (sa.column(column, kind) for column, kind in columns.items())
    return sa.func.unnest(*arrays).table_valued(*named).render_derived(name)


def _read_json(rows: sa.BindParameter[Any], columns: Mapping[str, Any], name: str) -> Any:
    """SQLite: rows that are given as JSON."""
    each = sa.func.json_each(rows).table_valued("value")
    values = (
        sa.type_coerce(sa.func.json_extract(each.c.value, f"$[{number}]"), kind).label(column)
        for number, (column, kind) in enumerate(columns.items())
    )
    return sa.select(*values).select_from(each).subquery(name)


class _JsonRows(sa.types.UserDefinedType[Any]):
    """Dictionaries as one JSON text of lists, each value as its column's type tells it to the driver."""

    cache_ok = True

    def __init__(self, columns: tuple[tuple[str, Any], ...]) -> None:
        self.columns = columns

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Any], str]:
        known = [
            (name, sa.types.to_instance(kind)._cached_bind_processor(dialect)) for name, kind in self.columns
        ]

        def as_json(rows: Any) -> str:
            told = [[row[name] if of is None else of(row[name]) for name, of in known] for row in rows]
            return orjson.dumps(told).decode()

        return as_json


def _as_json(reached: Any) -> Any:
    listed = sa.func.json_agg(sa.func.json_build_array(*reached.c)).label("rows")
    return sa.func.coalesce(sa.select(listed).scalar_subquery(), sa.literal_column("'[]'::json"))


def _changed(core: Any) -> set[Any]:
    return set() if core.is_insert else {core.table}


def _read_again(tables: set[Any]) -> None:
    """What the session knows of rows of these tables is no longer so."""
    if not tables:
        return
    for known in list(session.identity_map.values()):
        state = sa.inspect(known)
        if state.mapper.local_table in tables and not state.modified:
            session.expire(known)


# --- rows that the session knows --------------------------------------------------------------------------------------


def adopt(model: type[Row], columns: Given) -> Row:
    """A row that was written past the session, for verbs that go on with it: with what is known of it, its key too; the
    rest is nothing (NULL)."""
    row = model()
    for one in sa.inspect(model).column_attrs:
        set_committed_value(row, one.key, columns.get(one.key))
    make_transient_to_detached(row)
    session.add(row)
    return row


def _writing_line() -> sa.Connection | None:
    """The connection of the transaction that is open, if one is."""
    if not session.registry.has():
        return None
    here = session()
    return here.connection() if here.info.get("writing") else None

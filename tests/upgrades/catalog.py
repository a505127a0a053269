"""What PostgreSQL knows of a schema, as lines that two databases can be compared by.

Dated partitions are left out (each database has those of its own days), and so is the place of a
dropped column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncpg import Connection, Record

OURS = "n.nspname = $1 AND NOT c.relispartition"
ACL = "(SELECT string_agg(one::text, ' ' ORDER BY one::text) FROM unnest({}) AS one)"
QUERIES = (
    f"""SELECT 'schema', n.nspowner::regrole::text, {ACL.format("n.nspacl")}
        FROM pg_namespace n WHERE n.nspname = $1""",
    f"""SELECT 'default rights', d.defaclobjtype::text, {ACL.format("d.defaclacl")}
        FROM pg_default_acl d JOIN pg_namespace n ON n.oid = d.defaclnamespace
        WHERE n.nspname = $1""",
    f"""SELECT 'relation', c.relname, c.relkind::text, c.relowner::regrole::text,
               array_to_string(c.reloptions, ' '), pg_get_partkeydef(c.oid),
               {ACL.format("c.relacl")}
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}""",
    f"""SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
               pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text,
               a.attcollation::regcollation::text, a.attstorage::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace
             LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        WHERE {OURS} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v')""",
    f"""SELECT 'constraint', c.relname, k.conname, k.convalidated, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}""",
    f"""SELECT 'index', c.relname, x.indisvalid, pg_get_indexdef(x.indexrelid)
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}""",
    f"""SELECT 'trigger', c.relname, t.tgenabled::text, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND NOT t.tgisinternal""",
    f"""SELECT 'function', p.oid::regprocedure::text, p.proowner::regrole::text,
               pg_get_functiondef(p.oid), {ACL.format("p.proacl")}
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1""",
    """SELECT 'sequence', sequencename, data_type::text, start_value, increment_by, cache_size, cycle
        FROM pg_sequences WHERE schemaname = $1""",
    """SELECT 'view', viewname, definition FROM pg_views WHERE schemaname = $1""",
    """SELECT 'type', t.typname, t.typtype::text,
              (SELECT string_agg(e.enumlabel, ' ' ORDER BY e.enumsortorder)
               FROM pg_enum e WHERE e.enumtypid = t.oid)
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE n.nspname = $1 AND t.typtype IN ('e', 'd')""",
)
COLUMNS = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND NOT c.relispartition AND c.relkind IN ('r', 'p')
          AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY c.relname
"""


async def described(connection: Connection[Record], schema: str) -> list[str]:
    """Everything that makes up a schema, one line each, in order."""
    # Names are then told with their schema everywhere, or nowhere.
    await connection.execute("SET search_path = pg_catalog")
    rows = [row for query in QUERIES for row in await connection.fetch(query, schema)]
    return sorted(" | ".join(str(part) for part in row) for row in rows)


async def columns(connection: Connection[Record], schema: str) -> dict[str, list[str]]:
    """The columns of each table."""
    return {row["relname"]: row["columns"] for row in await connection.fetch(COLUMNS, schema)}


async def rows(
    connection: Connection[Record], schema: str, table: str, names: Sequence[str]
) -> Counter[tuple[Any, ...]]:
    """The rows of a table, in some of its columns."""
    chosen = ", ".join(f'"{name}"::text' for name in names)
    found = await connection.fetch(f'SELECT {chosen} FROM "{schema}"."{table}"')
    return Counter(tuple(row) for row in found)

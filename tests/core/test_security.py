"""Row-level security itself. If these break, one forgotten WHERE shows a merchant's rows to all."""

from __future__ import annotations

import psycopg
import pytest

from conftest import DatabaseUrls, Tenant
from orders.test_routes import order
from yichuan.core.context import Context
from yichuan.core.database import APP, OWNER, SYSTEM
from yichuan.migrations import security
from yichuan.tables import metadata

GUARDED = {
    *security.MERCHANT,
    *security.PLATFORM_ONLY,
    *security.READ_ALL_WRITE_PLATFORM,
    *security.SYSTEM_ONLY,
    *security.SPECIAL,
    *security.LENT,
    *security.SHARED,
    *(table for tables in security.RECORDS.values() for table in tables),
    "courier_accounts",
    "track_subscriptions",
}


def test_every_table_has_a_rule() -> None:
    """A new table must say who may see it."""
    assert set(metadata.tables) - GUARDED - set(security.NO_POLICY) == set()


def test_the_application_cannot_step_over_the_policies(urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.of(APP)) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, False, False)
        owned = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
        ).fetchone()
        assert owned == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SET ROLE {SYSTEM}")
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE shipments DISABLE ROW LEVEL SECURITY")


@pytest.mark.parametrize("table", sorted(GUARDED))
def test_policies_are_forced(urls: DatabaseUrls, table: str) -> None:
    with psycopg.connect(urls.of(OWNER)) as connection:
        row = connection.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s", (table,)
        ).fetchone()
    assert row == (True, True)


async def test_a_raw_unscoped_select_finds_nothing_foreign(
    urls: DatabaseUrls, context: Context, alpha: Tenant, beta: Tenant
) -> None:
    """The policy alone stops the leak: plain SQL, no WHERE, another merchant's scope."""
    placed = await alpha.client.post("/api/v1/orders", json=order("SEC1", alpha))
    assert placed.status_code == 201
    owned = [t for t in metadata.sorted_tables if "merchant_id" in t.c and t.name in GUARDED]
    seen: dict[str, int] = {}
    with psycopg.connect(urls.of(SYSTEM)) as connection:
        for table in owned:
            query = f"SELECT count(*) FROM {table.name} WHERE merchant_id = %s"
            row = connection.execute(query, (alpha.id,)).fetchone()
            seen[table.name] = row[0] if row else 0
    for table in ("shipments", "shipment_lines", "sub_orders", "recipients", "search_tokens"):
        assert seen[table] > 0, f"nothing to leak in {table}: the test proves nothing"
    for scope in (str(beta.id), "", None):
        with psycopg.connect(urls.of(APP)) as connection:
            if scope is not None:
                connection.execute("SELECT set_config('yichuan.scope', %s, true)", (scope,))
            for table in owned:
                if table.name in security.SYSTEM_ONLY:
                    continue
                row = connection.execute(
                    f"SELECT count(*) FROM {table.name} WHERE merchant_id = %s", (alpha.id,)
                ).fetchone()
                assert row == (0,), f"{table.name} leaks with scope {scope!r}"
            assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)


async def test_writing_for_another_merchant_is_refused(
    urls: DatabaseUrls, alpha: Tenant, beta: Tenant
) -> None:
    with psycopg.connect(urls.of(APP)) as connection:
        connection.execute("SELECT set_config('yichuan.scope', %s, true)", (str(beta.id),))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO shops (merchant_id, id, code, name)"
                " VALUES (%s, gen_random_uuid(), 'x', 'x')",
                (alpha.id,),
            )


def test_a_read_session_cannot_write(urls: DatabaseUrls) -> None:
    """Reading by accident never becomes writing: the transaction is READ ONLY."""
    with psycopg.connect(urls.of(APP)) as connection:
        connection.read_only = True
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("DELETE FROM shipments")

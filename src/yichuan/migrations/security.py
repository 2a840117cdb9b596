"""Row-level security: which rule guards which table, and the SQL that sets it up.

`FORCE` binds the owner too. The `system` role sees everything by its own policy. A test walks the
catalogue and fails on a table that is in none of these lists.
"""

from __future__ import annotations

from collections.abc import Iterator

from yichuan.core.database import APP, SYSTEM

SCOPE = "(SELECT current_setting('yichuan.scope', true))"
PLATFORM = f"{SCOPE} = 'all'"
IN_SCOPE = "{column} = ANY ((SELECT string_to_array(nullif(" + SCOPE + ", 'all'), ','))::uuid[])"


def _owned(column: str = "merchant_id") -> str:
    return f"({PLATFORM} OR {IN_SCOPE.format(column=column)})"


def _through(table: str, on: str) -> str:
    """Visible when a row of a guarded table is visible."""
    return f"({PLATFORM} OR EXISTS (SELECT 1 FROM {table} g WHERE {on}))"


_FIRST_OWNED = (
    "shops",
    "sender_addresses",
    "sub_orders",
    "order_lines",
    "recipients",
    "search_tokens",
    "shipments",
    "shipment_lines",
    "shipment_events",
    "waybills",
    "print_jobs",
    "print_job_items",
    "track_bindings",
    "problems",
    "tickets",
    "ticket_messages",
    "merchant_scores",
    "daily_rollups",
    "stage_stock",
    "rollup_counted",
    "users",
    "api_keys",
    "audit_log",
    "rate_cards",
    "courier_connections",
    "import_runs",
    "alerts",
    "webhook_endpoints",
    "outbox",
    "milestone_log",
)
LATER_OWNED: dict[str, tuple[str, ...]] = {
    "0006": (
        "account_applications",
        "door_orders",
        "door_pushes",
        "pickups",
        "shipping_wishes",
        "track_subscribers",
    ),
    "0008": ("merchant_number_shapes",),
    "0011": ("goods_clearances",),
    "0012": ("proofs",),
    "0015": ("account_balances",),
    "0016": ("ratings", "buyer_reports"),
    "0018": ("live_shipments",),
    "0021": ("named_numbers",),
    "0031": ("live_merchant_counts",),
}
"""Revision → tables it adds to the first ones."""
MERCHANT = (*_FIRST_OWNED, *(table for tables in LATER_OWNED.values() for table in tables))
"""Rows carry `merchant_id`; rows without one are the platform's alone."""

_FIRST_PLATFORM_ONLY = (
    "bills",
    "bill_lines",
    "bill_findings",
    "connector_calls",
    "unknown_codes",
    "quarantine",
    "consumer_cursors",
)
LATER_PLATFORM_ONLY: dict[str, tuple[str, ...]] = {
    "0018": ("live_counts", "live_flows"),
    "0032": ("live_ways",),
}
PLATFORM_ONLY = (
    *_FIRST_PLATFORM_ONLY,
    *(table for tables in LATER_PLATFORM_ONLY.values() for table in tables),
)
_FIRST_READ_ALL = ("couriers", "courier_services", "courier_scores", "platform_settings")
LATER_READ_ALL: dict[str, tuple[str, ...]] = {
    "0008": ("number_shapes",),
    "0014": ("admission_standards", "courier_admissions"),
    "0017": ("archived_cohorts",),
    "0031": ("live_names",),
}
READ_ALL_WRITE_PLATFORM = (
    *_FIRST_READ_ALL,
    *(table for tables in LATER_READ_ALL.values() for table in tables),
)
RECORDS: dict[str, tuple[str, ...]] = {"0014": ("admission_decisions",)}
"""Revision → tables of the platform that nobody changes or shortens: rows are added and read."""
_FIRST_SYSTEM_ONLY = ("push_inbox", "sessions")
LATER_SYSTEM_ONLY: dict[str, tuple[str, ...]] = {
    "0017": ("archive_parts", "history_recalls"),
    "0023": ("courier_paces",),
    "0024": ("courier_pictures",),
    "0028": ("arrival_counts",),
}
SYSTEM_ONLY = (
    *_FIRST_SYSTEM_ONLY,
    *(table for tables in LATER_SYSTEM_ONLY.values() for table in tables),
)
NO_POLICY = ("idempotency_keys", "alembic_version")
"""Keyed by the caller itself; read only through core.idempotency."""

SPECIAL = {
    "merchants": _owned("id"),
    "orders": _through("sub_orders", "g.order_id = orders.id"),
    "tracks": _through(
        "track_bindings",
        "g.courier = tracks.courier AND g.number = tracks.number AND g.cycle = tracks.cycle",
    ),
    "track_events": _through(
        "track_bindings",
        "g.courier = track_events.courier AND g.number = track_events.number"
        " AND g.cycle = track_events.cycle",
    ),
    "rate_rows": _through("rate_cards", "g.id = rate_rows.card_id"),
    "import_rejects": _through("import_runs", "g.id = import_rejects.run_id"),
    "webhook_attempts": _through("webhook_endpoints", "g.id = webhook_attempts.endpoint_id"),
}


def _enable(table: str) -> Iterator[str]:
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY system ON {table} TO {SYSTEM} USING (true) WITH CHECK (true)"


def _policy(table: str, rule: str) -> Iterator[str]:
    yield from _enable(table)
    yield f"CREATE POLICY scope ON {table} TO {APP} USING {rule} WITH CHECK {rule}"


def _read_all(table: str) -> Iterator[str]:
    yield from _policy(table, f"({PLATFORM})")
    yield f"CREATE POLICY anyone_reads ON {table} FOR SELECT TO {APP} USING (true)"


def _system_only(table: str) -> Iterator[str]:
    yield from _enable(table)
    yield f"REVOKE ALL ON {table} FROM {APP}"


def later(revision: str) -> Iterator[str]:
    """Every statement that guards the tables a later migration adds."""
    for table in LATER_OWNED.get(revision, ()):
        yield from _policy(table, _owned())
    for table in LATER_PLATFORM_ONLY.get(revision, ()):
        yield from _policy(table, f"({PLATFORM})")
    for table in LATER_READ_ALL.get(revision, ()):
        yield from _read_all(table)
    for table in LATER_SYSTEM_ONLY.get(revision, ()):
        yield from _system_only(table)
    for table in RECORDS.get(revision, ()):
        yield from _policy(table, f"({PLATFORM})")
        yield f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP}, {SYSTEM}"


def statements() -> Iterator[str]:
    """Every statement that guards the tables of the first migration."""
    for table in _FIRST_OWNED:
        yield from _policy(table, _owned())
    for table in _FIRST_PLATFORM_ONLY:
        yield from _policy(table, f"({PLATFORM})")
    for table, rule in SPECIAL.items():
        yield from _policy(table, rule)
    for table in _FIRST_READ_ALL:
        yield from _read_all(table)
    for table in _FIRST_SYSTEM_ONLY:
        yield from _system_only(table)
    # A merchant sees the accounts it may borrow; their secrets are encrypted and never served.
    yield from _policy("courier_accounts", _owned())
    yield (
        f"CREATE POLICY borrow ON courier_accounts FOR SELECT TO {APP} USING (merchant_id IS NULL)"
    )
    # A main order is written before its sub-orders exist.
    yield f"CREATE POLICY create_order ON orders FOR INSERT TO {APP} WITH CHECK (true)"
    # Staff notes in a merchant's ticket are the staff's.
    yield (
        f"CREATE POLICY staff ON ticket_messages AS RESTRICTIVE TO {APP}"
        f" USING (audience = 'all' OR {PLATFORM})"
    )
    # Whoever ships may ask for a number's pushes; nobody but the system reads the list.
    yield from _enable("track_subscriptions")
    yield f"CREATE POLICY wish ON track_subscriptions FOR INSERT TO {APP} WITH CHECK (true)"
    yield f"CREATE POLICY platform ON track_subscriptions TO {APP} USING ({PLATFORM})"


def watched_tracks() -> Iterator[str]:
    """Whoever subscribed to a number of no shipment reads its track (never writes it)."""
    for table in ("tracks", "track_events"):
        on = " AND ".join(f"g.{c} = {table}.{c}" for c in ("courier", "number", "cycle"))
        rule = f"(EXISTS (SELECT 1 FROM track_subscribers g WHERE {on}))"
        yield f"CREATE POLICY subscriber ON {table} FOR SELECT TO {APP} USING {rule}"


LENT = ("courier_account_quotas",)
"""What the platform allows a merchant: its own rows, which its transactions count in."""


def lent() -> Iterator[str]:
    """Statements that guard the quotas of lent accounts."""
    for table in LENT:
        yield from _enable(table)
        yield f"CREATE POLICY scope ON {table} FOR SELECT TO {APP} USING ({_owned()})"
        yield (
            f"CREATE POLICY count ON {table} FOR UPDATE TO {APP}"
            f" USING ({_owned()}) WITH CHECK ({_owned()})"
        )
        yield f"CREATE POLICY set ON {table} FOR INSERT TO {APP} WITH CHECK ({PLATFORM})"


SHARED = (
    "service_areas",
    "service_suspensions",
    "goods_rules",
    "service_traits",
    "real_names",
    "cut_offs",
    "compensations",
)
"""Terms of couriers: rows without `merchant_id` are the platform's; every merchant reads them."""


def shared() -> Iterator[str]:
    """Statements that guard the terms of courier services."""
    for table in SHARED:
        yield from _policy(table, _owned())
        yield (
            f"CREATE POLICY platforms ON {table} FOR SELECT TO {APP} USING (merchant_id IS NULL)"
        )


GRANTS = (
    f"GRANT USAGE ON SCHEMA public TO {APP}, {SYSTEM}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}, {SYSTEM}",
    f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}, {SYSTEM}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public"
    f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}, {SYSTEM}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public"
    f" GRANT USAGE, SELECT ON SEQUENCES TO {APP}, {SYSTEM}",
)

ENSURE_PARTITION = """
CREATE FUNCTION yichuan_ensure_cohort(first_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    start_day date := date_trunc('month', first_day)::date;
    part text := 'track_events_' || to_char(start_day, 'YYYYMM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext(part));
    IF to_regclass(part) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF track_events FOR VALUES FROM (%L) TO (%L)',
            part, start_day, (start_day + interval '1 month')::date);
        EXECUTE format('REVOKE ALL ON %I FROM yichuan_app', part);
    END IF;
END $$
"""
"""Partitions are made by the owner on the system role's behalf. The application reaches events
only through the parent table, whose policy guards them."""

LEAVING = (
    """
CREATE FUNCTION yichuan_drop_cohort(first_day date, expected bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part text := 'track_events_' || to_char(first_day, 'YYYYMM');
    found bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(part));
    EXECUTE format('LOCK TABLE %I IN SHARE MODE', part);
    EXECUTE format('SELECT count(*) FROM %I', part) INTO found;
    IF found <> expected THEN
        RETURN false;
    END IF;
    EXECUTE format('ALTER TABLE track_events DETACH PARTITION %I', part);
    EXECUTE format('DROP TABLE %I', part);
    RETURN true;
END $$
""",
    "REVOKE ALL ON FUNCTION yichuan_drop_cohort(date, bigint) FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION yichuan_drop_cohort(date, bigint) TO {SYSTEM}",
)
"""A month of events goes only while it holds as many rows as were proved to be in its archive:
events are added, never taken away. Nobody can add one between the count and the end of the
transaction. The application may not call it."""

DEFER = """
CREATE FUNCTION yichuan_defer(queue text, task text, job_lock text, job_queueing_lock text,
                              args jsonb, at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (procrastinate_defer_jobs_v1(ARRAY[
        ROW(queue, task, 0, job_lock, job_queueing_lock, args, at)::procrastinate_job_to_defer_v1
    ]))[1]
$$
"""
"""Lets a request enqueue a job in its own transaction without any right on the job tables."""

JOB_TABLES = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
)
"""The queue's own tables: the application has no right on them."""

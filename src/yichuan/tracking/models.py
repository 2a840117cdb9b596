"""Tables of the push inbox, tracks, their events, bindings and the quarantine."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base


class InboxPush(Base):
    """A courier's push, durable before we say yes. Merged, then kept for a while."""

    __tablename__ = "push_inbox"
    __table_args__ = (
        Index("ix_push_inbox_open", "id", postgresql_where=text("merged_at IS NULL")),
        Index("ix_push_inbox_received", "received_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connector: Mapped[str]
    connection_id: Mapped[UUID]
    body: Mapped[bytes]
    """What the connector reads, compressed and encrypted (`tracking.raw`)."""
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    merged_at: Mapped[datetime | None]


class Quarantined(Base):
    """A push, record or event that could not be used, with its reason; someone can act on it.

    Couriers repeat whole histories: the same bad row is kept once (`digest`).
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        Index("ix_quarantine_open", "id", postgresql_where=text("resolved_at IS NULL")),
        Index("ix_quarantine_resolved", "resolved_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    inbox_id: Mapped[int | None]
    connector: Mapped[str]
    connection_id: Mapped[UUID | None]
    courier: Mapped[str | None]
    number: Mapped[str | None]
    kind: Mapped[str]
    """push (cannot be read at all), record (names no parcel), event, signature."""
    reason: Mapped[str]
    raw: Mapped[bytes]
    """As it came, compressed and encrypted (`tracking.raw`)."""
    digest: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    """replayed, dismissed."""


class Track(Base):
    """What a courier says about one number. Exists before or without any order."""

    __tablename__ = "tracks"
    __table_args__ = ({"postgresql_with": {"fillfactor": 80}},)

    courier: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    """Numbers are reused: 1 for the first life of a number."""
    cohort: Mapped[date]
    """First day of the month the track began: the partition its events live in."""
    milestone: Mapped[str] = mapped_column(server_default="created")
    detail: Mapped[str] = mapped_column(server_default="none")
    problem: Mapped[str | None]
    problem_party: Mapped[str | None]
    problem_since: Mapped[datetime | None]
    events: Mapped[int] = mapped_column(server_default="0")
    digest: Mapped[bytes | None]
    """Digest of all `events` as the last full history told them: what begins with the same again
    brings only what follows. None: the last push did not hold them all."""
    history: Mapped[bytes] = mapped_column(server_default=text("''::bytea"))
    """All events merged so far, 13 bytes each: key, time, detail (`tracking.memory`)."""
    words: Mapped[bytes | None]
    """The few texts of them that decide about the state (signatures, corrections), and where the
    walk over them stands."""
    first_event_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]
    last_text: Mapped[str | None]
    last_city: Mapped[str | None]
    picked_up_at: Mapped[datetime | None]
    out_for_delivery_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    signed_by: Mapped[str | None]
    sign_kind: Mapped[str | None]
    deliverer: Mapped[bytes | None]
    """Who brings it (`connectors.base.Deliverer`), sealed; only while it is out for delivery."""
    expected_from: Mapped[datetime | None]
    expected_to: Mapped[datetime | None]
    """When the courier said it will be delivered; a whole day where only the day was said."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TrackEvent(Base):
    """One scan. Partitioned by the track's cohort month. Written once, by who writes the track's
    row, which knows the keys of all its scans; no index proves it."""

    __tablename__ = "track_events"
    __table_args__ = (
        Index("ix_track_events_track", "courier", "number", "cycle"),
        {"postgresql_partition_by": "RANGE (cohort)"},
    )

    cohort: Mapped[date] = mapped_column(primary_key=True)
    courier: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    event_key: Mapped[bytes] = mapped_column(primary_key=True)
    """First 8 bytes of the hash of time, text and code as they came."""
    occurred_at: Mapped[datetime]
    text: Mapped[str]
    """Redacted: phones and names of recipients masked (`tracking.redact`)."""
    code: Mapped[str | None]
    detail: Mapped[str]
    city: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CourierPicture(Base):
    """A picture of a delivery that a courier told the address of: to be fetched, once."""

    __tablename__ = "courier_pictures"
    __table_args__ = (
        Index("ix_courier_pictures_due", "next_at", postgresql_where=text("state = 'wanted'")),
    )

    courier: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[bytes] = mapped_column(primary_key=True)
    """Digest of the address without what signs it."""
    kind: Mapped[str]
    """photo, signature."""
    url_enc: Mapped[bytes]
    """Whoever knows the address sees the picture."""
    taken_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="wanted")
    """wanted, done, failed."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ArchivedCohort(Base):
    """A month whose events were exported to files and dropped. Everybody may know that it was."""

    __tablename__ = "archived_cohorts"

    cohort: Mapped[date] = mapped_column(primary_key=True)
    events: Mapped[int]
    """Rows in its files; of a month that was archived again, late ones added."""
    size_bytes: Mapped[int]
    archived_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ArchivePart(Base):
    """One Parquet file of a month, sorted by track; its first and its last track."""

    __tablename__ = "archive_parts"

    blob_key: Mapped[str] = mapped_column(primary_key=True)
    cohort: Mapped[date] = mapped_column(ForeignKey("archived_cohorts.cohort"), index=True)
    first_courier: Mapped[str]
    first_number: Mapped[str]
    first_cycle: Mapped[int]
    last_courier: Mapped[str]
    last_number: Mapped[str]
    last_cycle: Mapped[int]
    events: Mapped[int]
    size_bytes: Mapped[int]
    digest: Mapped[bytes]
    """SHA-256 of the file."""


class HistoryRecall(Base):
    """A track whose archived events somebody asked for."""

    __tablename__ = "history_recalls"

    courier: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    cohort: Mapped[date] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(server_default="wanted")
    """wanted, done, failed."""
    events: Mapped[int] = mapped_column(server_default="0")
    """How many events of the track its archive has: more in `tracks` means that some came late."""
    error: Mapped[str | None]
    wanted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]


class TrackBinding(Base):
    """Ties a track to a merchant's shipment: the only way to see a track's events."""

    __tablename__ = "track_bindings"
    __table_args__ = (
        Index("ix_track_bindings_track", "courier", "number", "cycle"),
        Index("ix_track_bindings_shipment", "merchant_id", "shipment_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    shipment_id: Mapped[UUID] = mapped_column(primary_key=True)
    courier: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    waybill_id: Mapped[UUID | None]
    leg: Mapped[str] = mapped_column(server_default="out")
    subscribed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class NamedNumber(Base):
    """A further number of a shipment that a scan named or a person entered, and what became of it.

    `bound` rows say who bound it; the rest keeps a number from being bound or asked about again.
    """

    __tablename__ = "named_numbers"
    __table_args__ = (
        CheckConstraint("state IN ('open','bound','dismissed','removed')", name="state"),
        CheckConstraint("origin IN ('scan','hand')", name="origin"),
    )

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    shipment_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[str]
    state: Mapped[str]
    """open: in doubt, waits for a person; bound; dismissed: none of this shipment's; removed: was
    bound."""
    courier: Mapped[str | None]
    leg: Mapped[str | None]
    """Of a number in doubt: None where the scan leaves it open."""
    from_courier: Mapped[str | None]
    from_number: Mapped[str | None]
    """Whose scan named it."""
    said: Mapped[str | None]
    """The scan, redacted."""
    actor: Mapped[str | None]
    """Who bound, dismissed or removed it."""
    named_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]


class TrackSubscription(Base):
    """A number whose pushes we asked a connection for, one row per track."""

    __tablename__ = "track_subscriptions"
    __table_args__ = (
        Index("ix_track_subscriptions_due", "next_at", postgresql_where=text("state = 'wanted'")),
        Index(
            "ix_track_subscriptions_poll",
            "poll_connection_id",
            "poll_merchant_id",
            "poll_at",
            postgresql_where=text("poll_connection_id IS NOT NULL AND poll_at IS NOT NULL"),
        ),
        Index(
            "ix_track_subscriptions_unrouted",
            "poll_at",
            postgresql_where=text("poll_connection_id IS NULL AND poll_at IS NOT NULL"),
        ),
    )

    courier: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    connection_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(server_default="wanted")
    """wanted, subscribed, failed."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_error: Mapped[str | None]
    stops: Mapped[int] = mapped_column(server_default="0")
    """How often the courier has given the number up (三天无轨迹, 七天内无轨迹变化)."""
    stopped_at: Mapped[datetime | None]
    stopped_reason: Mapped[str | None]
    phone_last4_enc: Mapped[bytes | None]
    poll_connection_id: Mapped[UUID | None]
    """Through whom the courier is asked (`tracking.polling`); None: not settled, or nobody can."""
    poll_merchant_id: Mapped[UUID | None]
    """Whose parcel it is, so that no merchant waits for another's; all ones: the platform's."""
    poll_at: Mapped[datetime | None] = mapped_column(
        server_default=text("(now() + '00:00:30'::interval)")
    )
    """When it is looked at next; None: its life is over."""
    poll_asked_at: Mapped[datetime | None]
    poll_calls: Mapped[int] = mapped_column(server_default="0")
    poll_failures: Mapped[int] = mapped_column(server_default="0")
    poll_refusals: Mapped[int] = mapped_column(server_default="0")
    """Failures and refusals in a row."""
    poll_error: Mapped[str | None]
    poll_events: Mapped[int | None]
    """Events of the track after the last call: more of them later were pushed."""
    poll_unpushed: Mapped[bool] = mapped_column(server_default="false")
    """A call brought what should have been pushed, and nothing was pushed since."""


class TrackSubscriber(Base):
    """A program that follows a number through its API key, with or without a shipment of ours.

    It lets its merchant read the track; a shipment of another merchant under the same number
    ends that (`tracking.watching`).
    """

    __tablename__ = "track_subscribers"
    __table_args__ = (
        UniqueConstraint("key_id", "courier", "number", "cycle"),
        Index("ix_track_subscribers_track", "courier", "number", "cycle"),
        Index("ix_track_subscribers_merchant", "merchant_id", "created_at"),
        CheckConstraint("kind IN ('query','basic','plus')", name="kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None]
    """None: the platform itself."""
    key_id: Mapped[UUID]
    courier: Mapped[str]
    number: Mapped[str]
    cycle: Mapped[int]
    kind: Mapped[str]
    """query: it only asks; basic, plus: it is told, without or with the finer codes."""
    order_code: Mapped[str] = mapped_column(server_default="")
    callback: Mapped[str] = mapped_column(server_default="")
    """The caller's own value, given back with every push."""
    told: Mapped[bytes | None]
    """Digest of what was told last: the same is not told twice."""
    told_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CourierPace(Base):
    """How fast a courier's parcels move, as counted from those that ended here; it decides when
    numbers are asked for (`tracking.polling_learning`). No parcel can be told from it."""

    __tablename__ = "courier_paces"

    courier: Mapped[str] = mapped_column(primary_key=True)
    parcels: Mapped[float]
    """How many it stands for; old ones fade."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Phase → scans and hours, by time since the last scan and part of the day."""
    last_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

"""Terms of courier services, what was let pass, and virtual numbers that expire."""

from __future__ import annotations

import csv
from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from yichuan.core.ids import new_id
from yichuan.migrations import security

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE service_areas (
    courier TEXT NOT NULL,
    service TEXT,
    adcode TEXT NOT NULL,
    keyword TEXT DEFAULT '' NOT NULL,
    serves BOOLEAN NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    id UUID NOT NULL,
    merchant_id UUID,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_service_areas PRIMARY KEY (id),
    CONSTRAINT fk_service_areas_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_service_areas_merchant_id ON service_areas (merchant_id);
CREATE UNIQUE INDEX ux_service_areas_place
    ON service_areas (merchant_id, courier, service, adcode, keyword) NULLS NOT DISTINCT;
CREATE TABLE service_suspensions (
    courier TEXT,
    service TEXT,
    adcode TEXT NOT NULL,
    direction TEXT DEFAULT 'both' NOT NULL,
    cause TEXT DEFAULT 'other' NOT NULL,
    reason TEXT NOT NULL,
    from_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    id UUID NOT NULL,
    merchant_id UUID,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_service_suspensions PRIMARY KEY (id),
    CONSTRAINT ck_service_suspensions_direction CHECK (direction IN ('to','from','both')),
    CONSTRAINT ck_service_suspensions_period CHECK (until_at IS NULL OR until_at > from_at),
    CONSTRAINT fk_service_suspensions_merchant_id
        FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_service_suspensions_from ON service_suspensions (from_at, id);
CREATE INDEX ix_service_suspensions_merchant_id ON service_suspensions (merchant_id);
CREATE UNIQUE INDEX ux_service_suspensions_case
    ON service_suspensions (merchant_id, courier, service, adcode, direction, from_at)
    NULLS NOT DISTINCT;
CREATE TABLE goods_rules (
    code TEXT,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    keywords TEXT[] NOT NULL,
    unless TEXT[] DEFAULT '{}' NOT NULL,
    level TEXT NOT NULL,
    courier TEXT,
    service TEXT,
    source TEXT DEFAULT '' NOT NULL,
    enabled BOOLEAN DEFAULT 'true' NOT NULL,
    id UUID NOT NULL,
    merchant_id UUID,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_goods_rules PRIMARY KEY (id),
    CONSTRAINT ck_goods_rules_level CHECK (level IN ('forbidden','air','declare')),
    CONSTRAINT fk_goods_rules_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_goods_rules_merchant_id ON goods_rules (merchant_id);
CREATE UNIQUE INDEX ux_goods_rules_code ON goods_rules (code);
CREATE UNIQUE INDEX ux_goods_rules_name
    ON goods_rules (merchant_id, name_zh, level, courier, service) NULLS NOT DISTINCT;
CREATE TABLE service_traits (
    courier TEXT NOT NULL,
    service TEXT,
    by_air BOOLEAN,
    real_name BOOLEAN,
    id UUID NOT NULL,
    merchant_id UUID,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_service_traits PRIMARY KEY (id),
    CONSTRAINT fk_service_traits_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_service_traits_merchant_id ON service_traits (merchant_id);
CREATE UNIQUE INDEX ux_service_traits_service
    ON service_traits (courier, service) NULLS NOT DISTINCT;
CREATE TABLE real_names (
    courier TEXT NOT NULL,
    account_id UUID,
    reference TEXT DEFAULT '' NOT NULL,
    valid_until DATE,
    id UUID NOT NULL,
    merchant_id UUID,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_real_names PRIMARY KEY (id),
    CONSTRAINT ck_real_names_whose CHECK (merchant_id IS NOT NULL OR account_id IS NOT NULL),
    CONSTRAINT fk_real_names_account_id FOREIGN KEY(account_id) REFERENCES courier_accounts (id),
    CONSTRAINT fk_real_names_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_real_names_merchant_id ON real_names (merchant_id);
CREATE UNIQUE INDEX ux_real_names_whose
    ON real_names (merchant_id, courier, account_id) NULLS NOT DISTINCT;
CREATE TABLE cut_offs (
    courier TEXT,
    service TEXT,
    branch_code TEXT,
    adcode TEXT DEFAULT '' NOT NULL,
    weekdays TEXT NOT NULL,
    at TIME WITHOUT TIME ZONE,
    id UUID NOT NULL,
    merchant_id UUID,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_cut_offs PRIMARY KEY (id),
    CONSTRAINT fk_cut_offs_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_cut_offs_merchant_id ON cut_offs (merchant_id);
CREATE UNIQUE INDEX ux_cut_offs_days
    ON cut_offs (merchant_id, courier, service, branch_code, adcode, weekdays) NULLS NOT DISTINCT;
CREATE TABLE compensations (
    courier TEXT,
    service TEXT,
    trouble TEXT NOT NULL,
    insured BOOLEAN NOT NULL,
    freight_percent BIGINT,
    value_percent BIGINT,
    cap_minor BIGINT,
    claim_days BIGINT NOT NULL,
    counted_from TEXT NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    id UUID NOT NULL,
    merchant_id UUID,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_compensations PRIMARY KEY (id),
    CONSTRAINT ck_compensations_trouble CHECK (trouble IN ('lost','damaged','delayed')),
    CONSTRAINT ck_compensations_counted_from
        CHECK (counted_from IN ('shipped','promised','delivered','reported')),
    CONSTRAINT fk_compensations_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_compensations_merchant_id ON compensations (merchant_id);
CREATE UNIQUE INDEX ux_compensations_case
    ON compensations (merchant_id, courier, service, trouble, insured) NULLS NOT DISTINCT;
CREATE TABLE goods_clearances (
    shipment_id UUID NOT NULL,
    rule_id UUID NOT NULL,
    rule_zh TEXT NOT NULL,
    rule_en TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_goods_clearances PRIMARY KEY (merchant_id, id)
);
CREATE INDEX ix_goods_clearances_shipment ON goods_clearances (merchant_id, shipment_id);
ALTER TABLE recipients ADD COLUMN phone_valid_until TIMESTAMP WITH TIME ZONE
"""


def upgrade() -> None:
    """New tables with the packaged terms, one column without a default: no row is rewritten."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    _fill("goods_rules", "goods.csv", ("keywords", "unless"))
    _fill("service_traits", "traits.csv", ())
    _fill("compensations", "compensation.csv", ())
    for statement in (*security.later(revision), *security.shared()):
        op.execute(statement)


def _fill(table: str, name: str, lists: tuple[str, ...]) -> None:
    """The packaged terms: once, so that what an operator removes stays away."""
    lines = (files("yichuan.terms") / name).read_text("utf-8").splitlines()
    for row in csv.DictReader(lines):
        values: dict[str, object] = {key: value or None for key, value in row.items()}
        for column in lists:
            values[column] = [word for word in row[column].split("、") if word]
        values |= {"id": new_id(), "actor": "yichuan"}
        marks = ", ".join(_mark(column) for column in values)
        statement = sa.text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})")
        typed = [sa.bindparam(c, type_=ARRAY(sa.Text)) for c in lists]
        op.execute(statement.bindparams(*typed).bindparams(**values))


def _mark(column: str) -> str:
    numbers = ("freight_percent", "value_percent", "cap_minor", "claim_days")
    truths = ("by_air", "real_name", "insured")
    kind = "bigint" if column in numbers else "boolean" if column in truths else ""
    return f"CAST(:{column} AS {kind})" if kind else f":{column}"

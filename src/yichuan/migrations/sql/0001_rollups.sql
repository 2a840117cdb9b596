CREATE TABLE daily_rollups (
    merchant_id UUID NOT NULL,
    day DATE NOT NULL,
    courier TEXT NOT NULL,
    province TEXT NOT NULL,
    created INTEGER DEFAULT '0' NOT NULL,
    ship_due INTEGER DEFAULT '0' NOT NULL,
    shipped_on_time INTEGER DEFAULT '0' NOT NULL,
    shipped INTEGER DEFAULT '0' NOT NULL,
    pickup_due INTEGER DEFAULT '0' NOT NULL,
    picked_up_on_time INTEGER DEFAULT '0' NOT NULL,
    picked_up INTEGER DEFAULT '0' NOT NULL,
    delivered INTEGER DEFAULT '0' NOT NULL,
    delivered_with_promise INTEGER DEFAULT '0' NOT NULL,
    delivered_on_time INTEGER DEFAULT '0' NOT NULL,
    transit_hours INTEGER DEFAULT '0' NOT NULL,
    returned INTEGER DEFAULT '0' NOT NULL,
    problems INTEGER DEFAULT '0' NOT NULL,
    merchant_problems INTEGER DEFAULT '0' NOT NULL,
    courier_problems INTEGER DEFAULT '0' NOT NULL,
    fake_shipping INTEGER DEFAULT '0' NOT NULL,
    damaged_or_lost INTEGER DEFAULT '0' NOT NULL,
    cost_minor BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_daily_rollups PRIMARY KEY (merchant_id, day, courier, province)
);
CREATE INDEX ix_daily_rollups_day ON daily_rollups (day);

CREATE TABLE rollup_counted (
    merchant_id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    courier TEXT NOT NULL,
    province TEXT NOT NULL,
    stage TEXT NOT NULL,
    created_day DATE,
    ship_due_day DATE,
    shipped_day DATE,
    pickup_due_day DATE,
    picked_up_day DATE,
    delivered_day DATE,
    returned_day DATE,
    problem_day DATE,
    marks BIGINT DEFAULT '0' NOT NULL,
    transit_hours BIGINT DEFAULT '0' NOT NULL,
    cost_minor BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_rollup_counted PRIMARY KEY (merchant_id, shipment_id)
);

CREATE TABLE stage_stock (
    merchant_id UUID NOT NULL,
    courier TEXT NOT NULL,
    stage TEXT NOT NULL,
    count BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_stage_stock PRIMARY KEY (merchant_id, courier, stage)
);

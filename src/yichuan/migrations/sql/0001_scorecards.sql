CREATE TABLE courier_scores (
    courier TEXT NOT NULL,
    day DATE NOT NULL,
    window_days BIGINT DEFAULT '30' NOT NULL,
    shipments BIGINT NOT NULL,
    picked_up_on_time BIGINT NOT NULL,
    pickup_due BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    delivered_with_promise BIGINT NOT NULL,
    delivered_on_time BIGINT NOT NULL,
    transit_hours_sum BIGINT NOT NULL,
    problems BIGINT NOT NULL,
    damaged_or_lost BIGINT NOT NULL,
    score NUMERIC(5, 2) NOT NULL,
    computed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_courier_scores PRIMARY KEY (courier, day, window_days)
);

CREATE TABLE merchant_scores (
    merchant_id UUID NOT NULL,
    day DATE NOT NULL,
    window_days BIGINT DEFAULT '30' NOT NULL,
    shipments BIGINT NOT NULL,
    shipped_on_time BIGINT NOT NULL,
    ship_due BIGINT NOT NULL,
    picked_up_on_time BIGINT NOT NULL,
    pickup_due BIGINT NOT NULL,
    problems BIGINT NOT NULL,
    fake_shipping BIGINT NOT NULL,
    tickets_due BIGINT NOT NULL,
    tickets_on_time BIGINT NOT NULL,
    score NUMERIC(5, 2) NOT NULL,
    computed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_merchant_scores PRIMARY KEY (merchant_id, day, window_days)
);

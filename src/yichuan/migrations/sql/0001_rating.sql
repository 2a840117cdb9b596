CREATE TABLE rate_cards (
    id UUID NOT NULL,
    merchant_id UUID,
    merchant_code TEXT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    courier TEXT NOT NULL,
    service TEXT,
    origin_province TEXT,
    currency TEXT DEFAULT 'CNY' NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    rows BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_rate_cards PRIMARY KEY (id),
    CONSTRAINT fk_rate_cards_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_rate_cards_merchant_id ON rate_cards (merchant_id);
CREATE UNIQUE INDEX ux_rate_cards_name ON rate_cards (name, role, merchant_code, courier, service, origin_province, valid_from) NULLS NOT DISTINCT;

CREATE TABLE rate_rows (
    card_id UUID NOT NULL,
    position BIGINT NOT NULL,
    dest_province TEXT,
    dest_city TEXT,
    zone TEXT,
    body TEXT NOT NULL,
    CONSTRAINT pk_rate_rows PRIMARY KEY (card_id, position),
    CONSTRAINT fk_rate_rows_card_id FOREIGN KEY(card_id) REFERENCES rate_cards (id)
);

CREATE TABLE tickets (
    ticket_no TEXT NOT NULL,
    shipment_id UUID NOT NULL,
    shipment_no TEXT NOT NULL,
    problem_id UUID,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    party TEXT NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    severity BIGINT NOT NULL,
    outcome TEXT,
    assignee_id UUID,
    opened_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    first_party TEXT NOT NULL,
    first_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    first_response_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_tickets PRIMARY KEY (merchant_id, id),
    CONSTRAINT uq_tickets_merchant_id_ticket_no UNIQUE (merchant_id, ticket_no)
);
CREATE INDEX ix_tickets_due ON tickets (due_at, id);
CREATE INDEX ix_tickets_first_due ON tickets (merchant_id, first_due_at);
CREATE INDEX ix_tickets_id ON tickets (id);
CREATE INDEX ix_tickets_merchant ON tickets (merchant_id, state, due_at, id);
CREATE INDEX ix_tickets_no ON tickets (ticket_no);
CREATE INDEX ix_tickets_queue ON tickets (state, party, due_at, id);
CREATE INDEX ix_tickets_shipment ON tickets (merchant_id, shipment_id);
CREATE INDEX ix_tickets_shipment_no ON tickets (shipment_no);

CREATE TABLE ticket_messages (
    ticket_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    kind TEXT NOT NULL,
    audience TEXT DEFAULT 'all' NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    body TEXT NOT NULL,
    detail JSONB DEFAULT '{}' NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_ticket_messages PRIMARY KEY (merchant_id, id),
    CONSTRAINT fk_ticket_messages_merchant_id_ticket_id FOREIGN KEY(merchant_id, ticket_id) REFERENCES tickets (merchant_id, id)
);
CREATE INDEX ix_ticket_messages_ticket ON ticket_messages (merchant_id, ticket_id, at);

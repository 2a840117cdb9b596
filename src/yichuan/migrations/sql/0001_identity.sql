CREATE TABLE audit_log (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    merchant_id UUID,
    detail JSONB NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
);
CREATE INDEX ix_audit_log_target ON audit_log (target, at);

CREATE TABLE api_keys (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    token_digest BYTEA NOT NULL,
    token_hint TEXT NOT NULL,
    merchant_id UUID,
    ebusiness_id TEXT,
    secret_enc BYTEA,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_token_digest UNIQUE (token_digest),
    CONSTRAINT fk_api_keys_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_api_keys_merchant_id ON api_keys (merchant_id);
CREATE UNIQUE INDEX ux_api_keys_ebusiness ON api_keys (ebusiness_id) WHERE ebusiness_id IS NOT NULL;

CREATE TABLE users (
    id UUID NOT NULL,
    username TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    merchant_id UUID,
    locale TEXT DEFAULT 'zh-CN' NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_role CHECK (role IN ('operator', 'service', 'merchant')),
    CONSTRAINT ck_users_role_merchant CHECK ((role = 'merchant') = (merchant_id IS NOT NULL)),
    CONSTRAINT uq_users_username UNIQUE (username),
    CONSTRAINT fk_users_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_users_merchant_id ON users (merchant_id);

CREATE TABLE sessions (
    token_digest BYTEA NOT NULL,
    user_id UUID NOT NULL,
    csrf_token TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (token_digest),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);

"""The job queue's application: imported by workers, never by the web process."""

from __future__ import annotations

from procrastinate import App, PsycopgConnector

from yichuan.core.database import SYSTEM, Urls

app = App(
    connector=PsycopgConnector(),
    import_paths=["yichuan.tasks"],
)
"""Tasks register here; the real connector is set when a worker starts."""


def connector(urls: Urls) -> PsycopgConnector:
    """The queue on the system role's connection (for `app.replace_connector`)."""
    return PsycopgConnector(conninfo=urls.of(SYSTEM), min_size=1, max_size=4)

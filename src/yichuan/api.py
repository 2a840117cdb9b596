"""Mounts every room's routes."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from yichuan.identity.routes import router as identity

ROUTERS: tuple[APIRouter, ...] = (identity,)
"""Every room's router, served under /api/v1."""


def mount(app: FastAPI) -> None:
    """Attach the API to the application."""
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1")

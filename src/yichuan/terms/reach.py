"""地址是否可达: which courier services take a parcel to an address now, and why the others not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from yichuan.couriers.queries import CourierAccount, CourierService
from yichuan.terms import closing
from yichuan.terms.areas import Reason
from yichuan.terms.book import Carriage, Parcel, Terms
from yichuan.terms.carriage import carriage_on
from yichuan.terms.schemas import Reach, ReasonView


def reaches(
    terms: Terms,
    services: Sequence[CourierService],
    accounts: Sequence[CourierAccount],
    names: Mapping[str, str],
    parcel: Parcel,
    at: datetime,
) -> list[Reach]:
    """Every service, those that take it first; asked of the account that would be used."""
    first: dict[str, CourierAccount] = {}
    for account in accounts:
        first.setdefault(account.courier, account)
    found = [_reach(terms, one, first.get(one.courier), names, parcel, at) for one in services]
    return sorted(found, key=lambda one: (not one.reaches, one.courier, one.service))


def _reach(
    terms: Terms,
    service: CourierService,
    account: CourierAccount | None,
    names: Mapping[str, str],
    parcel: Parcel,
    at: datetime,
) -> Reach:
    carriage = (
        Carriage(service.courier, service.code)
        if account is None
        else carriage_on(account, service.code)
    )
    reasons: list[Reason] = list(terms.refusals(carriage, parcel, at, terms.hits(parcel)))
    week = terms.week(carriage, parcel.origin)
    leaves = week.next(at) if week is not None else None
    zh, en = closing.words(leaves, at) if leaves is not None else (None, None)
    return Reach(
        courier=service.courier,
        courier_name=names.get(service.courier, service.courier),
        service=service.code,
        service_zh=service.name_zh,
        service_en=service.name_en,
        reaches=not reasons,
        reasons=[ReasonView.model_validate(one) for one in reasons],
        leaves_zh=zh,
        leaves_en=en,
    )

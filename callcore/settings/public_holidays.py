"""The public holidays of a country, where the ``holidays`` package is installed."""

from __future__ import annotations

from datetime import date

from callcore.settings.faults import guess, shown

REMEDY = "pip install 'callcore[holidays]'"


class PublicHolidaysError(Exception):
    """The public holidays cannot be had; ``field`` names the setting at fault."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault


def public_holidays(country: str, subdivision: str | None, years: range) -> frozenset[date]:
    """The days of the years that are public holidays, days off in lieu of them included.

    ``country`` is an ISO 3166-1 code, ``PL``, and ``subdivision`` the part after the hyphen of an
    ISO 3166-2 code, ``BY`` of ``DE-BY``; without one there are the holidays of the whole country.
    Days that depend on the sight of the moon are estimates.

    Raises:
        PublicHolidaysError: if the package is not installed, or does not know the country or the
            subdivision.
    """
    try:
        import holidays  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise PublicHolidaysError(
            "country", f"needs a package that is not installed: {REMEDY}"
        ) from error
    known = holidays.list_supported_countries()
    if country not in known:
        raise PublicHolidaysError(
            "country", f"expected a code such as PL, found {shown(country)}{guess(country, known)}"
        )
    if subdivision is not None and subdivision not in known[country]:
        parts = ", ".join(known[country]) or f"nothing: {country} has no parts of its own"
        raise PublicHolidaysError("subdivision", f"expected {parts}; found {shown(subdivision)}")
    found = holidays.country_holidays(country, subdiv=subdivision, years=years, expand=False)
    return frozenset(found)

"""Phones: the fake, and the real adapter on a simulated switch, tell and answer the same.

``tests/live/test_phones_live.py`` plays the same scenes on a real FreeSWITCH.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcore.domain.phones import Phone
from tests.contract import phone_scenes
from tests.contract.fake_stage import FakeStage
from tests.contract.real_stage import RealStage
from tests.contract.stages import DOMAIN, Stage
from tests.contract.switch_scenes import request_for


@pytest.fixture(params=[FakeStage, RealStage])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A switch and the world around it."""
    made: Stage = request.param()
    yield made
    made.close()


def test_a_phone_comes_and_goes(stage: Stage) -> None:
    """Told, and found so when asked."""
    phone_scenes.comes_and_goes(stage, DOMAIN)


@pytest.mark.parametrize("act", ["dials", "is_called"])
def test_a_phone_is_on_a_call_of_its_own(stage: Stage, act: str) -> None:
    """From its beginning to its end."""
    phone_scenes.is_on_a_call(stage, DOMAIN, getattr(stage, act))


def test_an_offer_is_told_apart(stage: Stage) -> None:
    """Before the phone rings."""
    phone_scenes.is_offered(stage, DOMAIN, request_for(f"user/{phone_scenes.USER}@{DOMAIN}"))


@pytest.mark.parametrize("domain", [None, "elsewhere"])
def test_nobody_else_is_taken_for_the_phone(domain: str | None) -> None:
    """Neither a caller who has the same number, nor the user of another domain."""
    stage = RealStage()
    try:
        stage.calls_as(phone_scenes.USER, domain)
        assert stage.switch.legs_of({Phone(f"{phone_scenes.USER}@{DOMAIN}")}) == {}
    finally:
        stage.close()


def test_what_was_not_told_is_found(stage: Stage) -> None:
    """When the link is back."""
    phone_scenes.acts_unheard(stage, DOMAIN)

from __future__ import annotations
import pytest
from dataclasses import replace
from tests.flows.test_announcing import *
from tests.flows.test_announcing import gone
from tests.flows import test_surveys as s
from callcore.domain.outcomes import HungUpBy

def test_bridge_fail_ann(monkeypatch):
    floor = TestFloor(site(position=EVERY_30))
    floor.log_in(ANN, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(11)
    monkeypatch.setattr(floor.switch, "bridge", gone)
    pick_up(floor, ANN)
    floor.clock.advance(31)
    assert heard(floor, caller) == [sounds(YouAreNext())] * 2

def test_fallback_back():
    floor = TestFloor(s.surveyed())
    caller = s.left(floor)
    floor.clock.advance(s.HEARD)
    floor.switch.lose_link()
    floor.clock.advance(125)
    floor.switch.restore_link()
    s.settle()
    floor.switch.park_again(caller, "8001", queue="")
    s.settle()
    floor.switch.end(caller, "NORMAL_CLEARING") if False else floor.switch.hang_up_by_caller(caller) if hasattr(floor.switch,'hang_up_by_caller') else floor.switch.end(caller)
    floor.clock.advance(1)
    r = s.record_of(floor, caller)
    assert r.hung_up_by is HungUpBy.CALLER, r.hung_up_by

def test_number_survey_fallback():
    floor = TestFloor(s.surveyed(survey=s.SURVEY, when=s.SurveyWhen.ASKED, key="9"))
    caller = s.talking(floor)
    agent = s.agents_leg(floor, caller)
    floor.switch.transfer_by_agent if False else None

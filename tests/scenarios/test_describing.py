"""A scenario in words: what it asks, how it differs from what it extends, what it tries and when."""

import pytest
from typer.testing import CliRunner

from experiments.listing import describe_command, scenarios_command
from scenarios.describing import describe, differences, listing
from scenarios.files import shipped_names
from sim.core.errors import UserError
from tests.scenarios.test_files import SHIPPED, read, written


def test_a_description_holds_question_calendar_differences_and_windows():
    assert describe(read("flash-rate"), SHIPPED) == """\
flash-rate: The rate event of October 2012
  Does a limited rate event create lending or move it?

Calendar  2012-01-01 to 2012-12-30 (365 days)
Scale     2_000 consumers, one simulated actor for 10 real ones

Differs from baseline in
  networks.social.kind      small_world -> scale_free
  networks.social.degree    6 -> 8 (ties per person)
  networks.social.exponent  2.2
  tactics.rate_promotion    added
  experiment                added

Tactics
  coupon, the first day to the last day
    value_cny  3 CNY
    audience   [] segments
  rate_promotion, 2012-10-18 to 2012-10-18
    depth     0.25 share of the rate
    pool_cny  100_000_000 CNY
"""


@pytest.mark.parametrize("changes, rows", [
    ({}, []),
    ({"consumers.count": 5}, [("consumers.count", "2_000 -> 5 (persons)")]),
    ({"tactics": []}, [("tactics.coupon", "removed")]),
    ({"tactics.coupon.audience": ["students"]}, [("tactics.coupon.audience", '[] -> ["students"] (segments)')]),
    ({"credit.term_days": 30}, [("credit.term_days", "30 (days)")]),
    ({"consumers.segments": {"students": 0.5}}, [("consumers.segments.students", "0.3 -> 0.5 (share)")]),
])
def test_differences_are_one_row_each(tmp_path, changes, rows):
    scenario = read(read(written(tmp_path, mine='extends = "baseline"')), changes)
    assert differences(scenario, SHIPPED) == ("Differs from baseline in", rows)


def test_a_scenario_whose_parent_is_gone_is_compared_with_the_defaults(tmp_path):
    scenario = read(written(tmp_path, mine='extends = "below.toml"', below="days = 3"))
    (tmp_path / "below.toml").unlink()
    heading, rows = differences(scenario, SHIPPED)
    assert "cannot be read any more" in heading
    assert rows == [("days", "365 -> 3 (days)")]


def test_the_listing_gives_each_question_and_says_what_cannot_be_read(tmp_path):
    written(tmp_path, a='question = "Why?"', b="= 3", c="question = 3")
    assert [name for name, _ in listing(tmp_path)] == ["a", "b", "c"]
    questions = [question for _, question in listing(tmp_path)]
    assert questions[0] == "Why?" and questions[1].startswith("(b.toml:1: is not TOML") and questions[2] == ""


def command(function, *arguments):
    """Run one command function as the command line does."""
    import typer
    app = typer.Typer()
    app.command()(function)
    return CliRunner().invoke(app, arguments)


def test_the_command_scenarios_prints_one_line_per_scenario(tmp_path):
    written(tmp_path, mine='question = "Mine?"')
    lines = command(scenarios_command, str(tmp_path)).output.splitlines()
    assert lines[0].split()[0] == shipped_names()[0] and lines[-1].split() == ["mine", "Mine?"]


def test_the_command_describe_takes_changes():
    found = command(describe_command, "baseline", "--set", "days=7")
    assert found.exit_code == 0 and "(7 days)" in found.output


def test_a_mistake_leaves_the_command_as_a_user_error():
    assert isinstance(command(describe_command, "baselin").exception, UserError)

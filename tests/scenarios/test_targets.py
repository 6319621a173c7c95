"""Targets in scenario files: inherited and changed by name, their mistakes said like all others, described in a line each."""

import pytest

import experiments.__main__ as command_line
from experiments.loading import all_loaded, loaded
from scenarios import dump, load
from scenarios.describing import describe
from sim.core.errors import UserError

PLAN = '''extends = "baseline"
[[targets]]
name = "users"
measure = "registered_share"
value = 0.5
by = 2012-06-30
source = "K01"
[[targets]]
name = "sales"
measure = "gmv"
value = 1e9
direction = "at_most"
'''


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path / "plan.toml"


def lines_of(path, changes=None):
    with pytest.raises(UserError) as mistake:
        loaded(path, changes)
    return [line.replace(str(path.parent), "…") for line in mistake.value.lines]


def test_targets_are_inherited_changed_added_and_removed_by_name(plan, tmp_path):
    (tmp_path / "mine.toml").write_text('extends = "plan.toml"\n[[targets]]\nname = "users"\nvalue = 0.6\n'
                                        '[[targets]]\nname = "sales"\nremove = true\n'
                                        '[[targets]]\nname = "content"\nmeasure = "satisfaction"\nvalue = 0.8\n')
    mine = loaded(tmp_path / "mine.toml", {"targets.content.value": .7})
    assert [(each.name, each.measure, each.value) for each in mine.targets] == [("users", "registered_share", .6),
                                                                                ("content", "satisfaction", .7)]
    (tmp_path / "again.toml").write_text(dump(mine))
    assert load(tmp_path / "again.toml") == mine


def test_a_measure_that_is_not_there_is_said_with_file_line_and_the_nearest_one(plan):
    plan.write_text(PLAN.replace("registered_share", "registred_share"))
    assert lines_of(plan) == ['…/plan.toml:4: targets.users.measure = "registred_share" (measure): no such measure - did you mean '
                              "'registered_share'?"]


def test_all_mistakes_of_a_file_come_at_once_those_about_measures_among_them(plan):
    plan.write_text(PLAN.replace('"gmv"', '"zzz"').replace("0.5", "50").replace('"at_most"', '"atmost"').replace("by =", "bye ="))
    assert lines_of(plan) == [
        "…/plan.toml:5: targets.users.value = 50 (as the measure): must be at most 1, because registered_share is a share; 50% is 0.5",
        "…/plan.toml:6: targets.users.bye: no such setting - did you mean 'by'?",
        '…/plan.toml:10: targets.sales.measure = "zzz" (measure): no such measure; a measure is a column of daily.csv, such as gmv or '
        "registered_share",
        '…/plan.toml:12: targets.sales.direction = "atmost" (side): must be "at_least" or "at_most" - did you mean \'at_most\'?']


@pytest.mark.parametrize("old, new, said", [
    ("by = 2012-06-30", "by = 2011-06-30", "targets.users.by = 2011-06-30 (date): must be on or after the first simulated day, 2012-01-01"),
    ("by = 2012-06-30", "by = 3", "targets.users.by = 3 (date): must be a date such as 2012-10-18"),
    ("value = 0.5", "value = nan", "targets.users.value = nan (as the measure): must be a finite number"),
    ("value = 0.5\n", "", "targets.users.value: is missing (number, as the measure)"),
    ('name = "users"\n', "", "name: is missing (text, 1 to 60 characters)"),
    ('name = "users"', 'name = "sales"', 'name = "sales": is taken by an earlier entry'),
    ('measure = "gmv"', "measure = 3", "targets.sales.measure = 3 (measure): must be text in quotes"),
])
def test_every_other_mistake_of_a_target_is_a_line(plan, old, new, said):
    plan.write_text(PLAN.replace(old, new))
    found = lines_of(plan)
    assert len(found) == 1 and said in found[0]


def test_a_change_from_outside_is_checked_too_and_a_scenario_from_python(plan):
    wrong = lines_of(plan, {"targets.users.measure": "gmw"})
    assert wrong == ['override: targets.users.measure = "gmw" (measure): no such measure - did you mean \'gmv\'?']
    unchecked = load(plan, {"targets.users.measure": "gmw"})  # floors below know no measures
    with pytest.raises(UserError, match='^scenario plan: targets.users.measure = "gmw" .* - did you mean \'gmv\'?'):
        loaded(unchecked)
    sound = load("baseline")
    assert loaded(sound) is sound


def test_mistakes_of_all_scenarios_of_a_comparison_come_at_once(plan, tmp_path):
    plan.write_text(PLAN.replace("registered_share", "x"))
    (tmp_path / "other.toml").write_text(PLAN.replace("gmv", "y"))
    with pytest.raises(UserError) as mistake:
        all_loaded([plan, tmp_path / "other.toml", "baseline"])
    assert len(mistake.value.lines) == 2


@pytest.mark.parametrize("command", ["run {plan}", "describe {plan}", "compare baseline {plan}", "sweep {design}"])
def test_every_command_says_it_and_exits_with_2(plan, tmp_path, capsys, command):
    plan.write_text(PLAN.replace("registered_share", "registred_share"))
    (tmp_path / "design.toml").write_text(f'scenario = "{plan}"\nreplicates = 2\n[[factors]]\npath = "days"\nvalues = [1, 2]\n')
    with pytest.raises(SystemExit) as end:
        command_line.main(command.format(plan=plan, design=tmp_path / "design.toml").split())
    said = capsys.readouterr().err.splitlines()
    assert end.value.code == 2 and len(said) == 1 and "plan.toml:4: " in said[0] and "did you mean 'registered_share'?" in said[0]


def test_a_description_lists_targets_one_a_line(plan):
    said = describe(load(plan))
    assert said.endswith("\nTargets\n  users  registered_share at least 0.5 by 2012-06-30 (K01)\n"
                         "  sales  gmv at most 1_000_000_000 on the last day\n")
    assert "targets.users" in said and "Targets" not in describe(load("baseline"))

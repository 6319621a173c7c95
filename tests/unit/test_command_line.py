"""The command line answers at once, and answers a mistake with one line."""

import subprocess
import sys

import pytest

import experiments.__main__ as command_line
from sim.core.errors import UserError

HEAVY = ("mesa", "numba", "numpy", "pandas", "scipy", "matplotlib", "pydantic", "rich")


def jishi(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "experiments", *arguments], capture_output=True, text=True, **options)


def answer(capsys, *arguments):
    """Exit code, what was printed, what was complained about; in this process."""
    with pytest.raises(SystemExit) as end:
        command_line.main(list(arguments))
    return end.value.code, *capsys.readouterr()


@pytest.fixture
def greeting(monkeypatch):
    """A command of our own in the table, and what it was called with."""
    def greet_command(name: str, loudly: bool = False):
        """Greet somebody."""
        if name == "nobody":
            raise UserError("name: nobody cannot be greeted", "name: say a name")
        if name == "stop":
            raise KeyboardInterrupt
        print("HELLO" if loudly else "hello", name)

    monkeypatch.setattr(command_line, "greet_command", greet_command, raising=False)
    monkeypatch.setattr(command_line, "COMMANDS", {
        "greet": ("experiments.__main__:greet_command", "Greet."),
        "run": ("experiments.__main__:greet_command", "Greet too."),
        "absent": ("experiments.not_written:absent_command", "Not written."),
    })


def test_help_imports_nothing_heavy():
    code = ("import sys, experiments.__main__ as c\ntry: c.main(['--help'])\nexcept SystemExit: pass\n"
            f"print('HEAVY', sorted(set({HEAVY!r}) & set(sys.modules)))")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Usage: jishi" in out and out.endswith("HEAVY []\n")


def test_without_arguments_help_is_shown(capsys):
    code, out, err = answer(capsys)
    assert (code, err) == (0, "") and out.startswith("Usage: jishi")


def test_version_names_what_decides_the_numbers():
    out = jishi("--version").stdout
    assert out.startswith("jishi 0.") and "mesa 3" in out and "numba" in out


def test_help_lists_the_commands_that_are_there(capsys, greeting):
    code, out, _ = answer(capsys, "--help")
    assert code == 0 and "greet" in out and "Greet." in out and "absent" not in out


def test_a_command_gets_its_arguments(capsys, greeting):
    assert answer(capsys, "greet", "Li", "--loudly") == (0, "HELLO Li\n", "")


def test_a_scenario_in_the_place_of_a_command_is_run(capsys, greeting):
    assert answer(capsys, "my/world.toml") == (0, "hello my/world.toml\n", "")


def test_an_unknown_command_gets_a_suggestion(capsys, greeting):
    assert answer(capsys, "gret") == (2, "", "jishi: no command or scenario 'gret' - did you mean 'greet'?\n")


def test_an_unknown_option_is_one_line(capsys, greeting):
    code, out, err = answer(capsys, "greet", "Li", "--loud")
    assert (code, out) == (2, "") and err.startswith("jishi: No such option") and err.count("\n") == 1
    assert err.endswith("; jishi greet --help lists what it takes\n")


def test_a_missing_argument_is_one_line(capsys, greeting):
    code, out, err = answer(capsys, "greet")
    assert (code, out) == (2, "") and "name" in err.lower() and err.count("\n") == 1


def test_a_mistake_is_said_in_its_own_lines(capsys, greeting):
    assert answer(capsys, "greet", "nobody") == (
        2, "", "jishi: name: nobody cannot be greeted\njishi: name: say a name\n")


def test_ctrl_c_ends_with_one_line(capsys, greeting):
    assert answer(capsys, "greet", "stop") == (130, "", "jishi: stopped; what was finished is kept\n")


@pytest.mark.parametrize("name", command_line.COMMANDS)
def test_every_command_that_is_there_explains_itself(capsys, name):
    if name not in command_line.known_commands():
        pytest.skip("its module is not there yet")
    code, out, err = answer(capsys, name, "--help")
    assert code == 0, err
    assert f"Usage: jishi {name}" in out


def test_a_command_explains_itself_in_a_process_of_its_own():
    result = jishi("run", "--help")
    assert result.returncode == 0, result.stderr
    assert "Usage: jishi run" in result.stdout

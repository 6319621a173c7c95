"""Another package called `agents` is noticed before anything else goes wrong."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_another_package_called_agents_is_refused_with_one_line(tmp_path):
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "__init__.py").write_text('"""Somebody else\'s agents."""\n')
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    result = subprocess.run([sys.executable, "-P", "-m", "experiments", "--help"], capture_output=True, text=True,
                            env=os.environ | {"PYTHONPATH": path}, cwd=tmp_path)
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("jishi: Jishi needs its own `agents` package")
    assert str(tmp_path / "agents") in result.stderr

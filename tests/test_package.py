"""What `pip install .` installs is whole."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_holds_every_file_of_the_source(tmp_path):
    source, made = tmp_path / "source", tmp_path / "made"
    skip = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "*.nb[ci]")
    shutil.copytree(ROOT / "src", source / "src", ignore=skip)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    here = {
        str(file.relative_to(source / "src"))
        for file in (source / "src").rglob("*")
        if file.is_file()
    }
    wheel = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*wheel, "-w", made, source], check=True, capture_output=True)
    [built] = made.glob("omvei-*.whl")
    inside = set(zipfile.ZipFile(built).namelist())
    assert here - inside == set()
    assert (
        "omvei = omvei_command:main"
        in zipfile.ZipFile(built)
        .read(next(name for name in inside if name.endswith("entry_points.txt")))
        .decode()
    )

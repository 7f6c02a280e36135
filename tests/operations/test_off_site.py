"""A finished backup is handed to a command that copies it elsewhere; what that says is told, and the backup stays."""

import sys
from dataclasses import replace

import pytest

from backend import backup_age, config
from backend.operations import backups, off_site

COPIER = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2])"


def test_the_words_of_a_command_stay_whole_whatever_the_folder_is_called(tmp_path):
    made = tmp_path / "my backups" / "dianliang-20261123-030000"
    told = off_site.words("rclone copy {backup} 'off site:{name}' --fast", made)
    assert told == ["rclone", "copy", str(made), "off site:dianliang-20261123-030000", "--fast"]


def test_a_copy_that_fails_is_told_in_a_sentence(tmp_path):
    with pytest.raises(
        backups.BackupFault, match=r"dianliang-1 is made, and was not copied elsewhere: .*no-such"
    ):
        off_site.copy(tmp_path / "dianliang-1", "no-such-program {backup}")
    failing = f"{sys.executable} -c 'import sys; sys.exit(\"the line is down\")' {{backup}}"
    with pytest.raises(backups.BackupFault, match="the line is down"):
        off_site.copy(tmp_path / "dianliang-1", failing)


def test_flask_backup_copies_and_notes_when(app, tmp_path, monkeypatch):
    made = tmp_path / "backups/dianliang-20261123-030000"
    made.mkdir(parents=True)
    (made / "manifest.json").write_text("{}")
    monkeypatch.setattr(backups, "create_backup", lambda _folder, _tell: made)
    template = f"{sys.executable} -c '{COPIER}' {{backup}} {tmp_path}/elsewhere/{{name}}"
    told = replace(config.settings(), backup_copy=template, data_dir=str(tmp_path / "data"))
    monkeypatch.setattr(config, "_current", told)
    done = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "backups")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "elsewhere" / made.name / "manifest.json").read_text() == "{}"
    assert backup_age.age(backup_age.COPIED) is not None
    monkeypatch.setattr(config, "_current", replace(told, backup_copy="false {backup}"))
    done = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "backups")])
    assert done.exit_code == 1
    assert "was not copied elsewhere" in done.output

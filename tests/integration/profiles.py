#!/usr/bin/env python3
"""The profiles of deploy/profiles are accepted by `botctl config check`, change what they claim to
change, and start a daemon. The one for production is refused while its archive is on the store's
own disk. The commands of docs/rollout.md, which uses the profiles, exist."""
# @spec:RP-ENV-01 RP-ENV-02 RP-ENV-03
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from fixtures import BIN, NEGATIVE, ROOT, ProgramTest, stop

PROFILES = ROOT / "deploy" / "profiles"
ENVIRONMENTS = {"development", "staging", "production"}
# In these a smaller number is a stricter limit; 0 would switch the limit off.
SMALL_LIMITS = {"risk.positions_max", "risk.exposure_max_percent", "risk.daily_loss_max_percent",
                "risk.drawdown_max_percent", "risk.orders_per_second_max"}
# Folders that may be on another disk than the test's own.
OTHER_DISKS = ("/dev/shm", "/var/tmp", "/run", ROOT)


def folder_on_another_disk(than):
    """A new folder on another file system, which the caller removes."""
    device = os.stat(than).st_dev
    for place in OTHER_DISKS:
        if os.path.isdir(place) and os.access(place, os.W_OK) and os.stat(place).st_dev != device:
            return tempfile.TemporaryDirectory(prefix="botcore-", dir=place)
    raise RuntimeError(f"none of {OTHER_DISKS} is on another file system than {than}")


class Profiles(ProgramTest):
    def setUp(self):
        self.data = pathlib.Path(tempfile.mkdtemp(dir=self.home)) / "data"
        self.data.mkdir(mode=0o700)

    def check(self, name, *settings):
        words = [word for setting in settings for word in ("--set", setting)]
        done = self.run_botctl(self.data, "config", "check", "--json", "--config",
                               str(PROFILES / f"{name}.toml"), *words)
        return done, json.loads(done.stdout)

    def values_of_file(self, keys, name):
        """The keys that the profile sets."""
        return {key: one for key, one in keys.items()
                if isinstance(one, dict) and f"{name}.toml, line" in one["origin"]}

    def test_there_is_one_profile_for_each_environment(self):
        self.assertEqual({path.name for path in PROFILES.iterdir()},
                         {f"{name}.toml" for name in ENVIRONMENTS})
        for name in ENVIRONMENTS:
            self.assertEqual(self.check(name)[1]["log.environment"]["value"], name)

    def test_every_value_of_a_profile_differs_from_the_default(self):
        for name in ENVIRONMENTS:
            found = self.values_of_file(self.check(name)[1], name)
            self.assertGreater(len(found), 3, name)
            for key, one in found.items():
                # The default is set on purpose: without the key generated prices ignore it.
                if (name, key) != ("staging", "risk.losses_in_a_row_max"):
                    self.assertNotEqual(one["value"], one["default"], f"{name}: {key}")

    def test_no_profile_has_a_secret(self):
        for name in ENVIRONMENTS:
            for key, one in self.values_of_file(self.check(name)[1], name).items():
                self.assertNotEqual(one["value"], "(set)", f"{name}: {key}")

    def test_development_and_staging_are_accepted_and_start(self):
        for name in ("development", "staging"):
            done, keys = self.check(name)
            self.assertEqual((done.returncode, keys["verdict"]), (0, "accepted"), done.stderr)
            stop(self.start(self.data, "--config", PROFILES / f"{name}.toml")[0])

    def test_production_shows_the_go_live_list(self):
        with folder_on_another_disk(self.data) as other:
            place = f"archive.repository={other}/archive"
            words = ["config", "check", "--config", str(PROFILES / "production.toml"),
                     "--production", "--set", place]
            done = self.run_botctl(self.data, *words, "--json")
            items = {item["requirement"]: item for item in json.loads(done.stdout)["production"]}
            met = {name for name, item in items.items() if item["met"]}
            self.assertLessEqual({"log.environment is production", "log.format is json",
                                  "reliability.enabled is on", "there is an archive",
                                  "an archive is off the store's own disk",
                                  "no risk limit is turned off"}, met)
            # Nothing of this exists yet or was done on this data folder.
            self.assertEqual(set(items) - met,
                             {"prices come from an exchange",
                              "a channel tells people about alerts",
                              "there is a second archive in another place",
                              "the restore drill of this quarter passed",
                              "a person signed a drill of the last quarter"})
            self.assertEqual(done.returncode, NEGATIVE)
            self.assertTrue(all(item["remedy"] for item in items.values() if not item["met"]))
            worse = self.run_botctl(self.data, *words, "--set", "risk.positions_max=0")
            self.assertIn("[ ] no risk limit is turned off: set risk.positions_max", worse.stdout)
            self.assertIn("[x] log.format is json", worse.stdout)
            self.assertIn("production: not ready, 6 requirements are not met", worse.stdout)
        self.assertNotIn("production", self.check("development")[1])

    def test_production_is_accepted_with_its_archive_on_another_disk(self):
        with folder_on_another_disk(self.data) as other:
            place = f"archive.repository={other}/archive"
            done, keys = self.check("production", place)
            self.assertEqual((done.returncode, keys["verdict"]), (0, "accepted"), done.stderr)
            stop(self.start(self.data, "--config", PROFILES / "production.toml",
                            "--set", place)[0])

    def test_production_is_refused_with_its_archive_on_the_stores_disk(self):
        done, keys = self.check("production", f"archive.repository={self.data.parent}/archive")
        self.assertEqual((done.returncode, keys["verdict"]), (NEGATIVE, "refused"))
        self.assertIn("is on the same disk as the store", done.stderr)

    def test_production_begins_with_small_limits(self):
        found = self.values_of_file(self.check("production")[1], "production")
        self.assertEqual({key for key in found if key.startswith("risk.")}, SMALL_LIMITS)
        for key in SMALL_LIMITS:
            value, default = float(found[key]["value"]), float(found[key]["default"])
            self.assertTrue(0 < value < default, key)


class RolloutPage(ProgramTest):
    PAGE = (ROOT / "docs" / "rollout.md").read_text()

    def commands(self, program):
        found = [span for span in re.findall(r"`([^`\n]+)`", self.PAGE)
                 if span.startswith(f"{program} ")]
        self.assertGreater(len(found), 2, program)
        return found

    def test_every_command_of_botctl_exists_with_its_options(self):
        for command in self.commands("botctl"):
            words = re.match(r"botctl((?: [a-z][a-z-]*)*)", command)[1].split()
            self.assertTrue(words, command)
            done = subprocess.run([BIN / "botctl", *words, "--help"], text=True, check=False,
                                  capture_output=True, env=self.env, timeout=60)
            self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
            self.assertIn(f"Usage: botctl {' '.join(words)} ", done.stdout, command)
            for option in re.findall(r"--[a-z-]+", command):
                self.assertRegex(done.stdout, rf"(?m)^  {option} ", command)

    def test_every_command_of_dev_exists(self):
        page = subprocess.run([sys.executable, ROOT / "dev", "help"], text=True, check=True,
                              capture_output=True, timeout=60).stdout
        for command in self.commands("./dev"):
            self.assertRegex(page, rf"(?m)^  {command.split()[1]} ", command)

    def test_the_profiles_and_the_alert_of_the_page_exist(self):
        named = re.findall(r"deploy/profiles/\w+\.toml", self.PAGE)
        self.assertEqual({ROOT / name for name in named}, set(PROFILES.iterdir()))
        alerts = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text()
        self.assertIn("alert BotcoredUptimeBroken", self.PAGE)
        self.assertIn("- alert: BotcoredUptimeBroken\n", alerts)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])

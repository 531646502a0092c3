#!/usr/bin/env python3
"""docs/runbooks/data-damaged.md, followed exactly on damaged stores: the commands are read from
the page. @spec:TC-REL-017 R4-AC-09"""
import contextlib
import json
import pathlib
import re
import shlex
import shutil
import sqlite3
import sys
import unittest

from fixtures import NEGATIVE, ROOT, ProgramTest, orders_of, stop

PAGE = (ROOT / "docs/runbooks/data-damaged.md").read_text()


def commands_of(section):
    """The commands of a section, block by block."""
    text = re.search(rf"^## {section}$(.*?)(?=^## |\Z)", PAGE, re.M | re.S).group(1)
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.M | re.S)
    return [[shlex.split(line) for line in block.splitlines() if line.strip()] for block in blocks]


class FollowingTheRunbook(ProgramTest):
    def setUp(self):
        self.data = pathlib.Path(self.home) / self.id().rsplit(".", maxsplit=1)[-1] / "var"
        self.data.parent.mkdir()
        self.daemon, self.port = self.start(self.data)
        for side in ("BUY", "BUY", "SELL"):
            done = self.follow(["botctl", "order", "place", "BTCUSDT", side, "0.003"])
            self.assertEqual(done.returncode, 0, done.stderr)
        stop(self.daemon)
        self.orders = orders_of(self.run_botctl(self.data, "orders", "--all", "--json"))

    def follow(self, command):
        """Runs a command of the page on a terminal and agrees to its question."""
        self.assertEqual(command[0], "botctl", "only botctl is expected on this page")
        return self.run_on_terminal(self.data, "y", *command[1:], "--url",
                                    f"http://127.0.0.1:{self.port}")

    def damage(self, sql):
        with contextlib.closing(sqlite3.connect(self.data / "botcore.db")) as store:
            self.assertGreater(store.execute(sql).rowcount, 0, "nothing was damaged")
            store.commit()

    def diagnose(self, kind, program):
        plain, as_json = (self.follow(command) for command in commands_of("Diagnosis")[0])
        self.assertEqual((plain.returncode, as_json.returncode), (NEGATIVE, NEGATIVE))
        self.assertIn(kind, plain.stdout)
        self.assertIn(f"botctl {program}", plain.stdout, "the command that repairs it")
        self.assertIn(kind, [each["kind"] for each in json.loads(as_json.stdout)["findings"]])
        # The page names each kind that is found, so that its reader can choose a resolution.
        self.assertIn(kind, PAGE)

    def resolve(self, program):
        """Step 1, then the block with `program`, then the daemon, then the last section."""
        shutil.copytree(self.data, self.data.parent / "copy")
        block = next(block for block in commands_of("Resolution") if program in block[0])
        for command in block:
            done = self.follow(command)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.daemon, self.port = self.start(self.data)
        try:
            for command in commands_of("After")[0]:
                done = self.follow(command)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            orders = orders_of(self.follow(["botctl", "orders", "--all", "--json"]))
        finally:
            stop(self.daemon)
        by_id = {order["order_id"]: order for order in orders}
        for order in self.orders:
            self.assertEqual(by_id[order["order_id"]], order)

    def test_changed_rows_are_rebuilt_from_the_journal(self):
        self.damage("UPDATE positions SET quantity = '77' WHERE account = 'futures'")
        self.diagnose("position_mismatch", "rebuild")
        self.resolve("rebuild")

    def test_a_damaged_journal_is_restored_from_the_archive(self):
        self.damage("UPDATE journal SET record = x'02ff' WHERE seq = 3")
        self.diagnose("record_unreadable", "restore")
        refused = self.follow(["botctl", "rebuild"])
        self.assertEqual(refused.returncode, NEGATIVE, "The page says that it changes nothing.")
        self.resolve("restore")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])

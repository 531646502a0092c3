"""Where a scenario plays: its folder, its processes, its luck. Whatever it started ends with it."""
import contextlib
import random
import sys

from world.daemon import Daemon


class Scenario:
    def __init__(self, folder, verdict, short, seed):
        self.folder = folder
        self.verdict = verdict
        self.short = short
        self.seed = seed
        self.random = random.Random(seed)
        self.exits = contextlib.ExitStack()
        self.daemons = []
        self.check, self.fault, self.figure = verdict.check, verdict.fault, verdict.figure
        self.eventually = verdict.eventually

    def clean_up(self):
        self.exits.close()

    def add_cleanup(self, clean_up):
        """Called at the end, the last one first."""
        self.exits.callback(clean_up)

    def print_logs_of_failure(self):
        """What the daemons said last, when something was not as expected."""
        if self.verdict.failures:
            for daemon in self.daemons:
                print(f"--- {daemon.data}", daemon.tail(3000), sep="\n", file=sys.stderr)

    def pick(self, short, full):
        """A count that depends on the form of the run."""
        return short if self.short else full

    def daemon(self, config=None, **options):
        """A daemon that is ready, with a folder of its own."""
        daemon = self.new_daemon(config, **options)
        daemon.start()
        return daemon

    def new_daemon(self, config=None, **options):
        """The same, not started yet."""
        folder = self.folder / f"daemon-{len(self.daemons) + 1}"
        folder.mkdir()
        daemon = Daemon(folder, config, **options)
        self.daemons.append(daemon)
        self.add_cleanup(daemon.clean_up)
        return daemon

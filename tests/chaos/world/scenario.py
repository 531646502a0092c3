"""What a scenario uses: folder, processes, random numbers. Its processes end with it."""
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
        """Registers a function for the end; the last one runs first."""
        self.exits.callback(clean_up)

    def print_logs_of_failure(self):
        """Prints the end of each daemon's log when a check failed."""
        if self.verdict.failures:
            for daemon in self.daemons:
                print(f"--- {daemon.data}", daemon.tail(3000), sep="\n", file=sys.stderr)

    def pick(self, short, full):
        """The first value in a short run, the second in a full one."""
        return short if self.short else full

    def daemon(self, config=None, **options):
        """A daemon that is ready, with its own folder."""
        daemon = self.new_daemon(config, **options)
        daemon.start()
        return daemon

    def new_daemon(self, config=None, **options):
        """A daemon that is not started yet."""
        folder = self.folder / f"daemon-{len(self.daemons) + 1}"
        folder.mkdir()
        daemon = Daemon(folder, config, **options)
        self.daemons.append(daemon)
        self.add_cleanup(daemon.clean_up)
        return daemon

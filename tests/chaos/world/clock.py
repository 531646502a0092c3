"""The clock of a daemon, set ahead and back while it runs; the monotonic clock is unchanged."""
import pathlib
import sys
import tempfile

LIBRARY = "libfaketimeMT.so.1"


def library():
    for folder in pathlib.Path("/usr/lib").glob("*/faketime"):
        if (folder / LIBRARY).exists():
            return str(folder / LIBRARY)
    sys.exit(f"{LIBRARY} is missing: install the package faketime")


class FakedClock:
    """`environment` is for the daemon. The file says by how much the time of day is wrong."""

    def __init__(self, folder):
        self.file = pathlib.Path(tempfile.mkstemp(prefix="clock-", dir=folder)[1])
        self.environment = {"LD_PRELOAD": library(), "FAKETIME_TIMESTAMP_FILE": str(self.file),
                            "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1",
                            "FAKETIME_DONT_RESET": "1"}
        self.set(0)

    def set(self, seconds):
        """Sets the clock ahead by `seconds`, or back when negative."""
        spare = self.file.with_suffix(".new")
        spare.write_text(f"{seconds:+d}s\n")
        spare.replace(self.file)

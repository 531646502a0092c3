#!/usr/bin/env python3
"""Keeps one program running: python3 tools/supervise.py [options] -- PROGRAM [ARGUMENTS]

Restarts the program at once when it dies by a signal or with an unexpected status. Status 0, 2 (a
command line that is not understood) and 64 to 78 (wrong settings, locked data, missing permission:
see sysexits.h) are answers, not deaths, and end the supervisor with the same status. Deaths in
quick succession are answered with growing pauses.

SIGTERM and SIGINT are passed on, and the supervisor then ends with the program; a program that has
already said STOPPING=1 was asked by somebody else and is not asked again for the same reason.
SIGHUP is passed on and ends nothing: the program reads its configuration again.

The program reports to NOTIFY_SOCKET as systemd's services do: READY=1, then WATCHDOG=1 again and
again. One that is not ready in time, or falls silent afterwards, hangs: it is killed and started
again. Only reports of the program itself count, whoever else may write to the socket. For programs
that never report, --start-max 0 waits for ever.

The program has a session of its own, so what kills its group does not reach the supervisor; when
the supervisor itself is killed, the program gets SIGTERM. What the supervisor says is lost where
nobody reads its standard error, and nothing else happens.
"""
import collections
import contextlib
import ctypes
import os
import select
import signal
import socket
import struct
import sys
import time

from spelling import Parser

NOT_RESTARTED = (2, *range(64, 79))
CANNOT_START = (126, 127)
PAUSE_FIRST_SECONDS, PAUSE_MAX_SECONDS = 0.25, 10.0
PR_SET_PDEATHSIG = 1
PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# What the kernel says of a datagram's sender: pid, uid, gid.
CREDENTIALS = struct.Struct("3i")
REPORTS_AT_ONCE = 1_000
LIBC = ctypes.CDLL(None, use_errno=True)


def open_standard_descriptors():
    """A closed descriptor 0, 1 or 2 would be given to the next file or socket that is opened, and
    messages would be written into it."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)


class Supervisor:
    """One child at a time; `stopping` once somebody asked us to end."""

    def __init__(self, options):
        self.command = options.command
        self.name = os.path.basename(self.command[0])
        self.burst = options.burst
        self.lives = collections.deque(maxlen=options.burst)
        self.window = options.window
        self.child = None
        self.stopping = None
        self.restarts = 0
        self.pause = 0.0
        self.silence_max = options.silence_max
        self.start_max = options.start_max
        self.hung = False
        self.asked = collections.deque()  # Signals that are still to be passed on.
        self.born = 0.0
        self.heard = None  # When the child last said that it lives; None before it is ready.
        self.ends = False  # The child has said that it ends.
        self.reports = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.reports.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.reports.bind(f"\0botcore-supervisor-{os.getpid()}")
        # A byte for each signal, so that it ends the wait for reports.
        self.signals, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in PASSED_ON:
            signal.signal(number, lambda number, _frame: self.asked.append(number))

    def pass_on(self):
        """What the child has said comes first: whoever asked both of us to end asks once."""
        self.hear()
        later = collections.deque()
        while self.asked:
            number = self.asked.popleft()
            if number == signal.SIGHUP and self.heard is None and self.start_max > 0:
                # It reads its configuration just now, and nothing in it awaits the signal yet.
                later.append(number)
                continue
            again = self.stopping is not None
            if number != signal.SIGHUP:
                self.stopping = number
                if self.ends and not again:
                    continue
            if self.child:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.child, number)
        self.asked.extend(later)

    def start(self):
        """Forks and executes the program. Signals wait meanwhile, so that none is lost."""
        environment = {**os.environ, "NOTIFY_SOCKET": f"@botcore-supervisor-{os.getpid()}",
                       "WATCHDOG_USEC": str(int(self.silence_max * 1_000_000))}
        signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                for number in (*PASSED_ON, signal.SIGCHLD, signal.SIGPIPE):
                    signal.signal(number, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
                if os.getppid() == parent:
                    os.execvpe(self.command[0], self.command, environment)
            except OSError as error:
                self.say(f"{self.command[0]}: {error.strerror}")
            os._exit(127)
        self.child = child
        self.born, self.heard, self.ends = time.monotonic(), None, False
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)

    @staticmethod
    def say(text):
        """Lost where nobody takes it: neither a closed nor a full pipe is a reason to end or to
        wait."""
        with contextlib.suppress(OSError):
            if select.select([], [2], [], 0)[1]:
                os.write(2, f"supervisor: {text}\n".encode()[:select.PIPE_BUF])

    def pause_before_restart(self, life):
        """Zero, unless the last `burst` lives together were shorter than `window` seconds; then
        0.25 s, doubled each time up to 10 s."""
        self.lives.append(life)
        if len(self.lives) < self.burst or sum(self.lives) > self.window:
            self.pause = 0.0
        else:
            self.pause = min(max(self.pause * 2, PAUSE_FIRST_SECONDS), PAUSE_MAX_SECONDS)
        return self.pause

    def hear(self):
        """Takes the reports that have come, the child's own alone. Whoever floods the socket does
        not keep the supervisor from its other work."""
        for _ in range(REPORTS_AT_ONCE):
            try:
                told, extra, _, _ = self.reports.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
            except BlockingIOError:
                return
            senders = [CREDENTIALS.unpack(data)[0] for level, kind, data in extra
                       if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS)]
            if senders != [self.child]:
                continue
            lines = told.split(b"\n")
            if b"READY=1" in lines or b"WATCHDOG=1" in lines:
                self.heard = time.monotonic()
            self.ends = self.ends or b"STOPPING=1" in lines

    def hangs_at(self):
        """When the child will have been silent for too long; None for never."""
        if self.hung:
            return None
        if self.heard is not None:
            return self.heard + self.silence_max
        return self.born + self.start_max if self.start_max > 0 else None

    def await_death(self):
        """The child's wait status. A child that hangs is killed."""
        self.hung = False
        while True:
            self.pass_on()
            pid, status = os.waitpid(self.child, os.WNOHANG)
            if pid:
                return status
            end = self.hangs_at()
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                self.kill_hung()
                continue
            ready, _, _ = select.select([self.reports, self.signals], [], [], left)
            if self.signals in ready:
                os.read(self.signals, 4096)

    def kill_hung(self):
        self.hung = True
        if self.heard is None:
            self.say(f"{self.name} has not become ready within {self.start_max:g} s: it hangs")
        else:
            self.say(f"{self.name} has not reported for {self.silence_max:.0f} s: it hangs")
        os.kill(self.child, signal.SIGKILL)

    def wait(self, seconds):
        until = time.monotonic() + seconds
        self.pass_on()
        while not self.stopping and (left := until - time.monotonic()) > 0:
            if select.select([self.signals], [], [], left)[0]:
                os.read(self.signals, 4096)
            self.pass_on()

    def run(self):
        self.start()
        while True:
            born = self.born
            status = self.await_death()
            died, self.child = time.monotonic(), None
            code = os.waitstatus_to_exitcode(status)
            if code == 0 or code in NOT_RESTARTED or code in CANNOT_START:
                return code
            reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"status {code}"
            reason += ", it hung" if self.hung else ""
            if self.stopping:
                self.say(f"{self.name} was told to stop and ended: {reason}")
                return 128 - code if code < 0 else code
            pause = self.pause_before_restart(died - born)
            self.wait(pause)
            if self.stopping:
                return 128 + self.stopping
            self.restarts += 1
            self.start()
            held = (f", held back {pause:.2f} s: {len(self.lives)} lives lasted "
                    f"{sum(self.lives):.1f} s") if pause else ""
            self.say(f"{self.name} died ({reason}) after {died - born:.1f} s{held}; restart "
                     f"{self.restarts}: pid {self.child}, "
                     f"{(time.monotonic() - died) * 1000:.0f} ms later")


def main():
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--burst", type=int, default=5, help="lives that make a crash loop ...")
    parser.add_argument("--window", type=float, default=10.0,
                        help="... when they last so many seconds in all")
    parser.add_argument("--silence-max", type=float, default=20.0,
                        help="seconds after which a program that used to report is hung")
    parser.add_argument("--start-max", type=float, default=120.0,
                        help="seconds within which a program must report READY=1; 0: no limit")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    open_standard_descriptors()
    return Supervisor(options).run()


if __name__ == "__main__":
    sys.exit(main())

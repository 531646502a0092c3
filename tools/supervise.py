#!/usr/bin/env python3
"""Keeps one program running: python3 tools/supervise.py [options] -- PROGRAM [ARGUMENTS]

Restarts the program at once when it dies by a signal or with an unexpected status. Status 0, 2 (a
command line that is not understood) and 64 to 78 (wrong settings, locked data, missing permission:
see sysexits.h) are final results and end the supervisor with the same status. Restarts in quick
succession are delayed by growing pauses.

SIGTERM and SIGINT are forwarded, and the supervisor then ends with the program. A program that has
already reported STOPPING=1 got the signal from another sender, and the first signal is not
forwarded. SIGHUP is forwarded and ends nothing: the program reads its configuration again.

The program reports to NOTIFY_SOCKET as systemd's services do: READY=1, then WATCHDOG=1 repeatedly.
A program that is not ready in time, or stops reporting afterwards, hangs: it is killed and started
again. Only reports of the program itself count; those of other processes are ignored. For programs
that never report, --start-max 0 sets no limit.

The program has its own session, so a signal to its process group does not reach the supervisor.
When the supervisor itself is killed, the program gets SIGTERM. Messages of the supervisor are lost
when its standard error is closed or full; this has no other effect.
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
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# The sender of a datagram, as the kernel reports it: pid, uid, gid.
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
    """One child at a time; `stopping` is the signal that asked the supervisor to end."""

    def __init__(self, options):
        self.command = options.command
        self.name = os.path.basename(self.command[0])
        self.burst = options.burst
        self.run_times = collections.deque(maxlen=options.burst)
        self.window = options.window
        self.child = None
        self.stopping = None
        self.restarts = 0
        self.pause = 0.0
        self.silence_max = options.silence_max
        self.start_max = options.start_max
        self.hung = False
        self.pending_signals = collections.deque()  # Signals that are still to be forwarded.
        self.started_at = 0.0
        self.last_report_at = None  # Time of the child's last report; None before it is ready.
        self.is_ending = False  # The child has reported that it is stopping.
        self.reports = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.reports.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.reports.bind(f"\0botcore-supervisor-{os.getpid()}")
        # Each signal writes a byte, which ends the wait for reports.
        self.signals, wakeup_fd = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakeup_fd, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in FORWARDED:
            signal.signal(number, lambda number, _frame: self.pending_signals.append(number))

    def forward_signals(self):
        """Reads reports first: after a signal to both processes the child gets only one."""
        self.read_reports()
        deferred = collections.deque()
        while self.pending_signals:
            number = self.pending_signals.popleft()
            if number == signal.SIGHUP and self.last_report_at is None and self.start_max > 0:
                # It is reading its configuration and has no handler for the signal yet.
                deferred.append(number)
                continue
            again = self.stopping is not None
            if number != signal.SIGHUP:
                self.stopping = number
                if self.is_ending and not again:
                    continue
            if self.child:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.child, number)
        self.pending_signals.extend(deferred)

    def start(self):
        """Forks and executes the program. Signals are blocked meanwhile, so that none is lost."""
        environment = {**os.environ, "NOTIFY_SOCKET": f"@botcore-supervisor-{os.getpid()}",
                       "WATCHDOG_USEC": str(int(self.silence_max * 1_000_000))}
        signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                for number in (*FORWARDED, signal.SIGCHLD, signal.SIGPIPE):
                    signal.signal(number, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
                if os.getppid() == parent:
                    os.execvpe(self.command[0], self.command, environment)
            except OSError as error:
                self.log(f"{self.command[0]}: {error.strerror}")
            os._exit(127)
        self.child = child
        self.started_at, self.last_report_at, self.is_ending = time.monotonic(), None, False
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)

    @staticmethod
    def log(text):
        """Drops the message when standard error is closed or full: the supervisor neither ends nor
        waits."""
        with contextlib.suppress(OSError):
            if select.select([], [2], [], 0)[1]:
                os.write(2, f"supervisor: {text}\n".encode()[:select.PIPE_BUF])

    def pause_before_restart(self, run_time):
        """Zero, unless the last `burst` runs together were shorter than `window` seconds; then
        0.25 s, doubled each time up to 10 s."""
        self.run_times.append(run_time)
        if len(self.run_times) < self.burst or sum(self.run_times) > self.window:
            self.pause = 0.0
        else:
            self.pause = min(max(self.pause * 2, PAUSE_FIRST_SECONDS), PAUSE_MAX_SECONDS)
        return self.pause

    def read_reports(self):
        """Reads the reports that have arrived; only the child's own count. At most
        REPORTS_AT_ONCE, so that a flood of reports cannot block the supervisor."""
        for _ in range(REPORTS_AT_ONCE):
            try:
                data, extra, _, _ = self.reports.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
            except BlockingIOError:
                return
            senders = [CREDENTIALS.unpack(payload)[0] for level, kind, payload in extra
                       if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS)]
            if senders != [self.child]:
                continue
            lines = data.split(b"\n")
            if b"READY=1" in lines or b"WATCHDOG=1" in lines:
                self.last_report_at = time.monotonic()
            self.is_ending = self.is_ending or b"STOPPING=1" in lines

    def hang_deadline(self):
        """When the child will have been without a report for too long; None for never."""
        if self.hung:
            return None
        if self.last_report_at is not None:
            return self.last_report_at + self.silence_max
        return self.started_at + self.start_max if self.start_max > 0 else None

    def wait_for_exit(self):
        """Returns the child's wait status. Kills a child that hangs."""
        self.hung = False
        while True:
            self.forward_signals()
            pid, status = os.waitpid(self.child, os.WNOHANG)
            if pid:
                return status
            end = self.hang_deadline()
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                self.kill_hung()
                continue
            ready, _, _ = select.select([self.reports, self.signals], [], [], left)
            if self.signals in ready:
                os.read(self.signals, 4096)

    def kill_hung(self):
        self.hung = True
        if self.last_report_at is None:
            self.log(f"{self.name} has not become ready within {self.start_max:g} s: it hangs")
        else:
            self.log(f"{self.name} has not reported for {self.silence_max:.0f} s: it hangs")
        os.kill(self.child, signal.SIGKILL)

    def wait(self, seconds):
        until = time.monotonic() + seconds
        self.forward_signals()
        while not self.stopping and (left := until - time.monotonic()) > 0:
            if select.select([self.signals], [], [], left)[0]:
                os.read(self.signals, 4096)
            self.forward_signals()

    def run(self):
        self.start()
        while True:
            started_at = self.started_at
            status = self.wait_for_exit()
            ended_at, self.child = time.monotonic(), None
            code = os.waitstatus_to_exitcode(status)
            if code == 0 or code in NOT_RESTARTED or code in CANNOT_START:
                return code
            reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"status {code}"
            reason += ", it hung" if self.hung else ""
            if self.stopping:
                self.log(f"{self.name} was asked to stop and ended: {reason}")
                return 128 - code if code < 0 else code
            pause = self.pause_before_restart(ended_at - started_at)
            self.wait(pause)
            if self.stopping:
                return 128 + self.stopping
            self.restarts += 1
            self.start()
            delay = (f", held back {pause:.2f} s: {len(self.run_times)} runs lasted "
                          f"{sum(self.run_times):.1f} s") if pause else ""
            self.log(f"{self.name} died ({reason}) after {ended_at - started_at:.1f} s{delay}; "
                     f"restart {self.restarts}: pid {self.child}, "
                     f"{(time.monotonic() - ended_at) * 1000:.0f} ms later")


def main():
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--burst", type=int, default=5, help="runs that make a crash loop ...")
    parser.add_argument("--window", type=float, default=10.0,
                        help="... when they last so many seconds in all")
    parser.add_argument("--silence-max", type=float, default=20.0,
                        help="seconds without a report after which a ready program is hung")
    parser.add_argument("--start-max", type=float, default=120.0,
                        help="seconds within which a program must report READY=1; 0: no limit")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    open_standard_descriptors()
    return Supervisor(options).run()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Keeps one program running: python3 tools/supervise.py [options] -- PROGRAM [ARGUMENTS]

Restarts the program at once when it dies by a signal or with an unexpected status. Status 0, 2 (a
command line that is not understood) and 64 to 78 (wrong settings, locked data, missing permission:
see sysexits.h) are answers, not deaths, and end the supervisor with the same status. SIGTERM and
SIGINT are passed on, and the supervisor then ends with the program. Deaths in quick succession are
answered with growing pauses.

A program that reports to NOTIFY_SOCKET as systemd's services do (READY=1, then WATCHDOG=1 again and
again) and then falls silent is killed and started again: it hangs. One that never reports is never
taken for hung.

The program has a session of its own, so what kills its group does not reach the supervisor; when
the supervisor itself is killed, the program gets SIGTERM.
"""
import collections
import ctypes
import os
import select
import signal
import socket
import sys
import time

from spelling import Parser

NOT_RESTARTED = (2, *range(64, 79))
CANNOT_START = (126, 127)
PAUSE_FIRST_SECONDS, PAUSE_MAX_SECONDS = 0.25, 10.0
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class Supervisor:
    """One child at a time; `stopping` once somebody asked us to end."""

    def __init__(self, command, burst, window, silence_max):
        self.command = command
        self.name = os.path.basename(command[0])
        self.burst = burst
        self.lives = collections.deque(maxlen=burst)
        self.window = window
        self.child = None
        self.stopping = None
        self.restarts = 0
        self.pause = 0.0
        self.silence_max = silence_max
        self.hung = False
        self.reports = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.reports.bind(f"\0botcore-supervisor-{os.getpid()}")
        # A byte for each signal, so that a death ends the wait for reports.
        self.signals, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def stop(self, number, _frame):
        self.stopping = number
        if self.child:
            try:
                os.kill(self.child, signal.SIGTERM if number == signal.SIGHUP else number)
            except ProcessLookupError:
                pass

    def start(self):
        """Forks and executes the program. Signals wait meanwhile, so that none is lost."""
        signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
        environment = {**os.environ, "NOTIFY_SOCKET": f"@botcore-supervisor-{os.getpid()}",
                       "WATCHDOG_USEC": str(int(self.silence_max * 1_000_000))}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                for number in (*signals, signal.SIGCHLD):
                    signal.signal(number, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
                if os.getppid() == parent:
                    os.execvpe(self.command[0], self.command, environment)
            except OSError as error:
                os.write(2, f"supervisor: {self.command[0]}: {error.strerror}\n".encode())
            os._exit(127)
        self.child = child
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)

    def say(self, text):
        print(f"supervisor: {text}", file=sys.stderr, flush=True)

    def pause_before_restart(self, life):
        """Zero, unless the last `burst` lives together were shorter than `window` seconds; then
        0.25 s, doubled each time up to 10 s."""
        self.lives.append(life)
        if len(self.lives) < self.burst or sum(self.lives) > self.window:
            self.pause = 0.0
        else:
            self.pause = min(max(self.pause * 2, PAUSE_FIRST_SECONDS), PAUSE_MAX_SECONDS)
        return self.pause

    def await_death(self):
        """The child's wait status. A child that reported and then fell silent is killed."""
        self.hung, heard = False, None
        while True:
            pid, status = os.waitpid(self.child, os.WNOHANG)
            if pid:
                return status
            left = None if heard is None else heard + self.silence_max - time.monotonic()
            if left is not None and left <= 0:
                self.hung = True
                self.kill_hung()
                left = heard = None
            ready, _, _ = select.select([self.reports, self.signals], [], [], left)
            if self.signals in ready:
                os.read(self.signals, 4096)
            if self.reports in ready:
                told = self.reports.recv(4096)
                if b"READY=1" in told or b"WATCHDOG=1" in told:
                    heard = time.monotonic()

    def kill_hung(self):
        self.say(f"{self.name} has not reported for {self.silence_max:.0f} s: it hangs")
        os.kill(self.child, signal.SIGKILL)

    def wait(self, seconds):
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.02)

    def run(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)
        self.start()
        while True:
            born = time.monotonic()
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
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    return Supervisor(options.command, options.burst, options.window, options.silence_max).run()


if __name__ == "__main__":
    sys.exit(main())

"""Faults of a process, of its peers, or of the network of the scenario's own namespace."""
import contextlib
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time


class Disk:
    """A disk that is slow or broken for one process, by faults injected into its system calls."""

    def __init__(self, folder, pid, what, calls="fdatasync"):
        """`what` as strace takes it: "delay_enter=200ms", "error=EIO:when=1"."""
        self.output = pathlib.Path(folder) / f"strace-{time.monotonic_ns()}"
        self.process = subprocess.Popen(
            ["strace", "-f", "-q", "-o", str(self.output), "-e", f"trace={calls}",
             "-e", f"inject={calls}:{what}", "-p", str(pid)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 10
        while not self.is_attached(pid):
            if self.process.poll() is not None or time.monotonic() > until:
                self.process.kill()
                raise RuntimeError(f"strace: {self.process.communicate()[1]}")
            time.sleep(0.005)

    @staticmethod
    def is_attached(pid):
        tasks = list(pathlib.Path(f"/proc/{pid}/task").iterdir())
        return all("TracerPid:\t0\n" not in (task / "status").read_text() for task in tasks)

    def hits(self):
        """The number of system calls that were delayed or failed."""
        with contextlib.suppress(OSError):
            text = self.output.read_text(errors="replace")
            return text.count("(DELAYED)") + text.count("(INJECTED)")
        return 0

    def heal(self):
        """Detaches from the process; returns how many calls were hit."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stderr.close()
        return self.hits()


def pause(pid, seconds):
    """Stops the whole process, as a hypervisor does that gives it no processor time."""
    os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(pid, signal.SIGCONT)


class Partition:
    """Drops packets to and from a port; needs the scenario's own network namespace."""

    def __init__(self, port):
        self.port = port
        self.table = f"chaos_{port}"

    def begin(self):
        rules = (f"table inet {self.table} {{\nchain cut {{\ntype filter hook input priority 0;\n"
                 f"tcp dport {self.port} counter drop;\ntcp sport {self.port} counter drop;\n"
                 "}\n}\n")
        subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)
        return self

    def dropped(self):
        """Packets dropped so far, as the kernel counted them."""
        done = subprocess.run(["nft", "-j", "list", "table", "inet", self.table], text=True,
                              capture_output=True, check=True)
        return sum(part["counter"]["packets"] for item in json.loads(done.stdout)["nftables"]
                   for part in item.get("rule", {}).get("expr", []) if "counter" in part)

    def end(self):
        """Returns how many packets were dropped."""
        count = self.dropped()
        subprocess.run(["nft", "delete", "table", "inet", self.table], check=True)
        return count


def in_own_network():
    """Is the loopback the only device, as in a fresh namespace? Then it is brought up."""
    with open("/proc/net/dev", encoding="utf-8") as lines:
        devices = sorted(line.split(":")[0].strip() for line in lines if ":" in line)
    if devices != ["lo"]:
        return False
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return True


class HungCallers:
    """Clients that connect, send the beginning of a request or nothing, and then do nothing."""

    def __init__(self, port, count, start=b"POST /api/accounts/futures/orders HTTP/1.1\r\n"):
        self.sockets = []
        for number in range(count):
            one = socket.create_connection(("127.0.0.1", port), timeout=5)
            if number % 2 == 0:
                one.sendall(start)
            self.sockets.append(one)

    def end(self):
        for one in self.sockets:
            one.close()


class HungPeer:
    """A service that hangs: the kernel accepts connections, and nothing is ever sent."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]


class Peer:
    """A service that sends one given response for each request; the last one repeats."""

    def __init__(self, *responses):
        """A response is (status, body, headers); `None` for a connection that is cut."""
        self.lock = threading.Lock()
        self.responses = list(responses)
        self.times = []
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                response = peer.next_response()
                if response is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.respond(*response)

            def do_GET(self):
                self.respond(200, {"status": "healthy", "version": "1", "checks": {}}, {})

            def respond(self, status, body, headers):
                text = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next_response(self):
        with self.lock:
            self.times.append(time.monotonic())
            return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]

    def set_responses(self, *responses):
        """Replaces the responses; returns and clears the times of the requests so far."""
        with self.lock:
            times, self.times = self.times, []
            self.responses = list(responses)
        return times

    def close(self):
        self.server.shutdown()
        self.server.server_close()

"""Places from which a daemon is probed: network namespaces of which each can be cut off."""
import os
import subprocess

from world.daemon import die_with_parent, free_port
from world.monitoring import start_exporter

OUTSIDE = "10.71.0.1"  # The address of the daemon's proxy as the places see it.


class Place:
    """A namespace with a blackbox exporter; needs the scenario's own network namespace."""

    def __init__(self, scenario, name, number):
        self.name = name
        self.gateway, self.address = f"10.71.{number}.1", f"10.71.{number}.2"
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"],
                                       stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        scenario.add_cleanup(self.holder.wait)
        scenario.add_cleanup(self.holder.kill)
        scenario.eventually(10, self.is_separate, f"{name} has a network namespace")
        outer, inner = f"out{number}", f"in{number}"
        ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns",
           str(self.holder.pid))
        ip("addr", "add", f"{self.gateway}/30", "dev", outer)
        ip("link", "set", outer, "up")
        for command in (("addr", "add", f"{self.address}/30", "dev", inner),
                        ("link", "set", inner, "up"), ("link", "set", "lo", "up"),
                        ("route", "add", "default", "via", self.gateway)):
            ip(*command, before=self.enter())
        self.exporter = start_exporter(scenario, f"probe-{name}", free_port(), self.address,
                                       self.enter())

    def is_separate(self):
        return (os.readlink(f"/proc/{self.holder.pid}/ns/net")
                != os.readlink("/proc/self/ns/net"))

    def enter(self):
        return ["nsenter", "--target", str(self.holder.pid), "--net"]

    def cut(self):
        """Drops what it sends to the daemon; Prometheus still reaches the exporter."""
        rules = (f"table inet {self.name} {{\nchain cut {{\ntype filter hook input priority 0;\n"
                 f"ip saddr {self.address} ip daddr {OUTSIDE} counter drop;\n}}\n}}\n")
        subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)

    def heal(self):
        subprocess.run(["nft", "delete", "table", "inet", self.name], check=True)


def ip(*arguments, before=()):
    subprocess.run([*before, "ip", *arguments], check=True)

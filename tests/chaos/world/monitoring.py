"""The shipped road of alerts on loopback: Prometheus, Alertmanager and blackbox exporters with the
files of deploy/, of which only addresses, secrets and, where requested, intervals are replaced."""
import contextlib
import json
import pathlib
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from world.daemon import ROOT, die_with_parent, free_port
from world.receivers import PAGERDUTY_KEY, Receivers

try:
    import yaml
except ImportError:
    # Another interpreter comes first in the path; the package is installed for Debian's.
    sys.path.append("/usr/lib/python3/dist-packages")
    import yaml

DEPLOY = ROOT / "deploy"
PLACES = ("us", "eu", "asia")
START_SECONDS = 30
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
DEAD_MAN_TOKEN = "token of the dead man's receiver"


class Service:
    """A child process with an HTTP port. Raises RuntimeError when it ends before it is ready."""

    def __init__(self, scenario, name, command, port, host="127.0.0.1", before=()):
        """`before`: the beginning of the command line, for example one that enters a namespace."""
        self.name, self.port, self.host = name, port, host
        self.output = scenario.folder / f"{name}.log"
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [*before, *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=scenario.folder, start_new_session=True, preexec_fn=die_with_parent)
        scenario.add_cleanup(self.kill)

    def get(self, path):
        """The text at the path. Raises OSError when it does not respond, or not with success."""
        with DIRECT.open(f"http://{self.host}:{self.port}{path}", timeout=5) as response:
            return response.read().decode()

    def wait_ready(self, path="/-/ready"):
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended ({self.process.returncode}): {self.tail()}")
            with contextlib.suppress(OSError):
                self.get(path)
                return self
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} was not ready in {START_SECONDS} s: {self.tail()}")

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def tail(self):
        return self.output.read_text(errors="replace")[-1500:]


def shipped(name):
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def start_exporter(scenario, name, port=None, host="127.0.0.1", before=()):
    """A blackbox exporter with the shipped modules."""
    port = port or free_port()
    return Service(scenario, name, [
        "prometheus-blackbox-exporter", f"--config.file={DEPLOY / 'probes' / 'blackbox.yml'}",
        f"--web.listen-address={host}:{port}"], port, host, before)


def alertmanager_config(folder, receivers):
    """The shipped file with the receivers' addresses and secrets in `folder`."""
    config = shipped("alertmanager/alertmanager.yml")
    secrets = {"slack_url": receivers.config["notify.slack_url"], "pagerduty_key": PAGERDUTY_KEY,
               "dead_man_token": DEAD_MAN_TOKEN}
    for name, text in secrets.items():
        (folder / name).write_text(text, encoding="utf-8")
    mail = urllib.parse.urlsplit(receivers.config["notify.email_server"])
    config["global"].update(smtp_smarthost=mail.netloc, smtp_require_tls=False,
                            pagerduty_url=receivers.config["notify.pagerduty_url"])
    # The receiver on loopback knows no TLS, and a password is not sent without.
    del config["global"]["smtp_auth_username"], config["global"]["smtp_auth_password_file"]
    for receiver in config["receivers"]:
        for slack in receiver.get("slack_configs", []):
            slack["api_url_file"] = str(folder / "slack_url")
        for pager in receiver.get("pagerduty_configs", []):
            pager["routing_key_file"] = str(folder / "pagerduty_key")
        for hook in receiver.get("webhook_configs", []):
            hook["url"] = receivers.dead_man_url
            hook["http_config"]["authorization"]["credentials_file"] = str(
                folder / "dead_man_token")
    return config


class Monitoring:
    """Prometheus and Alertmanager over one daemon, with an exporter for each place."""

    def __init__(self, scenario, name, daemon, probe_seconds=None, places=None, target=None,
                 others=None, scrape_seconds=None):
        """`places`: the exporter of each place, started here when None. `target`: the host and
        port that they probe, the daemon's when None. `others`: further targets by job.
        `scrape_seconds`: between scrapes and between evaluations, as shipped when None."""
        self.scenario, self.name, self.daemon = scenario, name, daemon
        self.probe_seconds, self.others = probe_seconds, others or {}
        self.scrape_seconds = scrape_seconds
        self.folder = scenario.folder / name
        self.folder.mkdir()
        self.receivers = Receivers(scenario)
        self.places = places or {place: start_exporter(scenario, f"{name}-probe-{place}")
                                 for place in PLACES}
        for exporter in self.places.values():
            exporter.wait_ready("/-/healthy")
        self.target = target or f"127.0.0.1:{daemon.port}"
        self.alertmanager = self.start_alertmanager()
        self.prometheus = self.start_prometheus()

    def write(self, name, config):
        file = self.folder / name
        file.write_text(yaml.safe_dump(config), encoding="utf-8")
        return file

    def start_alertmanager(self):
        config = self.write("alertmanager.yml", alertmanager_config(self.folder, self.receivers))
        port = free_port()
        return Service(self.scenario, f"{self.name}-alertmanager", [
            "prometheus-alertmanager", f"--config.file={config}", "--cluster.listen-address=",
            f"--storage.path={self.folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}"], port).wait_ready()

    def prometheus_config(self, port):
        config = shipped("prometheus/prometheus.yml")
        config["rule_files"] = [str(DEPLOY / "prometheus" / name) for name in config["rule_files"]]
        if self.scrape_seconds:
            config["global"] = dict.fromkeys(
                ("scrape_interval", "scrape_timeout", "evaluation_interval"),
                f"{self.scrape_seconds}s")
        manager = f"127.0.0.1:{self.alertmanager.port}"
        config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [manager]
        own = {"botcored": f"127.0.0.1:{self.daemon.port}", "prometheus": f"127.0.0.1:{port}",
               "alertmanager": manager}
        for job in config["scrape_configs"]:
            name = job["job_name"]
            if name in own:
                job["static_configs"][0]["targets"] = [own[name], *self.others.get(name, [])]
                continue
            if self.probe_seconds:
                job["scrape_interval"] = job["scrape_timeout"] = f"{self.probe_seconds}s"
            http_probe = name == "probe_http"
            if http_probe:
                job["params"]["module"] = ["http_live"]  # The daemon here has no certificate.
            for one in job["static_configs"]:
                exporter = self.places[one["labels"]["place"]]
                one["targets"] = [f"http://{self.target}/health/live" if http_probe
                                  else self.target]
                one["labels"]["__probe_address__"] = f"{exporter.host}:{exporter.port}"
        return config

    def start_prometheus(self):
        port = free_port()
        config = self.write("prometheus.yml", self.prometheus_config(port))
        return Service(self.scenario, f"{self.name}-prometheus", [
            "prometheus", f"--config.file={config}", "--rules.alert.resend-delay=5s",
            f"--storage.tsdb.path={self.folder / 'prometheus'}", "--log.level=warn",
            f"--web.listen-address=127.0.0.1:{port}"], port).wait_ready()

    def remove_target(self, job_name):
        """Prometheus goes on with a configuration without this job."""
        config = self.prometheus_config(self.prometheus.port)
        config["scrape_configs"] = [job for job in config["scrape_configs"]
                                    if job["job_name"] != job_name]
        self.write("prometheus.yml", config)
        self.prometheus.reload()

    def query(self, expression):
        """The instant vector: (labels, value) of each series."""
        text = self.prometheus.get(f"/api/v1/query?query={urllib.parse.quote(expression)}")
        return [(one["metric"], float(one["value"][1]))
                for one in json.loads(text)["data"]["result"]]

    def await_evaluations(self, count):
        """Waits until the rules were evaluated `count` times more."""
        for _ in range(count):
            last = self.last_evaluation()
            self.scenario.eventually(60, lambda before=last: self.last_evaluation() != before,
                                     "the rules are evaluated")

    def last_evaluation(self):
        groups = json.loads(self.prometheus.get("/api/v1/rules"))["data"]["groups"]
        return next(one["lastEvaluation"] for one in groups if one["name"] == "outside")

    def up(self, service):
        """The values of up{service=...}, the lowest first."""
        return sorted(value for _, value in self.query(f'up{{service="{service}"}}'))

    def fired(self):
        """The names of the alerts that have fired since the start."""
        return {labels["alertname"] for labels, _ in self.query(
            'count by (alertname) (max_over_time(ALERTS{alertstate="firing"}[1h]))')}

    def addresses(self):
        """(what, address) of everything that a person may open."""
        root = "http://127.0.0.1"
        yield "botcored", f"{root}:{self.daemon.port}"
        yield "Prometheus", f"{root}:{self.prometheus.port}"
        yield "Alertmanager", f"{root}:{self.alertmanager.port}"
        for place, exporter in self.places.items():
            yield f"blackbox exporter {place}", f"http://{exporter.host}:{exporter.port}"
        config = self.receivers.config
        yield "receiver Slack", config["notify.slack_url"]
        yield "receiver PagerDuty", config["notify.pagerduty_url"]
        yield "receiver e-mail", config["notify.email_server"]
        yield "receiver dead man", self.receivers.dead_man_url


def log_tails(folder):
    """The ends of the logs of all services, for a person to read after a failure."""
    return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-800:]}"
                     for file in sorted(pathlib.Path(folder).glob("*.log")))

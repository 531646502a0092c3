#!/usr/bin/env python3
"""The files of deploy/ agree with the program: ports, routes, keys, limits.

The files are read by real parsers; systemd-analyze, where installed, checks the unit too.
The alerts have a test of their own, prometheus_rules_test.py, and so has what beside them tells
people and probes, monitoring_test.py, and so have the dashboards, dashboards_test.py.
"""
# @spec:R1-AC-06 R1-INTMON-02 X-17 X-63
import configparser
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest

DEBIAN_PYTHON = "/usr/bin/python3"
try:
    import yaml
except ImportError:
    # Another interpreter comes first in the path; the packages are installed for Debian's.
    if sys.executable == DEBIAN_PYTHON:
        raise
    os.execv(DEBIAN_PYTHON, [DEBIAN_PYTHON, *sys.argv])

ROOT = pathlib.Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
GRACE_SECONDS = 45
EXPOSURE_MAX = 2.0


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def source_of(folder):
    return "\n".join(path.read_text(encoding="utf-8")
                     for path in sorted((ROOT / folder).rglob("*.cpp")))


def config_keys():
    """Default by name, from the table in the source."""
    table = source_of("src/host")
    return dict(re.findall(r'ConfigKey\{\s*"([a-z_.]+)",\s*Kind::\w+,\s*"([^"]*)"', table))


def variables():
    """BOTCORE_... names that the daemon reads."""
    return {"BOTCORE_" + key.replace(".", "_").upper() for key in config_keys()}


def documents(name):
    return list(yaml.safe_load_all(text_of(f"deploy/{name}")))


def kubernetes(kind):
    found = [one for one in documents("kubernetes/botcored.yaml") if one["kind"] == kind]
    assert len(found) == 1, f"{len(found)} of {kind}"
    return found[0]


def unit():
    parsed = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parsed.optionxform = str
    parsed.read_string(text_of("deploy/systemd/botcored.service"))
    return parsed


def container():
    return kubernetes("StatefulSet")["spec"]["template"]["spec"]["containers"][0]


class Deploy(unittest.TestCase):
    def test_every_yaml_file_parses_and_every_file_is_listed(self):
        names = {str(path.relative_to(DEPLOY)) for path in DEPLOY.rglob("*") if path.is_file()}
        self.assertEqual(names, {
            "alertmanager/alertmanager.yml", "compose.yaml", "cron/botcore", "docker/Dockerfile",
            "grafana/dashboards.yaml", "grafana/datasource.yaml",
            *(f"grafana/{board}.json" for board in (
                "data", "exchange", "health", "incident", "reliability", "trading")),
            "kubernetes/botcored.yaml", "on-call.toml",
            "profiles/development.toml", "profiles/production.toml", "profiles/staging.toml",
            "probes/blackbox.yml", "probes/uptimerobot.json",
            "prometheus/alerts.yml", "prometheus/probes.yml", "prometheus/prometheus.yml",
            *(f"prometheus/tests/{group}.yml" for group in (
                "archive", "backups", "error_budget", "errors", "machine", "modes", "probes",
                "trading", "uptime")),
            "systemd/botcore.toml", "systemd/botcored.service"})
        for name in names:
            if name.endswith((".yaml", ".yml")):
                self.assertTrue(all(documents(name)), name)

    def test_every_variable_is_a_key_of_the_configuration(self):
        self.assertGreater(len(variables()), 10)
        for path in sorted(DEPLOY.rglob("*")):
            if path.is_file():
                used = set(re.findall(r"\bBOTCORE_[A-Z_]+[A-Z]\b", path.read_text("utf-8")))
                self.assertLessEqual(used, variables(), path.name)

    def test_a_pod_gets_no_variables_of_services(self):
        """A Service called botcore would inject BOTCORE_ variables, and those stop the start."""
        pods = [one["spec"]["template"]["spec"] for one in documents("kubernetes/botcored.yaml")
                if "template" in one.get("spec", {})]
        self.assertTrue(pods)
        for pod in pods:
            self.assertIs(pod["enableServiceLinks"], False)

    def test_ports_are_the_default_of_the_program(self):
        port = int(config_keys()["http.port"])
        service = documents("compose.yaml")[0]["services"]["botcored"]
        self.assertEqual(service["ports"], [f"127.0.0.1:{port}:{port}"])
        self.assertEqual(service["environment"]["BOTCORE_HTTP_PORT"], str(port))
        self.assertEqual(container()["ports"], [{"name": "http", "containerPort": port}])
        self.assertEqual(kubernetes("ConfigMap")["data"]["BOTCORE_HTTP_PORT"], str(port))
        self.assertEqual(kubernetes("Service")["spec"]["ports"][0]["port"], port)
        self.assertIn(f"EXPOSE {port}\n", text_of("deploy/docker/Dockerfile"))
        scrape = documents("prometheus/prometheus.yml")[0]["scrape_configs"][0]
        self.assertEqual(scrape["static_configs"][0]["targets"], [f"127.0.0.1:{port}"])

    def test_probed_routes_exist(self):
        routes = set(re.findall(r'"(/[a-z/]+)"', source_of("src/api")))
        probes = {name: container()[f"{name}Probe"]["httpGet"]["path"]
                  for name in ("startup", "liveness", "readiness")}
        self.assertEqual(probes, {"startup": "/health/live", "liveness": "/health/live",
                                  "readiness": "/health/ready"})
        self.assertLessEqual(set(probes.values()), routes)
        self.assertIn(documents("prometheus/prometheus.yml")[0]["scrape_configs"][0]
                      ["metrics_path"], routes)

    def test_command_lines_use_options_that_exist(self):
        known = {"botcored": source_of("src/apps/botcored"), "botctl": source_of("src/apps/botctl")}
        compose = documents("compose.yaml")[0]["services"]["botcored"]["healthcheck"]["test"]
        docker = text_of("deploy/docker/Dockerfile")
        lines = [("botcored", unit()["Service"]["ExecStart"]), ("botctl", " ".join(compose)),
                 ("botctl", re.search(r"HEALTHCHECK(?:.*\\\n)*.*CMD (.*)", docker)[1]),
                 ("botcored", re.search(r"ENTRYPOINT (.*)", docker)[1])]
        for program, line in lines:
            self.assertIn(program, line)
            options = re.findall(r"(?<![\w-])--[a-z-]+", line)
            self.assertTrue(options, line)
            for option in options:
                self.assertIn(f'"{option}"', known[program], line)
        self.assertIn('"status"', known["botctl"])

    def test_every_deployment_has_the_same_stop_timeout(self):
        self.assertEqual(unit()["Service"]["TimeoutStopSec"], str(GRACE_SECONDS))
        service = documents("compose.yaml")[0]["services"]["botcored"]
        self.assertEqual(service["stop_grace_period"], f"{GRACE_SECONDS}s")
        pod = kubernetes("StatefulSet")["spec"]["template"]["spec"]
        self.assertEqual(pod["terminationGracePeriodSeconds"], GRACE_SECONDS)

    def test_delay_and_drain_fit_into_the_grace_with_room_for_the_store(self):
        keys, data = config_keys(), kubernetes("ConfigMap")["data"]
        by_default = (int(keys["shutdown.drain_delay_seconds"])
                      + int(keys["shutdown.drain_within_seconds"]))
        in_pod = (int(data["BOTCORE_SHUTDOWN_DRAIN_DELAY_SECONDS"])
                  + int(data["BOTCORE_SHUTDOWN_DRAIN_WITHIN_SECONDS"]))
        probe = container()["readinessProbe"]
        self.assertLessEqual(max(by_default, in_pod), GRACE_SECONDS - 5)
        self.assertGreater(int(data["BOTCORE_SHUTDOWN_DRAIN_DELAY_SECONDS"]),
                           probe["periodSeconds"] * probe["failureThreshold"])

    def test_the_unit_restarts_watches_and_confines(self):
        service = unit()["Service"]
        for key, value in {"Type": "notify", "Restart": "always", "ProtectSystem": "strict",
                           "NoNewPrivileges": "yes", "PrivateTmp": "yes",
                           "CapabilityBoundingSet": ""}.items():
            self.assertEqual(service[key], value, key)
        self.assertGreaterEqual(int(service["WatchdogSec"]), 10)
        self.assertIn("MemoryMax", service)
        # Restarted: a locked folder, a lost journal. Not restarted: wrong usage, damage.
        self.assertEqual(service["RestartPreventExitStatus"].split(), ["2", "64", "65", "77", "78"])

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd_parses_the_unit_and_rates_it_confined(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "botcored.service"
            file.write_text(text_of("deploy/systemd/botcored.service")
                            .replace("/usr/bin/botcored", "/bin/true"), encoding="utf-8")
            done = subprocess.run(["systemd-analyze", "verify", str(file)], text=True,
                                  capture_output=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            done = subprocess.run(
                ["systemd-analyze", "security", "--offline=true", "--no-pager", str(file)],
                text=True, capture_output=True, check=False)
        exposure = re.search(r"exposure level for botcored.service: ([\d.]+)", done.stdout)
        self.assertLessEqual(float(exposure[1]), EXPOSURE_MAX)

    def test_the_image_has_two_stages_a_user_and_a_health_check(self):
        docker = text_of("deploy/docker/Dockerfile")
        self.assertEqual(re.findall(r"^FROM (\S+)", docker, re.M), ["debian:12-slim"] * 2)
        last = docker[docker.rindex("\nFROM"):]
        for wanted in (r"^USER [1-9]\d+$", r"^HEALTHCHECK ", r"^VOLUME /var/lib/botcore$",
                       r"^STOPSIGNAL SIGTERM$", r"^ENTRYPOINT \["):
            self.assertRegex(last, re.compile(wanted, re.M))
        for path in re.findall(r"^COPY ((?:[\w./]+ )+)\S+$", docker, re.M):
            for name in path.split():
                self.assertTrue((ROOT / name).exists(), name)

    def test_compose_restarts_what_dies(self):
        services = documents("compose.yaml")[0]["services"]
        self.assertEqual({one["restart"] for one in services.values()}, {"always"})
        self.assertEqual(services["redis"]["profiles"], ["cache"])
        for one in services.values():
            self.assertIn("healthcheck", one)
            self.assertTrue(one["read_only"])
        build = services["botcored"]["build"]
        self.assertTrue((DEPLOY / build["context"] / build["dockerfile"]).is_file())

    def test_kubernetes_never_runs_two_writers(self):
        spec = kubernetes("StatefulSet")["spec"]
        self.assertEqual(spec["replicas"], 1)
        self.assertEqual(spec["updateStrategy"], {"type": "RollingUpdate"})
        labels = spec["template"]["metadata"]["labels"]
        for selector in (spec["selector"]["matchLabels"],
                         kubernetes("Service")["spec"]["selector"],
                         kubernetes("PodDisruptionBudget")["spec"]["selector"]["matchLabels"]):
            self.assertEqual(selector, labels)
        self.assertTrue(spec["template"]["spec"]["securityContext"]["runAsNonRoot"])
        mounts = {one["name"]: one["mountPath"] for one in container()["volumeMounts"]}
        self.assertEqual(mounts["state"], "/var/lib/botcore")

    # @spec:R3-BKP-04 R3-AC-14
    def test_the_archive_is_on_another_disk_than_the_store(self):
        compose = documents("compose.yaml")[0]["services"]["botcored"]
        pod = kubernetes("ConfigMap")["data"]
        claims = {one["metadata"]["name"]
                  for one in kubernetes("StatefulSet")["spec"]["volumeClaimTemplates"]}
        mounts = {one["mountPath"]: one["name"] for one in container()["volumeMounts"]}
        for variables_of in (compose["environment"], pod):
            self.assertEqual(variables_of["BOTCORE_LOG_ENVIRONMENT"], "production")
            place = pathlib.PurePath(variables_of["BOTCORE_ARCHIVE_REPOSITORY"])
            self.assertEqual(place.parent, pathlib.PurePath("/var/lib/botcore-archive"))
        self.assertLessEqual({mounts["/var/lib/botcore-archive"], mounts["/var/lib/botcore"]},
                             claims)
        volumes = dict(reversed(one.rsplit(":", 1)) for one in compose["volumes"])
        self.assertEqual(volumes["/var/lib/botcore"], "state")
        self.assertRegex(volumes["/var/lib/botcore-archive"], r"^\$\{ARCHIVE_FOLDER:\?")
        for name in ("systemd/botcore.toml", "profiles/production.toml"):
            settings = tomllib.loads(text_of(f"deploy/{name}"))
            self.assertEqual(settings["log"]["environment"], "production")
            place = pathlib.PurePath(settings["archive"]["repository"])
            self.assertIn(place.parent, [pathlib.PurePath(one.lstrip("-"))
                                         for one in unit()["Service"]["ReadWritePaths"].split()])
            self.assertEqual({f"{section}.{key}" for section, keys in settings.items()
                              for key in keys} - config_keys().keys(), set())

    def test_the_example_of_people_on_call_names_only_people_it_describes(self):
        example = tomllib.loads(text_of("deploy/on-call.toml"))
        people = example["people"]
        named = example["rotation"]["order"] + [one["person"] for one in example["override"]]
        self.assertEqual(set(named), set(people))
        self.assertTrue(all(one["email"].endswith("@example.org") for one in people.values()))
        self.assertIn("notify.on_call_file", config_keys())

    def test_metrics_are_scraped_every_15_s(self):
        prometheus = documents("prometheus/prometheus.yml")[0]
        self.assertEqual(prometheus["global"]["scrape_interval"], "15s")
        for name in prometheus["rule_files"]:
            self.assertTrue((DEPLOY / "prometheus" / name).is_file())


if __name__ == "__main__":
    unittest.main()

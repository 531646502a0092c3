#!/usr/bin/env python3
"""Makes the Grafana dashboards of deploy/grafana from tools/dashboard_panels.py.

Run:  python3 tools/dashboards.py --check | --write
--check prints the files that differ from the table and exits with 1 when there is one.
"""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dashboard_panels import DASHBOARDS  # noqa: E402
from spelling import Parser  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "deploy" / "grafana"
SCHEMA_VERSION = 39  # Grafana 10.4 and 11.
COLUMNS = 24
SIZES = {"stat": (6, 4), "bargauge": (12, 8), "timeseries": (12, 8), "state-timeline": (12, 8)}
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
REDUCED = {"calcs": ["lastNotNull"], "fields": "", "values": False}
SHOWN_LEGEND = {"showLegend": True, "displayMode": "list", "placement": "bottom"}
OPTIONS = {
    "stat": {"colorMode": "value", "graphMode": "none", "textMode": "auto",
             "reduceOptions": REDUCED},
    "bargauge": {"displayMode": "basic", "orientation": "horizontal", "reduceOptions": REDUCED},
    "timeseries": {"legend": SHOWN_LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}},
    "state-timeline": {"legend": SHOWN_LEGEND, "mergeValues": True, "showValue": "never"},
}
INSTANT = {"stat", "bargauge"}


def description(panel):
    return f"{', '.join(panel.covers)}: {panel.meaning}" if panel.covers else panel.meaning


def field_config(panel):
    defaults = {
        "unit": panel.unit, "noValue": panel.empty,
        "color": {"mode": "palette-classic" if panel.kind == "timeseries" else "thresholds"},
        "thresholds": {"mode": "absolute", "steps": [
            {"value": value, "color": color} for value, color in panel.steps]},
        "mappings": [{"type": "value", "options": {
            str(value): {"text": text, "color": color, "index": index}
            for index, (value, text, color) in enumerate(panel.states)}}] if panel.states else []}
    if panel.unit == "none" and not panel.states:
        defaults["decimals"] = 0
    if panel.unit == "percentunit":
        defaults["decimals"] = 3
    if panel.kind == "timeseries" and len(panel.steps) > 1:
        defaults["custom"] = {"thresholdsStyle": {"mode": "line"}}
    return {"defaults": defaults, "overrides": []}


def panel_json(panel, number, position):
    instant = panel.kind in INSTANT
    return {
        "id": number, "type": panel.kind, "title": panel.title, "description": description(panel),
        "datasource": DATASOURCE, "gridPos": position, "options": OPTIONS[panel.kind],
        "fieldConfig": field_config(panel),
        "links": [{"title": f"Runbook: {panel.page}", "targetBlank": True,
                   "url": f"${{runbooks}}/{panel.page}.md"}] if panel.page else [],
        "targets": [{"refId": "A", "datasource": DATASOURCE, "expr": panel.expr,
                     "legendFormat": panel.legend or panel.title, "instant": instant,
                     "range": not instant}]}


def layout(panels):
    """The position of each panel, from left to right and then below."""
    column = row = height_of_row = 0
    for panel in panels:
        width, height = SIZES[panel.kind]
        if column + width > COLUMNS or (column and height != height_of_row):
            column, row = 0, row + height_of_row
        yield {"x": column, "y": row, "w": width, "h": height}
        column, height_of_row = column + width, height


def variables():
    return [
        {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus",
         "current": {}, "hide": 0, "refresh": 1, "regex": "", "multi": False, "includeAll": False},
        {"name": "runbooks", "label": "Address of docs/runbooks", "type": "textbox", "hide": 0,
         "query": "https://botcore.example.org/docs/runbooks",
         "current": {"text": "https://botcore.example.org/docs/runbooks",
                     "value": "https://botcore.example.org/docs/runbooks"}}]


def dashboard(name, title, panels):
    return {
        "uid": f"botcore-{name}", "title": f"Bot Core: {title}", "tags": ["botcore"],
        "schemaVersion": SCHEMA_VERSION, "version": 1, "id": None, "editable": True,
        "timezone": "utc", "refresh": "15s", "time": {"from": "now-6h", "to": "now"},
        "graphTooltip": 1, "annotations": {"list": []}, "templating": {"list": variables()},
        "links": [{"type": "dashboards", "title": "Bot Core", "tags": ["botcore"],
                   "asDropdown": True, "keepTime": True, "includeVars": True}],
        "panels": [panel_json(panel, number, position) for number, (panel, position)
                   in enumerate(zip(panels, layout(panels)), 1)]}


def files():
    """The text of each file by its name."""
    return {f"{name}.json": json.dumps(dashboard(name, title, panels), indent=1) + "\n"
            for (name, title), panels in DASHBOARDS.items()}


def differing():
    """The names of the files that are not as the table says, missing and superfluous ones too."""
    expected = files()
    found = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    return sorted(name for name in expected.keys() | found.keys()
                  if expected.get(name) != found.get(name))


def main():
    parser = Parser(prog="dashboards.py", description=__doc__.splitlines()[0])
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--write", action="store_true")
    group.add_argument("--check", action="store_true")
    if parser.parse_args().write:
        FOLDER.mkdir(exist_ok=True)
        for path in FOLDER.glob("*.json"):
            path.unlink()
        for name, text in files().items():
            (FOLDER / name).write_text(text, encoding="utf-8")
    for name in differing():
        print(f"deploy/grafana/{name} differs from tools/dashboard_panels.py: "
              "run python3 tools/dashboards.py --write")
    return 1 if differing() else 0


if __name__ == "__main__":
    sys.exit(main())

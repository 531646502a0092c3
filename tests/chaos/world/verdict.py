"""The result of a scenario. A scenario that injected no fault has shown nothing and fails."""
import contextlib
import sys
import time


class Verdict:
    def __init__(self, name, spec):
        self.name = name
        self.spec = spec
        self.faults = {}
        self.figures = {}
        self.failures = []

    def fault(self, kind, count=1):
        """Counts a fault that happened; call it after the injection."""
        self.faults[kind] = self.faults.get(kind, 0) + count

    def check(self, holds, expected, actual=None):
        """Records the expectation and the actual value when `holds` is false."""
        if not holds:
            text = expected if actual is None else f"{expected}; actual: {str(actual)[:400]}"
            self.failures.append(text)
            print(f"  failed: {text}", file=sys.stderr, flush=True)
        return bool(holds)

    def figure(self, name, value, unit, most=None, least=None):
        """A measured number, with its bound if there is one."""
        ok = (most is None or value <= most) and (least is None or value >= least)
        aim = most if most is not None else least
        self.figures[name] = {"value": round(value, 3), "unit": unit, "limit": None, "ratio": None,
                              "aim": aim, "ok": ok}
        bound = f"at most {most}" if most is not None else f"at least {least}"
        self.check(ok, f"{name}: {value:.3f} {unit}, aim: {bound}")

    def eventually(self, seconds, holds, expected):
        """Polls until `holds` returns a true value; that value, or None after `seconds`."""
        until = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError):
                value = holds()
                if value:
                    return value
            if time.monotonic() > until:
                self.check(False, f"within {seconds} s: {expected}")
                return None
            time.sleep(0.01)

    def as_json(self, seconds):
        count = sum(self.faults.values())
        if count == 0:
            self.check(False, "no fault was injected, so the scenario shows nothing")
        return {"name": self.name, "spec": self.spec, "ok": not self.failures,
                "faults_injected": count, "faults": self.faults, "figures": self.figures,
                "failures": self.failures, "seconds": round(seconds, 1)}


def percentile(values, share):
    """The value below which `share` of them lie; 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

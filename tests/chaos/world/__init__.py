"""Parts of the scenarios: real processes, clients, faults, and the verdict."""

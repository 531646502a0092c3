"""What scenarios are made of: real processes, callers, faults, and the verdict."""

"""Registers (台账), figures and a person's own service: reads every capability, changes nothing."""

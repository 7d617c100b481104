"""Cases: what QA people write down, in YAML, as what must and must not happen."""

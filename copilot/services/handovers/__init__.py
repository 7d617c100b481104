"""Handovers: briefed, offered, accepted, fallen back; and the end of a shift."""

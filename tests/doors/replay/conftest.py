from tests.doors.gate.conftest import _readers, gate, gate_world

__all__ = ["_readers", "gate", "gate_world"]

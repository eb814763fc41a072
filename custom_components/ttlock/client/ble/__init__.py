"""TTLock locks over Bluetooth: the protocol 5.3 ("V3") of ttlock-ble-protocol.md.

Knows neither Home Assistant nor a Bluetooth stack: whoever uses it brings the connections.
"""

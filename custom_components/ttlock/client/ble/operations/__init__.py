"""What is said to a lock and what it answers: pure functions from values to bytes and back, one module per topic.

Nothing in here sends, waits or keeps anything. Requests are the plain bytes after the opcode, replies those after the
status byte (ttlock-ble-protocol.md 5). A reply that makes no sense is an `BadReply`, never another error.
"""

"""
A client of its own for the protocol's statements: the kernel is started by jupyter_client from the installed kernelspec, messages are
signed and read by its Session, and everything else (sockets, order, waiting) is here, so that nothing is smoothed over.
"""

import os
import tempfile
import time
import unittest

import zmq
from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

# Seconds after which something that must come counts as missing. Generous, for it passes only where something is wrong.
PATIENCE = 300

CHANNELS = ("shell", "control", "stdin", "iopub")


class Client:
    """Sockets to a running kernel. Messages that nobody has asked for yet wait in the inbox of their channel."""

    def __init__(self, manager):
        self.session = Session(key=manager.session.key, signature_scheme=manager.session.signature_scheme)
        identity = self.session.bsession
        self.sockets = {
            "shell": manager.connect_shell(identity=identity),
            "control": manager.connect_control(identity=identity),
            "stdin": manager.connect_stdin(identity=identity),
            "iopub": manager.connect_iopub(),
        }
        self.heartbeat = manager.connect_hb()
        self.inbox = {channel: [] for channel in CHANNELS}
        self.welcome = self.next("iopub", lambda message: message["msg_type"] == "iopub_welcome")
        # What a subscriber may have heard before it was welcome: that the kernel is starting.
        self.inbox["iopub"].clear()

    def close(self):
        for socket in [*self.sockets.values(), self.heartbeat]:
            socket.close(linger=0)

    def send(self, channel, type, content=None, *, header=None, parent=None, metadata=None, buffers=None):
        """Sends a message and returns its id."""
        message = self.session.msg(type, content or {}, parent=parent, metadata=metadata)
        message["header"].update(header or {})
        self.session.send(self.sockets[channel], message, buffers=buffers)
        return message["header"]["msg_id"]

    def send_frames(self, channel, frames):
        """Sends bytes as they are."""
        self.sockets[channel].send_multipart(frames)

    def frames(self, type, content=None):
        """The frames of a well-signed request, from the delimiter on, to be spoilt; and its id."""
        message = self.session.msg(type, content or {})
        return self.session.serialize(message), message["header"]["msg_id"]

    def next(self, channel, wanted=lambda _message: True, patience=PATIENCE):
        """Takes the first message on a channel that is wanted; those before it stay."""
        deadline = time.monotonic() + patience
        inbox = self.inbox[channel]
        at = 0
        while True:
            while at < len(inbox):
                if wanted(inbox[at]):
                    return inbox.pop(at)
                at += 1
            left = deadline - time.monotonic()
            if left <= 0 or not self.sockets[channel].poll(left * 1e3):
                there = [message["msg_type"] for message in inbox]
                raise AssertionError(f"no such message on {channel} within {patience} s; there are {there}")
            frames = self.sockets[channel].recv_multipart()
            _identities, signed = self.session.feed_identities(frames)
            inbox.append(self.session.deserialize(signed))

    def reply(self, id, channel="shell"):
        """The reply to a request."""
        return self.next(channel, lambda message: message["parent_header"].get("msg_id") == id)

    def published(self, id):
        """All messages on iopub that a request has caused, from its busy to its idle."""
        messages = []
        while not (messages and is_status(messages[-1], "idle")):
            messages.append(self.next("iopub", lambda message: message["parent_header"].get("msg_id") == id))
        return messages

    def ask(self, type, content=None, channel="shell", **more):
        """Content of the reply to a request; what it published is left out of the inbox."""
        id = self.send(channel, type, content, **more)
        reply = self.reply(id, channel)
        self.published(id)
        return reply["content"]

    def execute(self, code, *, metadata=None, **content):
        """Runs a cell: its reply, and what it published."""
        id = self.send("shell", "execute_request", {"code": code, **content}, metadata=metadata)
        return Run(self.reply(id), self.published(id))

    def silence(self, channel):
        """Asserts that nothing has come on a channel, once the kernel has answered what was sent before."""
        self.ask("kernel_info_request")
        if self.sockets[channel].poll(0):
            self.next(channel)
        there, self.inbox[channel] = self.inbox[channel], []
        assert not there, f"something came on {channel}: {there}"

    def beats(self):
        """Whether the heartbeat echoes."""
        self.heartbeat.send(b"beat")
        return bool(self.heartbeat.poll(PATIENCE * 1e3)) and self.heartbeat.recv() == b"beat"


class Run:
    """What came back for a cell."""

    def __init__(self, reply, published):
        self.reply = reply["content"]
        self.status = self.reply["status"]
        self.messages = published
        self.types = [message["msg_type"] for message in published]

    def of(self, type):
        """Contents of the messages of one type."""
        return [message["content"] for message in self.messages if message["msg_type"] == type]

    @property
    def stdout(self):
        return "".join(content["text"] for content in self.of("stream") if content["name"] == "stdout")

    @property
    def result(self):
        results = self.of("execute_result")
        return results[0]["data"]["text/plain"] if results else None


def is_status(message, state):
    return message["msg_type"] == "status" and message["content"]["execution_state"] == state


def start(*, history="", transport="tcp", key=None, **how):
    """Starts a kernel; returns its manager. Its history is kept in the file of that name, or not at all."""
    options = {"transport": transport}
    if transport == "ipc":
        options["ip"] = os.path.join(tempfile.mkdtemp(), "k")
    if key is not None:
        options["session"] = Session(key=key)
    manager = KernelManager(kernel_name="cellgrad", **options)
    manager.start_kernel(env={**os.environ, "CELLGRAD_HISTORY": history}, **how)
    return manager


class KernelTest(unittest.TestCase):
    """Statements about one kernel, which all of a class's tests share."""

    options = {}

    @classmethod
    def setUpClass(cls):
        cls.manager = start(stderr=open(os.devnull, "w"), **cls.options)
        cls.client = Client(cls.manager)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.manager.shutdown_kernel(now=True)
        cls.manager.cleanup_resources()

    def another_client(self):
        client = Client(self.manager)
        self.addCleanup(client.close)
        return client

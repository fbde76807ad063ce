"""Bytes on the wire: signatures, forms that are no message, transports, the welcome, the heartbeat."""

import json
import time
import unittest

import zmq
from client import Client, KernelTest, PATIENCE, is_status, start

SIGNATURE, HEADER, CONTENT = 1, 2, 5


class Frames(KernelTest):
    def assert_dropped(self, frames, channel="shell"):
        """Nothing comes back for these frames, while a good request behind them is answered."""
        self.client.send_frames(channel, frames)
        self.client.ask("kernel_info_request", channel=channel)
        self.client.silence("iopub")
        self.client.silence(channel)

    def test_a_wrong_signature_is_dropped(self):
        for channel in ("shell", "control"):
            frames, _ = self.client.frames("kernel_info_request")
            frames[SIGNATURE] = b"0" * 64
            self.assert_dropped(frames, channel)

    def test_a_signature_of_another_length_is_dropped(self):
        frames, _ = self.client.frames("kernel_info_request")
        frames[SIGNATURE] = frames[SIGNATURE][:32]
        self.assert_dropped(frames)

    def test_a_message_without_a_signature_is_dropped(self):
        frames, _ = self.client.frames("kernel_info_request")
        frames[SIGNATURE] = b""
        self.assert_dropped(frames)

    def test_a_message_that_was_changed_on_its_way_is_dropped(self):
        frames, _ = self.client.frames("execute_request", {"code": "changed = 1"})
        frames[CONTENT] = frames[CONTENT].replace(b"1", b"2")
        self.assert_dropped(frames)

    def test_a_replayed_message_is_dropped(self):
        frames, id = self.client.frames("kernel_info_request")
        self.client.send_frames("shell", frames)
        self.client.reply(id)
        self.client.published(id)
        self.assert_dropped(frames)

    def test_too_few_frames_and_a_missing_delimiter_are_dropped(self):
        frames, _ = self.client.frames("kernel_info_request")
        self.assert_dropped(frames[:CONTENT])
        self.assert_dropped(frames[1:])
        self.assert_dropped([b""])

    def test_signed_frames_that_are_no_json_objects_are_dropped(self):
        for spoilt in (b"{", b"[]", b"7", b"\xff\xfe", b""):
            for at in range(HEADER, CONTENT + 1):
                frames, _ = self.client.frames("kernel_info_request")
                frames[at] = spoilt
                frames[SIGNATURE] = self.client.session.sign(frames[HEADER:])
                self.assert_dropped(frames)

    def test_unexpected_message_types_are_allowed_and_have_no_reply(self):
        id = self.client.send("shell", "no_such_request")
        self.assertEqual([m["content"]["execution_state"] for m in self.client.published(id)], ["busy", "idle"])
        self.client.silence("shell")

    def test_extra_fields_and_frames_are_allowed(self):
        id = self.client.send(
            "shell", "kernel_info_request", {"unheard": [1]}, header={"of": {}}, metadata={"more": 1}, buffers=[b"\xff"]
        )
        self.assertEqual(self.client.reply(id)["content"]["status"], "ok")
        self.client.published(id)

    def test_headers_name_who_what_when_and_the_version(self):
        id = self.client.send("shell", "kernel_info_request")
        reply = self.client.reply(id)
        messages = [reply, *self.client.published(id)]
        for message in messages:
            header = message["header"]
            self.assertEqual(header["version"], "5.5")
            self.assertLess(abs(header["date"].timestamp() - time.time()), 60)
            self.assertEqual(header["session"], self.client.welcome["header"]["session"])
        self.assertEqual(len({message["header"]["msg_id"] for message in messages}), len(messages))

    def test_the_parent_header_is_a_copy_of_the_requests_header(self):
        frames, id = self.client.frames("kernel_info_request")
        self.client.send_frames("shell", frames)
        socket = self.client.sockets["shell"]
        self.assertTrue(socket.poll(PATIENCE * 1e3))
        answer = socket.recv_multipart()
        at = answer.index(b"<IDS|MSG>")
        self.assertEqual(json.loads(answer[at + 3]), json.loads(frames[HEADER]))
        self.client.published(id)


class Iopub(KernelTest):
    def test_a_new_subscriber_is_welcomed_first_and_without_a_parent(self):
        socket = self.manager.connect_iopub()
        self.addCleanup(socket.close)
        self.assertTrue(socket.poll(PATIENCE * 1e3))
        frames = socket.recv_multipart()
        header, parent, _metadata, content = map(json.loads, frames[frames.index(b"<IDS|MSG>") + 2 :][:4])
        self.assertEqual(header["msg_type"], "iopub_welcome")
        self.assertEqual(parent, {})
        self.assertEqual(content, {"subscription": ""})

    def test_all_clients_see_what_one_has_caused(self):
        other = self.another_client()
        id = self.client.send("shell", "execute_request", {"code": "console.log('heard by all')"})
        self.client.reply(id)
        mine, theirs = self.client.published(id), other.published(id)
        self.assertEqual([m["header"] for m in mine], [m["header"] for m in theirs])

    def test_a_reply_goes_only_to_the_client_that_asked(self):
        other = self.another_client()
        self.client.ask("kernel_info_request")
        other.silence("shell")


class Heartbeat(KernelTest):
    def test_bytes_are_echoed_while_a_cell_is_busy(self):
        id = self.client.send("shell", "execute_request", {"code": "while (true);"})
        self.client.next("iopub", lambda message: is_status(message, "busy"))
        self.assertTrue(self.client.beats())
        self.client.send("control", "interrupt_request")
        self.client.reply(id)


class Transports(unittest.TestCase):
    def assert_works(self, manager):
        self.addCleanup(manager.cleanup_resources)
        self.addCleanup(manager.shutdown_kernel, now=True)
        client = Client(manager)
        self.addCleanup(client.close)
        self.assertEqual(client.execute("6 * 7").result, "42")
        self.assertTrue(client.beats())

    def test_ipc(self):
        self.assert_works(start(transport="ipc"))

    @unittest.skipUnless(zmq.has("curve"), "this ZeroMQ has no CURVE")
    def test_curve_lets_in_who_has_the_key_and_nobody_else(self):
        manager = start(transport_encryption="required")
        self.assertIsNotNone(manager.curve_publickey)
        self.assert_works(manager)
        plain = zmq.Context.instance().socket(zmq.DEALER)
        self.addCleanup(plain.close, linger=0)
        plain.connect(f"tcp://127.0.0.1:{manager.shell_port}")
        plain.send_multipart(manager.session.serialize(manager.session.msg("kernel_info_request")))
        self.assertFalse(plain.poll(500))

    def test_without_a_key_nothing_is_signed_or_checked(self):
        self.assert_works(start(key=b""))


if __name__ == "__main__":
    unittest.main()

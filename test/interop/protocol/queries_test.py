"""Requests that ask and change nothing: they are answered also while a cell runs."""

import unittest

from client import KernelTest, is_status

ASTRAL = "𨭎🙂"


class Info(KernelTest):
    def test_kernel_info_is_the_same_on_shell_and_control_and_has_every_field(self):
        info = self.client.ask("kernel_info_request")
        self.assertEqual(self.client.ask("kernel_info_request", channel="control"), info)
        self.assertEqual(info["status"], "ok")
        self.assertEqual(info["protocol_version"], "5.5")
        self.assertEqual(info["implementation"], "cellgrad")
        self.assertRegex(info["implementation_version"], r"^\d+\.\d+\.\d+")
        language = info["language_info"]
        self.assertEqual(
            (language["name"], language["file_extension"], language["mimetype"]),
            ("typescript", ".ts", "application/typescript"),
        )
        self.assertRegex(language["version"], r"^\d+\.\d+\.\d+")
        self.assertIsInstance(info["banner"], str)
        self.assertIsInstance(info["debugger"], bool)
        self.assertIsInstance(info["supported_features"], list)
        for link in info["help_links"]:
            self.assertEqual(link.keys(), {"text", "url"})

    def test_every_request_is_framed_by_busy_and_idle(self):
        for channel, type, content in [
            ("shell", "kernel_info_request", {}),
            ("shell", "complete_request", {"code": "Ma", "cursor_pos": 2}),
            ("shell", "inspect_request", {"code": "Math", "cursor_pos": 4, "detail_level": 0}),
            ("shell", "is_complete_request", {"code": "1"}),
            ("shell", "history_request", {"hist_access_type": "tail", "n": 1}),
            ("shell", "comm_info_request", {}),
            ("control", "usage_request", {}),
            ("control", "interrupt_request", {}),
        ]:
            with self.subTest(type):
                id = self.client.send(channel, type, content)
                reply = self.client.reply(id, channel)
                self.assertEqual(reply["msg_type"], type.replace("_request", "_reply"))
                states = [m["content"]["execution_state"] for m in self.client.published(id)]
                self.assertEqual(states, ["busy", "idle"])

    def test_connect_tells_the_ports(self):
        answer = self.client.ask("connect_request")
        for channel in ("shell", "iopub", "stdin", "control", "hb"):
            self.assertEqual(answer[f"{channel}_port"], getattr(self.manager, f"{channel}_port"))

    def test_usage_tells_processor_and_memory(self):
        usage = self.client.ask("usage_request", channel="control")
        self.assertGreater(usage["kernel_memory"], 10e6)
        self.assertGreaterEqual(usage["kernel_cpu"], 0)
        self.assertGreater(usage["host_virtual_memory"]["total"], 0)
        self.assertTrue(usage["hostname"])

    def test_what_is_wrong_with_a_request_is_an_error_reply(self):
        for type, content in [
            ("complete_request", {"code": 1}),
            ("inspect_request", {"code": "x", "cursor_pos": -1}),
            ("is_complete_request", {}),
            ("history_request", {"hist_access_type": "sideways"}),
        ]:
            with self.subTest(type):
                answer = self.client.ask(type, content)
                self.assertEqual(answer["status"], "error")
                self.assertTrue(answer["ename"] and answer["evalue"])
                self.assertIsInstance(answer["traceback"], list)


class Completion(KernelTest):
    def complete(self, code, cursor_pos=None):
        content = {"code": code} if cursor_pos is None else {"code": code, "cursor_pos": cursor_pos}
        return self.client.ask("complete_request", content)

    def test_the_range_is_what_a_match_replaces(self):
        code = "const upper = 'a'.toUpperC + 1"
        answer = self.complete(code, code.index(" + 1"))
        self.assertEqual(answer["status"], "ok")
        self.assertEqual(answer["matches"], ["toUpperCase"])
        self.assertEqual(code[answer["cursor_start"] : answer["cursor_end"]], "toUpperC")

    def test_names_of_earlier_cells_are_offered(self):
        self.client.execute("const incomparable = { deeply: { nested: 1 } }")
        self.assertIn("incomparable", self.complete("incompa")["matches"])
        self.assertEqual(self.complete("incomparable.deeply.")["matches"], ["nested"])

    def test_offsets_count_code_points_behind_astral_characters(self):
        code = f"'{ASTRAL}'.toUpperC"
        for cursor in (len(code), None):
            answer = self.complete(code, cursor)
            self.assertEqual(answer["matches"], ["toUpperCase"])
            self.assertEqual(code[answer["cursor_start"] : answer["cursor_end"]], "toUpperC")

    def test_astral_letters_of_a_name_count_once_each(self):
        self.client.execute("const 𨭎𨭎𨭎 = 10")
        code = f"/* {ASTRAL} */ 𨭎𨭎"
        answer = self.complete(code, len(code))
        self.assertIn("𨭎𨭎𨭎", answer["matches"])
        self.assertEqual(code[answer["cursor_start"] : answer["cursor_end"]], "𨭎𨭎")

    def test_each_match_has_a_kind(self):
        answer = self.complete("Ma")
        typed = answer["metadata"]["_jupyter_types_experimental"]
        self.assertEqual([entry["text"] for entry in typed], answer["matches"])
        self.assertTrue(all(entry["type"] for entry in typed))

    def test_nothing_to_offer_is_an_empty_list(self):
        answer = self.complete("1234")
        self.assertEqual((answer["status"], answer["matches"]), ("ok", []))


class Inspection(KernelTest):
    def inspect(self, code, cursor_pos, detail_level=0):
        return self.client.ask(
            "inspect_request", {"code": code, "cursor_pos": cursor_pos, "detail_level": detail_level}
        )

    def test_what_is_found_is_a_mime_bundle_with_plain_text(self):
        answer = self.inspect("Math.max(1)", 7)
        self.assertEqual((answer["status"], answer["found"]), ("ok", True))
        self.assertIn("max(", answer["data"]["text/plain"])
        self.assertIsInstance(answer["metadata"], dict)

    def test_what_is_not_found_is_said_so(self):
        answer = self.inspect("noSuchNameAnywhere", 5)
        self.assertEqual((answer["status"], answer["found"], answer["data"]), ("ok", False, {}))

    def test_detail_level_1_adds_the_source(self):
        self.client.execute("function halve(x: number) {\n  return x / 2;\n}")
        brief, full = (self.inspect("halve", 5, level)["data"]["text/plain"] for level in (0, 1))
        self.assertNotIn("return x / 2", brief)
        self.assertIn("return x / 2", full)

    def test_offsets_count_code_points_behind_astral_characters(self):
        code = f"'{ASTRAL}{ASTRAL}'.length + Math.max(1)"
        answer = self.inspect(code, code.index("max") + 1)
        self.assertIn("max(", answer["data"]["text/plain"])


class Completeness(KernelTest):
    def is_complete(self, code):
        return self.client.ask("is_complete_request", {"code": code})

    def test_each_status(self):
        for code, status in [("1 + 1", "complete"), ("", "complete"), ("f(", "incomplete"), ("1 +* 2", "invalid")]:
            self.assertEqual(self.is_complete(code)["status"], status, code)

    def test_an_indent_comes_with_incomplete_code_only(self):
        self.assertRegex(self.is_complete("for (;;) {")["indent"], r"^ +$")
        self.assertRegex(self.is_complete("for (;;) {\n  if (x) {")["indent"], r"^ {4}$")
        self.assertEqual(self.is_complete("1 +")["status"], "incomplete")
        for code in ("1", "}"):
            self.assertNotIn("indent", self.is_complete(code))


class Comms(KernelTest):
    def test_none_are_open_at_first(self):
        self.assertEqual(self.client.ask("comm_info_request"), {"status": "ok", "comms": {}})

    def test_a_comm_whose_target_nobody_knows_is_closed(self):
        self.client.send("shell", "comm_open", {"comm_id": "c1", "target_name": "nobody's", "data": {}})
        closed = self.client.next("iopub", lambda message: message["msg_type"] == "comm_close")
        self.assertEqual(closed["content"]["comm_id"], "c1")
        self.assertEqual(self.client.ask("comm_info_request", {"target_name": "nobody's"})["comms"], {})

    def test_messages_of_a_comm_that_is_not_open_have_no_reply(self):
        for type in ("comm_msg", "comm_close"):
            id = self.client.send("shell", type, {"comm_id": "unknown", "data": {}})
            self.client.published(id)
        self.client.silence("shell")


class WhileACellRuns(KernelTest):
    def setUp(self):
        self.cell = self.client.send("shell", "execute_request", {"code": "while (true);"})
        self.client.next("iopub", lambda m: m["msg_type"] == "execute_input")
        self.client.inbox["iopub"].clear()

    def tearDown(self):
        self.client.send("control", "interrupt_request")
        self.client.reply(self.cell)
        self.client.published(self.cell)

    def test_everything_else_is_answered(self):
        self.assertIn("max", self.client.ask("complete_request", {"code": "Math.ma", "cursor_pos": 7})["matches"])
        self.assertTrue(self.client.ask("inspect_request", {"code": "Math", "cursor_pos": 2})["found"])
        self.assertEqual(self.client.ask("is_complete_request", {"code": "1"})["status"], "complete")
        self.assertEqual(self.client.ask("history_request", {"hist_access_type": "tail", "n": 1})["status"], "ok")
        self.assertEqual(self.client.ask("comm_info_request")["status"], "ok")
        for channel in ("shell", "control"):
            self.assertEqual(self.client.ask("kernel_info_request", channel=channel)["status"], "ok")
        self.assertIn("kernel_memory", self.client.ask("usage_request", channel="control"))

    def test_the_last_status_that_clients_hear_is_busy(self):
        self.client.ask("kernel_info_request")
        last = self.client.next("iopub", lambda m: m["msg_type"] == "status")
        self.assertTrue(is_status(last, "busy"))
        self.assertEqual(last["parent_header"]["msg_id"], self.cell)


if __name__ == "__main__":
    unittest.main()

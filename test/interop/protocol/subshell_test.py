"""Subshells (JEP 91): shells beside the main one, which share its variables."""

import unittest

from client import KernelTest


class Subshells(KernelTest):
    def create(self):
        answer = self.client.ask("create_subshell_request", channel="control")
        self.assertEqual(answer["status"], "ok")
        return answer["subshell_id"]

    def list(self):
        return self.client.ask("list_subshell_request", channel="control")["subshell_id"]

    def send(self, code, subshell):
        return self.client.send("shell", "execute_request", {"code": code}, header={"subshell_id": subshell})

    def test_the_kernel_says_that_it_has_them(self):
        self.assertIn("kernel subshells", self.client.ask("kernel_info_request")["supported_features"])

    def test_they_are_created_listed_and_deleted(self):
        first, second = self.create(), self.create()
        self.assertNotEqual(first, second)
        self.assertLessEqual({first, second}, set(self.list()))
        self.client.ask("delete_subshell_request", {"subshell_id": first}, channel="control")
        self.assertNotIn(first, self.list())
        self.assertIn(second, self.list())

    def test_a_cell_of_one_runs_while_the_main_shells_cell_waits(self):
        subshell = self.create()
        main = self.client.send(
            "shell", "execute_request", {"code": "var free = () => {}; await new Promise<void>((done) => (free = done))"}
        )
        self.client.next("iopub", lambda m: m["msg_type"] == "execute_input")
        # The main shell's cell ends only by what the subshell's cell does.
        beside = self.send("free()", subshell)
        self.assertEqual(self.client.reply(beside)["content"]["status"], "ok")
        self.assertEqual(self.client.reply(main)["content"]["status"], "ok")

    def test_a_shell_that_does_not_exist_is_an_error(self):
        id = self.send("globalThis", "of nobody")
        self.assertEqual(self.client.reply(id)["content"]["status"], "error")


if __name__ == "__main__":
    unittest.main()

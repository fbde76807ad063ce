"""stdin: the kernel asks, the client whose cell it is answers."""

import unittest

from client import KernelTest


class Input(KernelTest):
    def start(self, code, client=None, **content):
        client = client or self.client
        return client.send("shell", "execute_request", {"code": code, "allow_stdin": True, **content})

    def answer(self, value, client=None):
        """Answers the next question and returns it."""
        client = client or self.client
        request = client.next("stdin")
        client.send("stdin", "input_reply", {"value": value}, parent=request["header"])
        return request

    def result(self, id, client=None):
        client = client or self.client
        client.reply(id)
        return [m["content"]["data"]["text/plain"] for m in client.published(id) if m["msg_type"] == "execute_result"]

    def test_a_question_has_the_cells_header_its_text_and_shows_what_is_typed(self):
        id = self.start("await prompt('Your name? ')")
        request = self.answer("Ada")
        self.assertEqual(request["msg_type"], "input_request")
        self.assertEqual(request["parent_header"]["msg_id"], id)
        self.assertEqual(request["content"], {"prompt": "Your name? ", "password": False})
        self.assertEqual(self.result(id), ["'Ada'"])

    def test_a_password_is_asked_for_as_such(self):
        id = self.start("(await prompt('Password: ', { password: true })).length")
        self.assertIs(self.answer("secret")["content"]["password"], True)
        self.assertEqual(self.result(id), ["6"])

    def test_a_cell_can_ask_again_and_again(self):
        id = self.start("const typed = []; for (const i of [1, 2, 3]) typed.push(await prompt(`${i}`)); typed.join()")
        self.assertEqual([self.answer(value)["content"]["prompt"] for value in "abc"], ["1", "2", "3"])
        self.assertEqual(self.result(id), ["'a,b,c'"])

    def test_an_answer_may_be_empty_or_hold_any_character(self):
        for value in ("", "line\nbreak", "𨭎 🙂 \u0000"):
            id = self.start("[...(await prompt())].map((c) => c.codePointAt(0)).join()")
            self.answer(value)
            self.assertEqual(self.result(id), [repr(",".join(str(ord(c)) for c in value))])

    def test_only_the_client_whose_cell_it_is_is_asked(self):
        other = self.another_client()
        id = self.start("await prompt('whose?')", other)
        self.answer("other's", other)
        self.assertEqual(self.result(id, other), ['"other\'s"'])
        self.client.published(id)
        self.client.silence("stdin")

    def test_where_allow_stdin_is_false_nobody_is_asked_and_the_cell_fails(self):
        id = self.start("await prompt('?')", allow_stdin=False)
        reply = self.client.reply(id)["content"]
        self.client.published(id)
        self.assertEqual(reply["status"], "error")
        self.assertIn("allow_stdin", reply["evalue"])
        self.client.silence("stdin")

    def test_a_cell_that_waits_for_an_answer_can_be_interrupted_and_an_answer_that_comes_late_is_dropped(self):
        id = self.start("await prompt('never answered')")
        request = self.client.next("stdin")
        self.client.ask("interrupt_request", channel="control")
        self.assertEqual(self.client.reply(id)["content"]["status"], "error")
        self.client.published(id)
        self.client.send("stdin", "input_reply", {"value": "late"}, parent=request["header"])
        again = self.start("await prompt('again')")
        self.assertEqual(self.answer("in time")["content"]["prompt"], "again")
        self.assertEqual(self.result(again), ["'in time'"])

    def test_an_answer_that_nobody_asked_for_is_dropped(self):
        self.client.send("stdin", "input_reply", {"value": "unasked"})
        self.assertEqual(self.client.execute("6 * 7").result, "42")


if __name__ == "__main__":
    unittest.main()

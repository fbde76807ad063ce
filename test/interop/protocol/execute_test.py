"""execute_request: the frame around a cell, its counter, its options, and what it puts out."""

import os
import tempfile
import unittest

from client import KernelTest, is_status


class Execution(KernelTest):
    def test_busy_comes_first_then_the_input_and_idle_last_all_with_the_requests_header(self):
        id = self.client.send("shell", "execute_request", {"code": "console.log('out')\n6 * 7"})
        reply = self.client.reply(id)
        messages = self.client.published(id)
        self.assertEqual(
            [message["msg_type"] for message in messages],
            ["status", "execute_input", "stream", "execute_result", "status"],
        )
        self.assertTrue(is_status(messages[0], "busy"))
        for message in [reply, *messages]:
            self.assertEqual(message["parent_header"]["msg_id"], id)
            self.assertEqual(message["parent_header"]["session"], self.client.session.session)

    def test_the_input_is_told_to_all_with_its_number(self):
        run = self.client.execute("let told = 1")
        self.assertEqual(
            run.of("execute_input"), [{"code": "let told = 1", "execution_count": run.reply["execution_count"]}]
        )

    def test_the_counter_grows_by_one_with_each_cell_that_is_stored_also_with_one_that_fails(self):
        counts = [self.client.execute(code).reply["execution_count"] for code in ("1", "throw 2", "const =", "3")]
        self.assertEqual(counts, list(range(counts[0], counts[0] + 4)))

    def test_the_counter_stays_where_nothing_is_stored(self):
        before = self.client.execute("1").reply["execution_count"]
        self.assertEqual(self.client.execute("2", silent=True).reply["execution_count"], before)
        self.assertEqual(self.client.execute("3", store_history=False).reply["execution_count"], before)
        self.assertEqual(self.client.execute("", silent=True).reply["execution_count"], before)
        self.assertEqual(self.client.execute("4").reply["execution_count"], before + 1)

    def test_silent_puts_out_nothing_and_runs_all_the_same(self):
        run = self.client.execute("let quiet = 5; console.log(quiet); display(quiet); quiet", silent=True)
        self.assertEqual(run.types, ["status", "status"])
        self.assertEqual(self.client.execute("quiet").result, "5")

    def test_silent_forces_store_history_to_false(self):
        before = self.client.execute("1").reply["execution_count"]
        self.assertEqual(
            self.client.execute("2", silent=True, store_history=True).reply["execution_count"], before
        )

    def test_a_silent_error_is_in_the_reply_alone(self):
        run = self.client.execute("throw new RangeError('quiet')", silent=True)
        self.assertEqual(run.types, ["status", "status"])
        self.assertEqual((run.status, run.reply["ename"]), ("error", "RangeError"))

    def test_store_history_false_still_shows_the_result(self):
        run = self.client.execute("40 + 2", store_history=False)
        self.assertEqual(run.result, "42")

    def test_an_error_is_published_and_replied_with_the_same_fields(self):
        run = self.client.execute("throw new TypeError('on purpose')")
        (error,) = run.of("error")
        self.assertEqual((error["ename"], error["evalue"]), ("TypeError", "on purpose"))
        self.assertTrue(all(isinstance(line, str) for line in error["traceback"]))
        self.assertEqual({key: run.reply[key] for key in error}, error)
        self.assertEqual(run.status, "error")
        self.assertIsInstance(run.reply["execution_count"], int)

    def test_a_result_has_plain_text_and_the_cells_number(self):
        run = self.client.execute("[1, 2]")
        (result,) = run.of("execute_result")
        self.assertEqual(result["data"]["text/plain"], "[ 1, 2 ]")
        self.assertEqual(result["execution_count"], run.reply["execution_count"])
        self.assertEqual(result["metadata"], {})

    def test_code_that_is_no_text_is_an_error_and_the_kernel_goes_on(self):
        self.assertEqual(self.client.ask("execute_request", {"code": 7})["status"], "error")
        self.assertEqual(self.client.ask("execute_request", {})["status"], "error")
        self.assertEqual(self.client.execute("6 * 7").result, "42")


class Queue(KernelTest):
    def send(self, code, **content):
        return self.client.send("shell", "execute_request", {"code": code, **content})

    def replies(self, ids):
        return [self.client.reply(id)["content"] for id in ids]

    def test_cells_run_one_after_another_in_the_order_in_which_they_came(self):
        ids = [self.send("const order: number[] = []")]
        ids += [self.send(f"await new Promise((done) => setTimeout(done, {9 - i})); order.push({i})") for i in range(9)]
        self.replies(ids)
        self.assertEqual(self.client.execute("order.join()").result, "'0,1,2,3,4,5,6,7,8'")

    def fail_when_others_wait(self, *others):
        """Sends a cell that fails, and others; it fails when the kernel has taken in the others."""
        with tempfile.TemporaryDirectory() as folder:
            go_on = os.path.join(folder, "go-on")
            wait = "while (!existsSync(%r)) await new Promise((done) => setTimeout(done, 5));" % go_on
            ids = [self.send(f"import {{ existsSync }} from 'node:fs';\n{wait}\nthrow 1")]
            ids += [self.send(code) for code in others]
            self.client.ask("kernel_info_request")
            open(go_on, "w").close()
            return ids, self.replies(ids)

    def test_an_error_aborts_what_waits_and_not_what_comes_later(self):
        ids, (failed, *aborted) = self.fail_when_others_wait("Reflect.set(globalThis, 'ran', 1)", "2")
        self.assertEqual(failed["status"], "error")
        self.assertEqual(aborted, [{"status": "aborted"}] * 2)
        for id in ids[1:]:
            self.assertEqual([m["msg_type"] for m in self.client.published(id)], ["status", "status"])
        self.assertEqual(self.client.execute("'ran' in globalThis").result, "false")

    def test_stop_on_error_false_lets_the_rest_run(self):
        ids = [self.send("throw 1", stop_on_error=False), self.send("'ran'")]
        self.assertEqual([reply["status"] for reply in self.replies(ids)], ["error", "ok"])

    def test_an_aborted_cell_does_not_count(self):
        _, (failed, _) = self.fail_when_others_wait("2")
        self.assertEqual(self.client.execute("3").reply["execution_count"], failed["execution_count"] + 1)


class UserExpressions(KernelTest):
    def test_each_has_a_mime_bundle_of_its_value_after_the_cell(self):
        run = self.client.execute("let seen = 20", user_expressions={"twice": "seen * 2", "list": "[seen]"})
        answers = run.reply["user_expressions"]
        self.assertEqual(answers["twice"], {"status": "ok", "data": {"text/plain": "40"}, "metadata": {}})
        self.assertEqual(answers["list"]["data"]["text/plain"], "[ 20 ]")

    def test_an_error_is_the_answer_of_its_key_alone(self):
        run = self.client.execute("1", user_expressions={"bad": "noSuchName", "worse": "1 +", "good": "6 * 7"})
        answers = run.reply["user_expressions"]
        self.assertEqual(run.status, "ok")
        for key in ("bad", "worse"):
            self.assertEqual(answers[key]["status"], "error")
            self.assertTrue(answers[key]["ename"] and answers[key]["evalue"])
            self.assertIsInstance(answers[key]["traceback"], list)
        self.assertEqual(answers["good"]["data"]["text/plain"], "42")

    def test_they_can_be_asked_alone_and_silently(self):
        self.client.execute("let prompt_ = 'in'")
        run = self.client.execute("", silent=True, user_expressions={"it": "prompt_"})
        self.assertEqual(run.reply["user_expressions"]["it"]["data"]["text/plain"], "'in'")
        self.assertEqual(run.types, ["status", "status"])


class Outputs(KernelTest):
    def test_stdout_and_stderr_are_streams_of_these_names(self):
        run = self.client.execute("console.log('to out'); console.error('to err')")
        self.assertEqual(
            run.of("stream"), [{"name": "stdout", "text": "to out\n"}, {"name": "stderr", "text": "to err\n"}]
        )

    def test_outputs_keep_their_order(self):
        run = self.client.execute("console.log(1); display(2); console.log(3); display(4); 5")
        self.assertEqual(
            run.types[2:-1], ["stream", "display_data", "stream", "display_data", "execute_result"]
        )

    def test_displays_carry_their_id_as_transient_data_and_can_be_updated_from_a_later_cell(self):
        bundle = "{ 'text/html': '<b>%s</b>' }"
        first = self.client.execute(f"display({bundle % 'one'}, {{ id: 'd', raw: true }})")
        (shown,) = first.of("display_data")
        self.assertEqual(shown["transient"], {"display_id": "d"})
        self.assertEqual(shown["data"], {"text/html": "<b>one</b>"})
        second = self.client.execute(f"display.update('d', {bundle % 'two'}, {{ raw: true }})")
        (updated,) = second.of("update_display_data")
        self.assertEqual(updated["transient"], {"display_id": "d"})
        self.assertEqual(updated["data"], {"text/html": "<b>two</b>"})

    def test_json_in_a_bundle_is_not_a_string_of_json(self):
        run = self.client.execute("display({ 'application/json': { a: [1, 2] } }, { raw: true })")
        self.assertEqual(run.of("display_data")[0]["data"]["application/json"], {"a": [1, 2]})

    def test_clear_output_says_whether_to_wait(self):
        run = self.client.execute("clearOutput(); clearOutput({ wait: true })")
        self.assertEqual(run.of("clear_output"), [{"wait": False}, {"wait": True}])

    def test_late_output_has_the_header_of_the_cell_that_caused_it(self):
        id = self.client.send("shell", "execute_request", {"code": "setTimeout(() => console.log('late'), 300)"})
        self.client.reply(id)
        self.client.published(id)
        self.client.execute("'another cell meanwhile'")
        late = self.client.next("iopub", lambda message: message["msg_type"] == "stream")
        self.assertEqual((late["parent_header"]["msg_id"], late["content"]["text"]), (id, "late\n"))

    def test_a_question_about_a_name_is_answered_in_the_pager(self):
        run = self.client.execute("Math.max?")
        (payload,) = run.reply["payload"]
        self.assertEqual((payload["source"], payload["start"]), ("page", 0))
        self.assertIn("max(", payload["data"]["text/plain"])
        self.assertEqual(run.of("stream") + run.of("execute_result"), [])


if __name__ == "__main__":
    unittest.main()

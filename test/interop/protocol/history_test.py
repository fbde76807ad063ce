"""history_request: what ran, in this kernel and in those before it."""

import os
import tempfile
import unittest

from client import Client, start

CELLS = ["const a = 1", "a + 1", "console.log(a)", "a + 1", "'𨭎'"]


class History(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.history = os.path.join(tempfile.mkdtemp(), "history.jsonl")
        cls.run_kernel("let earlier = 'of a kernel before'", "earlier.length")
        cls.manager, cls.client = cls.start()
        for code in CELLS:
            cls.client.execute(code)
        cls.client.execute("'silent'", silent=True)
        cls.client.execute("'unstored'", store_history=False)

    @classmethod
    def tearDownClass(cls):
        cls.stop(cls.manager, cls.client)

    @classmethod
    def start(cls):
        manager = start(history=cls.history)
        return manager, Client(manager)

    @staticmethod
    def stop(manager, client):
        client.close()
        manager.shutdown_kernel()
        manager.cleanup_resources()

    @classmethod
    def run_kernel(cls, *cells):
        manager, client = cls.start()
        for code in cells:
            client.execute(code)
        cls.stop(manager, client)

    def ask(self, type, **content):
        defaults = {"output": False, "raw": True}
        answer = self.client.ask("history_request", {**defaults, "hist_access_type": type, **content})
        self.assertEqual(answer["status"], "ok")
        return answer["history"]

    def inputs(self, type, **content):
        return [entry[2] for entry in self.ask(type, **content)]

    def test_tail_is_the_last_cells_that_were_stored_oldest_first(self):
        self.assertEqual(self.inputs("tail", n=3), CELLS[-3:])

    def test_tail_reaches_back_into_earlier_kernels(self):
        self.assertEqual(self.inputs("tail", n=6), ["earlier.length", *CELLS])

    def test_an_entry_has_its_session_its_number_and_its_input(self):
        session, line, text = self.ask("tail", n=1)[0]
        self.assertEqual((line, text), (len(CELLS), CELLS[-1]))
        self.assertIsInstance(session, int)

    def test_range_is_from_start_up_to_and_without_stop(self):
        self.assertEqual(self.inputs("range", session=0, start=2, stop=4), CELLS[1:3])

    def test_range_counts_back_from_the_running_session(self):
        self.assertEqual(
            self.inputs("range", session=-1, start=1, stop=10), ["let earlier = 'of a kernel before'", "earlier.length"]
        )
        (session, _line, _text), *_ = self.ask("range", session=-1, start=1)
        self.assertEqual(self.inputs("range", session=session, start=2, stop=3), ["earlier.length"])

    def test_search_takes_a_glob_of_the_whole_input(self):
        self.assertEqual(self.inputs("search", pattern="a + ?"), ["a + 1", "a + 1"])
        self.assertEqual(self.inputs("search", pattern="*log*"), ["console.log(a)"])
        self.assertEqual(self.inputs("search", pattern="a +"), [])
        self.assertEqual(self.inputs("search", pattern="'?'"), ["'𨭎'"])

    def test_search_takes_the_last_n(self):
        self.assertEqual(self.inputs("search", pattern="*", n=2), CELLS[-2:])

    def test_unique_leaves_duplicates_out(self):
        self.assertEqual(self.inputs("search", pattern="a + ?", unique=True), ["a + 1"])

    def test_with_output_an_entry_has_input_and_result(self):
        entries = [entry[2] for entry in self.ask("tail", n=3, output=True)]
        self.assertEqual(entries, [["console.log(a)", None], ["a + 1", "2"], ["'𨭎'", "'𨭎'"]])

    def test_results_of_earlier_kernels_are_kept_too(self):
        entries = self.ask("range", session=-1, start=2, stop=3, output=True)
        self.assertEqual([entry[2] for entry in entries], [["earlier.length", "18"]])

    def test_cells_of_two_kernels_at_once_do_not_mix(self):
        manager, client = self.start()
        client.execute("'beside'")
        self.assertEqual(self.inputs("range", session=0, start=1), CELLS)
        self.stop(manager, client)


if __name__ == "__main__":
    unittest.main()

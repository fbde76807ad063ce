"""
A client that does what VS Code does: it starts the kernel from the kernelspec's command line by itself, interrupts by a signal to the kernel
and all its children, counts offsets in UTF-16 units, and takes the kinds of completions only where they are whole.
"""

import os
import signal
import subprocess
import tempfile
import unittest

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import get_kernel_spec

from client import PATIENCE, Client
from life_test import ended


def utf16(text):
    """Length as JavaScript counts it."""
    return len(text.encode("utf-16-le")) // 2


def tree(pid):
    """A process and all its descendants."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [pid, *(below for child in file.read().split() for below in tree(int(child)))]


class VSCode(unittest.TestCase):
    def setUp(self):
        path, _ = write_connection_file(os.path.join(tempfile.mkdtemp(), "connection.json"))
        argv = [part.replace("{connection_file}", path) for part in get_kernel_spec("cellgrad").argv]
        env = {**os.environ, "CELLGRAD_HISTORY": ""}
        env.pop("JPY_PARENT_PID", None)
        self.kernel = subprocess.Popen(argv, env=env, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end)
        # Kept, for its end closes the sockets that it has made.
        self.connection = BlockingKernelClient()
        self.connection.load_connection_file(path)
        self.client = Client(self.connection)
        self.addCleanup(self.client.close)

    def end(self):
        self.kernel.kill()
        self.kernel.wait()

    def interrupt(self):
        for pid in tree(self.kernel.pid):
            os.kill(pid, signal.SIGINT)

    def begin(self, code):
        id = self.client.send("shell", "execute_request", {"code": code, "silent": False, "stop_on_error": False})
        self.client.next("iopub", lambda message: message["msg_type"] == "stream")
        return id

    def complete(self, code, before):
        """Entries as VS Code shows them: label, kind where all have one, and the text that is put in place of the range."""
        cursor = utf16(before)
        answer = self.client.ask("complete_request", {"code": code, "cursor_pos": cursor})
        typed = answer["metadata"].get("_jupyter_types_experimental", [])
        whole = len(typed) >= len(answer["matches"]) and all("text" in entry for entry in typed)
        units = code.encode("utf-16-le")
        replaced = units[2 * answer["cursor_start"] : 2 * answer["cursor_end"]].decode("utf-16-le")
        return {entry["text"]: entry["type"] for entry in typed} if whole else None, replaced

    def test_stop_by_signal_to_the_whole_tree_keeps_the_state_and_every_process(self):
        self.client.execute("var kept = 1")
        before = tree(self.kernel.pid)
        self.assertGreater(len(before), 1)
        for loop in ("while (true);", "while (true) await null;", "await new Promise(() => {});"):
            id = self.begin(f"kept++; console.log('begun'); {loop}")
            self.interrupt()
            reply = self.client.reply(id)["content"]
            self.assertEqual((reply["status"], reply["ename"]), ("error", "Interrupted"))
        self.assertEqual(self.client.execute("kept").result, "4")
        self.assertEqual(tree(self.kernel.pid), before)

    def test_completion_by_utf16_offsets_has_a_kind_for_each_entry(self):
        self.client.execute("const incomparable = { deep: 1 };\nfunction incomplete() {}")
        code = "const s = '🙂';\nincomp\n// 🙂"
        entries, replaced = self.complete(code, code[: code.index("incomp") + 6])
        self.assertEqual(replaced, "incomp")
        self.assertEqual((entries["incomparable"], entries["incomplete"]), ("variable", "function"))
        members, replaced = self.complete("'🙂'.toUpperC", "'🙂'.toUpperC")
        self.assertEqual((list(members), replaced), (["toUpperCase"], "toUpperC"))

    def test_an_entry_is_resolved_by_inspecting_it(self):
        code = "'🙂'.toUpperCase"
        answer = self.client.ask("inspect_request", {"code": code, "cursor_pos": utf16(code), "detail_level": 0})
        self.assertTrue(answer["found"])
        self.assertIn("toUpperCase()", answer["data"]["text/plain"])

    def test_the_kernel_ends_when_it_is_interrupted_and_then_asked_to(self):
        session = int(self.client.execute("process.pid").result)
        self.begin("console.log('begun'); while (true);")
        self.interrupt()
        self.client.send("control", "shutdown_request", {"restart": False})
        self.assertTrue(ended(session))
        self.assertEqual(self.kernel.wait(PATIENCE), 0)


if __name__ == "__main__":
    unittest.main()

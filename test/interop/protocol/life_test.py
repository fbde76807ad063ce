"""Interrupt, shutdown, restart, and what becomes of a kernel whose parent is gone."""

import os
import signal
import subprocess
import sys
import time
import unittest

from client import PATIENCE, Client, KernelTest, start


def ended(pid):
    """Whether a process has ended, within patience."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not alive(pid):
            return True
        time.sleep(0.02)
    return False


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Interrupt(KernelTest):
    busy = ["while (true);", "await new Promise(() => {})", "while (true) await null", "for (;;) console.log('flood')"]

    def begin(self, code):
        id = self.client.send("shell", "execute_request", {"code": f"console.log('begun');\n{code}"})
        self.client.next("iopub", lambda m: m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == id)
        return id

    def assert_stopped(self, id):
        reply = self.client.reply(id)["content"]
        self.assertEqual((reply["status"], reply["ename"]), ("error", "Interrupted"))
        self.client.published(id)
        self.assertEqual(self.client.execute("kept").result, "1")

    def test_by_message_on_control(self):
        self.client.execute("var kept = 1")
        for code in self.busy:
            with self.subTest(code):
                id = self.begin(code)
                self.assertEqual(self.client.ask("interrupt_request", channel="control"), {"status": "ok"})
                self.assert_stopped(id)

    def test_by_signal_to_the_kernel(self):
        self.client.execute("var kept = 1")
        for code in self.busy:
            with self.subTest(code):
                id = self.begin(code)
                os.kill(self.manager.provisioner.pid, signal.SIGINT)
                self.assert_stopped(id)

    def test_between_cells_it_does_nothing(self):
        self.client.execute("var kept = 1")
        self.assertEqual(self.client.ask("interrupt_request", channel="control")["status"], "ok")
        os.kill(self.manager.provisioner.pid, signal.SIGINT)
        # A signal and a message race: the kernel has taken the signal before it answers what is asked after an answer.
        self.client.ask("kernel_info_request")
        self.client.ask("kernel_info_request")
        self.assertEqual(self.client.execute("kept").result, "1")

    def test_it_aborts_what_waits_behind_the_cell(self):
        id = self.begin("while (true);")
        waiting = self.client.send("shell", "execute_request", {"code": "1"})
        self.client.ask("kernel_info_request")
        self.client.ask("interrupt_request", channel="control")
        self.assertEqual(self.client.reply(id)["content"]["status"], "error")
        self.assertEqual(self.client.reply(waiting)["content"]["status"], "aborted")


class End(unittest.TestCase):
    def start(self):
        manager = start()
        self.addCleanup(manager.cleanup_resources)
        self.addCleanup(manager.shutdown_kernel, now=True)
        client = Client(manager)
        self.addCleanup(client.close)
        return manager, client

    def test_shutdown_is_replied_told_to_all_and_done(self):
        for channel in ("control", "shell"):
            for restart in (False, True):
                with self.subTest(channel=channel, restart=restart):
                    manager, client = self.start()
                    id = client.send(channel, "shutdown_request", {"restart": restart})
                    content = {"status": "ok", "restart": restart}
                    self.assertEqual(client.reply(id, channel)["content"], content)
                    told = client.next("iopub", lambda m: m["msg_type"] == "shutdown_reply")
                    self.assertEqual(told["content"], content)
                    self.assertTrue(ended(manager.provisioner.pid))

    def test_shutdown_does_not_wait_for_a_cell(self):
        manager, client = self.start()
        session = int(client.execute("process.pid").result)
        client.send("shell", "execute_request", {"code": "while (true);"})
        client.next("iopub", lambda m: m["msg_type"] == "execute_input")
        id = client.send("control", "shutdown_request", {"restart": False})
        self.assertEqual(client.reply(id, "control")["content"]["status"], "ok")
        self.assertTrue(ended(manager.provisioner.pid))
        self.assertTrue(ended(session))

    def test_a_restarted_kernel_is_another_one_on_the_same_ports(self):
        manager, client = self.start()
        client.execute("var lost = 1")
        before = client.welcome["header"]["session"]
        manager.restart_kernel()
        again = Client(manager)
        self.addCleanup(again.close)
        self.assertNotEqual(again.welcome["header"]["session"], before)
        run = again.execute("typeof Reflect.get(globalThis, 'lost')")
        self.assertEqual((run.result, run.reply["execution_count"]), ("'undefined'", 1))

    def test_the_session_is_told_to_have_died_in_the_cell_and_the_next_cell_runs(self):
        _, client = self.start()
        run = client.execute("process.exit(3)")
        self.assertEqual((run.status, run.reply["ename"]), ("error", "SessionDied"))
        self.assertIn("process.exit(3)", run.reply["evalue"])
        self.assertEqual(client.execute("6 * 7").result, "42")

    def test_a_kernel_that_was_killed_leaves_nothing_behind(self):
        manager, client = self.start()
        code = """
            const { spawn, execSync } = require("node:child_process");
            const own = spawn("sleep", ["300"], { detached: true }).pid;
            const daemon = execSync("setsid sleep 300 > /dev/null 2>&1 & echo $!", { encoding: "utf8" }).trim();
            [process.pid, own, daemon].join(" ")"""
        pids = [int(pid) for pid in client.execute(code).result.strip("'").split()]
        self.assertTrue(all(map(alive, pids)))
        os.kill(manager.provisioner.pid, signal.SIGKILL)
        for pid in pids:
            self.assertTrue(ended(pid))

    def test_a_kernel_whose_parent_was_killed_ends_and_its_session_and_children_with_it(self):
        starter = (
            "import sys; sys.path.insert(0, sys.argv[1]); import client, time\n"
            "manager = client.start()\n"
            "kernel = client.Client(manager)\n"
            "code = \"[process.pid, require('node:child_process').spawn('sleep', ['300'], { detached: true }).pid].join()\"\n"
            "print(manager.provisioner.pid, kernel.execute(code).result.strip(\"'\"), flush=True)\n"
            "time.sleep(300)\n"
        )
        folder = os.path.dirname(os.path.abspath(__file__))
        parent = subprocess.Popen([sys.executable, "-c", starter, folder], stdout=subprocess.PIPE, text=True)
        self.addCleanup(parent.stdout.close)
        pids = [int(pid) for pid in parent.stdout.readline().replace(",", " ").split()]
        self.assertEqual(len(pids), 3)
        self.assertTrue(all(map(alive, pids)))
        parent.kill()
        parent.wait()
        for pid in pids:
            self.assertTrue(ended(pid))


if __name__ == "__main__":
    unittest.main()

"""Times Jupyter kernels with one and the same client (jupyter_client), interleaved; one JSON line per kernel and measure.

Usage: python kernels.py KERNELS.json ROUNDS
KERNELS.json: {"name": {"argv": [...], "interrupt_mode": "signal" | "message", "language": "typescript" | "python"}}
"""

import json
import os
import sys
import tempfile
import time

import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

CODE = {
    "typescript": {
        "small": lambda i: f"const value{i} = {i} + 1;\nvalue{i} * 2",
        "lines": "for (let i = 0; i < 20000; i++) console.log(`line ${i}`);",
        "keep": "let kept = 41;",
        "loop": "while (true) {}",
        "kept": "console.log(kept + 1);",
        "object": "const wanted = { completed: 1 };",
        "complete": "wanted.compl",
    },
    "python": {
        "small": lambda i: f"value{i} = {i} + 1\nvalue{i} * 2",
        "lines": "for i in range(20000): print(f'line {i}')",
        "keep": "kept = 41",
        "loop": "while True: pass",
        "kept": "print(kept + 1)",
        "object": "class wanted: completed = 1",
        "complete": "wanted.compl",
    },
}


class Kernel:
    def __init__(self, name, spec):
        self.code = CODE[spec["language"]]
        # No high-water mark on the client's side, so that a kernel that sends each line by itself loses nothing here.
        context = zmq.Context()
        context.rcvhwm = 0
        self.manager = KernelManager(kernel_name=name, context=context)
        self.manager._kernel_spec = KernelSpec(
            argv=spec["argv"], display_name=name, language=spec["language"], interrupt_mode=spec["interrupt_mode"]
        )
        started = time.perf_counter()
        self.started = started
        self.manager.start_kernel(stdout=self.devnull(), stderr=self.devnull())
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.wait_until_ready(started)
        self.ready = time.perf_counter() - started
        time.sleep(0.2)
        self.drain()

    def wait_until_ready(self, started):
        # The first request may be sent before the sockets are bound: ask again until an answer comes.
        while True:
            self.client.kernel_info()
            try:
                self.client.get_shell_msg(timeout=0.05)
                return
            except Exception:
                if time.perf_counter() - started > 30:
                    raise

    @staticmethod
    def devnull():
        return open(os.devnull, "w")

    def drain(self):
        for channel in (self.client.shell_channel, self.client.iopub_channel):
            while channel.msg_ready():
                channel.get_msg(timeout=0)

    def execute(self, code, timeout=60, during=None):
        """Runs a cell; returns seconds until both the reply and idle have come, the reply and the output messages."""
        start = time.perf_counter()
        request = self.client.execute(code)
        if during:
            during()
        outputs = []
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            outputs.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                return time.perf_counter() - start, reply, outputs

    def complete(self, code, timeout):
        """Seconds until the matches are here."""
        start = time.perf_counter()
        request = self.client.complete(code)
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                if not any(match.endswith("completed") for match in reply["content"]["matches"]):
                    raise ValueError("nothing was found")
                return time.perf_counter() - start

    def restart(self):
        """Seconds from the wish for a restart until a cell has run in the new kernel, whose sockets are the old one's."""
        start = time.perf_counter()
        self.manager.restart_kernel(now=True)
        self.client.stop_channels()
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.wait_until_ready(start)
        self.execute(self.code["small"](0))
        return time.perf_counter() - start

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def text_of(outputs):
    return "".join(m["content"]["text"] for m in outputs if m["msg_type"] == "stream")


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    with open(sys.argv[1]) as file:
        kernels = json.load(file)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    results = {name: {} for name in kernels}

    def note(name, measure, value):
        results[name].setdefault(measure, []).append(value)

    for _ in range(rounds):
        for name, spec in kernels.items():
            try:
                kernel = Kernel(name, spec)
            except Exception as error:
                note(name, "failure", f"does not start: {error!r}")
                continue
            note(name, "launch to ready, ms", kernel.ready * 1e3)
            kernel.stop()
            # A kernel's first cell, from launch.
            kernel = Kernel(name, spec)
            try:
                for i in range(550):
                    milliseconds = kernel.execute(kernel.code["small"](i), timeout=20)[0] * 1e3
                    if i == 0:
                        note(name, "launch to first cell done, ms", (time.perf_counter() - kernel.started) * 1e3)
                    elif 20 <= i < 70:
                        note(name, "small cell, ms", milliseconds)
                    elif i >= 500:
                        note(name, "small cell behind 500 others, ms", milliseconds)
            except Exception as error:
                note(name, "failure", f"small cells: {type(error).__name__}: cell {i} never ends")
                kernel.stop()
                kernel = Kernel(name, spec)
            for _ in range(3):
                try:
                    seconds, _reply, outputs = kernel.execute(kernel.code["lines"], timeout=20)
                except Exception as error:
                    note(name, "failure", f"20,000 lines: {type(error).__name__}: the cell never ends")
                    break
                complete = text_of(outputs).count("\n") == 20000
                note(name, "20,000 lines, ms", seconds * 1e3)
                if not complete:
                    note(name, "failure", "output of 20,000 lines is not whole in its own cell")
            kernel.stop()
            kernel = Kernel(name, spec)
            kernel.execute(kernel.code["keep"])
            kernel.execute(kernel.code["object"])
            interrupted = [0.0]

            def interrupt():
                time.sleep(0.5)
                try:
                    for _ in range(5):
                        milliseconds = kernel.complete(kernel.code["complete"], timeout=2) * 1e3
                        note(name, "completion while a cell loops, ms", milliseconds)
                except Exception as error:
                    note(name, "failure", f"completion while a cell loops: {type(error).__name__}: no answer")
                interrupted[0] = time.perf_counter()
                kernel.manager.interrupt_kernel()

            try:
                kernel.execute(kernel.code["loop"], timeout=10, during=interrupt)
                note(name, "interrupt while(true), ms", (time.perf_counter() - interrupted[0]) * 1e3)
                if "42" not in text_of(kernel.execute(kernel.code["kept"], timeout=10)[2]):
                    note(name, "failure", "state lost after an interrupt")
            except Exception as error:
                note(name, "failure", f"interrupt: {type(error).__name__}: no answer")
            try:
                note(name, "restart to first cell done, ms", kernel.restart() * 1e3)
            except Exception as error:
                note(name, "failure", f"restart: {type(error).__name__}: no answer")
            kernel.stop()
    for name, measures in results.items():
        if "small cell behind 500 others, ms" in measures:
            late, early = (median(measures[f"small cell{which}, ms"]) for which in (" behind 500 others", ""))
            measures["cells 500 to 550 against cells 20 to 70, ratio"] = [late / early]
        for measure, values in measures.items():
            for value in sorted(set(values)) if measure == "failure" else [median(values)]:
                print(json.dumps({"name": measure, "peer": name, "value": value, "samples": len(values)}), flush=True)


if __name__ == "__main__":
    os.chdir(tempfile.mkdtemp())
    main()

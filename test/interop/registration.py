"""A launcher that lets the kernel choose its ports (JEP 66): pyzmq and the specification alone, then jupyter_client on the ports."""

import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import zmq
from jupyter_client.blocking.client import BlockingKernelClient

KEY = b"a0436f6c-1916-498b-8eb9-e81ab9368e84"


def sign(frame):
    return hmac.HMAC(KEY, frame, digestmod=hashlib.sha256).hexdigest().encode()


registration = zmq.Context.instance().socket(zmq.ROUTER)
port = registration.bind_to_random_port("tcp://127.0.0.1")
folder = Path(tempfile.mkdtemp())
file = folder / "registration.json"
file.write_text(
    json.dumps(
        {
            "kernel_id": "the-kernel",
            "transport": "tcp",
            "registration_ip": "127.0.0.1",
            "registration_port": port,
            "signature_scheme": "hmac-sha256",
            "key": KEY.decode(),
        }
    )
)
kernel = subprocess.Popen([*sys.argv[1:], "kernel", str(file)], cwd=folder)
try:
    assert registration.poll(20_000), "the kernel has not registered"
    identity, delimiter, signature, content = registration.recv_multipart()
    assert delimiter == b"<IDS|MSG>"
    assert hmac.compare_digest(signature, sign(content))
    message = json.loads(content)
    assert message.pop("kernel_id") == "the-kernel"
    assert sorted(message) == ["control_port", "hb_port", "iopub_port", "shell_port", "stdin_port"]
    assert all(isinstance(port, str) for port in message.values())
    registration.send_multipart([identity, b"<IDS|MSG>", sign(b"ACK"), b"ACK"])
    registration.close()

    client = BlockingKernelClient()
    client.load_connection_info(
        {"transport": "tcp", "ip": "127.0.0.1", "key": KEY, "signature_scheme": "hmac-sha256"}
        | {name: int(port) for name, port in message.items()}
    )
    client.start_channels()
    client.wait_for_ready(timeout=120)
    reply = client.execute_interactive("6 * 7", timeout=120)
    assert reply["content"]["status"] == "ok", reply
    client.shutdown()
    assert kernel.wait(timeout=120) == 0
    print("registered, executed, ended")
finally:
    kernel.kill()

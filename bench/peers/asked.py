"""The other end of scripts/bench-rows.mjs for peers in Python; see bench/rows.ts for what is asked."""

import json
import resource
import sys
import time

SAMPLE = 0.01
WARM = 0.3


def warm_up(step):
    """How many steps make a sample."""
    start, count = time.perf_counter(), 0
    while count < 3 or time.perf_counter() - start < WARM:
        step()
        count += 1
    return max(1, round(SAMPLE * count / (time.perf_counter() - start)))


def measure(step, count, seconds, clock):
    """Microseconds a step of each sample, by the clock or by the processor's time for this process."""
    samples = []
    end = time.perf_counter() + seconds
    while True:
        start = clock()
        for _ in range(count):
            step()
        samples.append((clock() - start) * 1e6 / count)
        if time.perf_counter() >= end:
            return samples


def serve(rows, description, prepare):
    """Answers what is asked: `rows` makes a step by a row's name, after `prepare(threads)`."""
    step, count, clock = None, 0, time.perf_counter
    for line in sys.stdin:
        asked = json.loads(line)
        if "measure" in asked:
            samples = measure(step, count, asked["measure"], clock)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            answer = {"us": samples, "peakBytes": peak}
        elif asked["begin"] in rows:
            prepare(asked["threads"])
            clock = time.process_time if asked.get("clock") == "processor" else time.perf_counter
            step = rows[asked["begin"]]()
            count = warm_up(step)
            answer = {"ready": asked["begin"], "description": description}
        else:
            answer = {}
        print(json.dumps(answer), flush=True)

import assert from "node:assert/strict";
import { it } from "node:test";
import {
  critical,
  expectTermination,
  leaveSections,
  whenUncritical,
} from "../../../../kernel/session/child/interrupt/critical-sections.js";

it("what comes in the midst of nested sections is done at the end of the outer one", () => {
  const done: string[] = [];
  critical(() => {
    critical(() => whenUncritical(() => done.push("deferred")));
    done.push("inner is over");
  });
  whenUncritical(() => done.push("at once"));
  assert.deepEqual(done, ["inner is over", "deferred", "at once"]);
});

it("a termination that has been used up by something else holds up no section for ever", () => {
  expectTermination();
  assert.equal(
    critical(() => 7),
    7,
  );
  leaveSections();
});

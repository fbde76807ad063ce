/**
 * How much of PyTorch's operator table is right here: `npm run opdb`, or `npm run opdb -- conv2d sort` for what is wrong with operations
 * whose names have these in them.
 */
import { names, readOperation } from "../../golden/opdb.js";
import { type Finding, judge } from "./judge.js";

const asked = process.argv.slice(2);
const chosen = names.filter(
  (name) =>
    asked.length === 0 ||
    asked.some((part) => name === part || (part.endsWith("*") && name.includes(part.slice(0, -1)))),
);
const byFault = new Map<string, string[]>();
for (const name of chosen) {
  let findings: readonly Finding[];
  try {
    findings = await judge(readOperation(name), asked.length === 0 ? 1 : 8);
  } catch (error) {
    findings = [{ fault: "wrong", text: String(error) }];
  }
  const fault = findings[0]?.fault ?? "right";
  byFault.set(fault, [...(byFault.get(fault) ?? []), name]);
  if (asked.length > 0 || process.env["VERBOSE"])
    for (const finding of findings) console.log(`${name}: ${finding.fault}: ${finding.text}`);
}
for (const [fault, list] of [...byFault].sort(([a], [b]) => (a < b ? -1 : 1))) {
  console.log(`\n${fault}: ${list.length}`);
  if (fault !== "right" || asked.length > 0) console.log(list.join(" "));
}

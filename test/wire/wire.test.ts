import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { decode, encode, newHeader, type Message } from "../../kernel/wire/message.js";
import { joinObject } from "../../kernel/wire/json.js";
import { jsonNestsDeeper, nestsDeeper } from "../../kernel/wire/nesting.js";
import { joinFrames, splitFrames, WireError } from "../../kernel/wire/raw-message.js";
import { Signer } from "../../kernel/wire/signer.js";

const KEY = "a0436f6c-1916-498b-8eb9-e81ab9368e84";

const message = (content: Record<string, unknown> = { code: "1 + 1" }): Message => ({
  identities: [Buffer.from("client-1")],
  header: newHeader("execute_request", "session-1", "ada"),
  parentHeader: {},
  metadata: { cellId: "c" },
  content,
  buffers: [new Uint8Array([0, 255, 10])],
});

/** The frames of a message as the specification writes them down, signed by Node's own HMAC. */
function specFrames(parts: readonly unknown[], key = KEY, algorithm = "sha256"): Buffer[] {
  const json = parts.map((part) => Buffer.from(typeof part === "string" ? part : JSON.stringify(part)));
  const hmac = createHmac(algorithm, key);
  for (const part of json) hmac.update(part);
  return [Buffer.from("id"), Buffer.from("<IDS|MSG>"), Buffer.from(hmac.digest("hex")), ...json];
}

const header = {
  msg_id: "1",
  msg_type: "kernel_info_request",
  session: "s",
  username: "u",
  date: "",
  version: "5.5",
};

const refused = (frames: readonly Buffer[], why: RegExp, signer = new Signer(KEY)): void =>
  assert.throws(
    () => decode(frames, signer),
    (error: unknown) => error instanceof WireError && why.test(error.message),
  );

test("a message survives the wire: identities, headers, metadata, content and binary buffers", () => {
  const sent = message({ code: "'𝒳'", n: 1.5, none: null, list: [1, { a: true }] });
  const received = decode(encode(sent, new Signer(KEY)), new Signer(KEY));
  assert.deepEqual(received, {
    ...sent,
    identities: sent.identities.map((identity) => Buffer.from(identity)),
    buffers: [Buffer.from([0, 255, 10])],
  });
});

test("frames stand in the order of the specification and are signed with HMAC-SHA256 over the four JSON frames", () => {
  const frames = encode(message(), new Signer(KEY));
  assert.equal(frames[0]!.toString(), "client-1");
  assert.equal(frames[1]!.toString(), "<IDS|MSG>");
  const digest = createHmac("sha256", KEY)
    .update(Buffer.concat(frames.slice(3, 7)))
    .digest("hex");
  assert.equal(frames[2]!.toString(), digest);
  assert.deepEqual(JSON.parse(frames[6]!.toString()), { code: "1 + 1" });
  assert.deepEqual(frames[7], Buffer.from([0, 255, 10]));
});

test("a header that we send has a date in ISO 8601 and the protocol's version", () => {
  const { date, version, msg_id } = newHeader("status", "s");
  assert.equal(new Date(date).toISOString(), date);
  assert.equal(version, "5.5");
  assert.notEqual(newHeader("status", "s").msg_id, msg_id);
});

test("a message signed by another program with the same key is read", () => {
  const read = decode(specFrames([header, {}, {}, { a: 1 }]), new Signer(KEY));
  assert.equal(read.header.msg_type, "kernel_info_request");
  assert.deepEqual(read.content, { a: 1 });
});

test("other hashes than SHA-256 are used where the connection file names them", () => {
  const frames = specFrames([header, {}, {}, {}], KEY, "sha512");
  assert.equal(decode(frames, new Signer(KEY, "hmac-sha512")).header.msg_id, "1");
});

test("an unknown signature scheme is an error that names it", () => {
  assert.throws(() => new Signer(KEY, "hmac-whirlpoool"), /unknown signature_scheme "hmac-whirlpoool"/);
  assert.throws(() => new Signer(KEY, "md5"), /unknown signature_scheme/);
});

test("a message with a wrong or a missing signature, or with a changed frame, is refused", () => {
  const frames = encode(message(), new Signer(KEY));
  const change = (at: number, to: string): Buffer[] => frames.with(at, Buffer.from(to));
  refused(change(2, "0".repeat(64)), /signature does not match/);
  refused(change(2, "00"), /signature does not match/);
  refused(change(2, ""), /not signed/);
  refused(change(6, '{"code":"2"}'), /signature does not match/);
  refused(encode(message(), new Signer("another key")), /signature does not match/);
});

test("a message that is sent again is refused, also after many others", () => {
  const signer = new Signer(KEY);
  const frames = encode(message(), signer);
  decode(frames, signer);
  refused(frames, /replayed/, signer);
  for (let i = 0; i < 1_000; i++) decode(specFrames([{ ...header, msg_id: String(i) }, {}, {}, {}]), signer);
  refused(frames, /replayed/, signer);
});

test("with an empty key nothing is signed and nothing is checked", () => {
  const signer = new Signer("");
  const frames = encode(message(), signer);
  assert.equal(frames[2]!.length, 0);
  decode(frames, signer);
  decode(frames, signer);
});

test("frames that are no message are refused with a reason", () => {
  const good = specFrames([header, {}, {}, {}]);
  refused([], /no <IDS\|MSG> delimiter among 0/);
  refused([Buffer.from("hello")], /no <IDS\|MSG> delimiter/);
  refused(good.slice(0, 6), /expected 5 frames or more after the delimiter, got 4/);
  refused(specFrames(["{", {}, {}, {}]), /not JSON/);
  refused(specFrames([[], {}, {}, {}]), /header is not a JSON object/);
  refused(specFrames([header, {}, {}, "7"]), /content is not a JSON object/);
  refused(specFrames([{ msg_id: "1" }, {}, {}, {}]), /header has no msg_type/);
  refused(specFrames([{ msg_type: "x", msg_id: 7 }, {}, {}, {}]), /header has no msg_id/);
});

test("no mutation of a message's bytes throws anything but a refusal", () => {
  const frames = encode(message(), new Signer(KEY));
  const unsigned = new Signer("");
  for (let i = 0; i < 2_000; i++) {
    const mutated = frames.map((frame) => Buffer.from(frame));
    const frame = mutated[1 + (i % (mutated.length - 1))]!;
    if (frame.length > 0) frame[(i * 7919) % frame.length]! ^= 1 << (i % 8);
    for (const signer of [unsigned, new Signer(KEY)]) {
      try {
        decode(mutated, signer);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }
  }
});

test("several routing ids in front of the delimiter come back in order", () => {
  const raw = splitFrames([
    Buffer.from("a"),
    Buffer.from("b"),
    ...encode({ ...message(), identities: [] }, new Signer(KEY)),
  ]);
  assert.deepEqual(raw.identities.map(String), ["a", "b"]);
  assert.deepEqual(joinFrames(raw).slice(0, 3).map(String), ["a", "b", "<IDS|MSG>"]);
});

test("a header that could not be sent back with the answers is refused: nothing is deeper than JSON can be written", () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const text = `{"msg_id":"1","msg_type":"kernel_info_request","session":"s","x":${deep}}`;
  refused(specFrames([text, {}, {}, {}]), /header is nested too deep/);
});

test("a user name that is no text does not become one in the answer", () => {
  const { username } = decode(
    specFrames([{ ...header, username: { a: 1 } }, {}, {}, {}]),
    new Signer(KEY),
  ).header;
  assert.equal(newHeader("reply", "s", username).username, "kernel");
});

test("content that is JSON already is sent and signed as it is", () => {
  const data = Buffer.from('{"text/plain":"1.50 é"}');
  const content = joinObject({ execution_count: 3, data, metadata: Buffer.from("{}"), 'a"b': [1] });
  const text = '{"execution_count":3,"data":{"text/plain":"1.50 é"},"metadata":{},"a\\"b":[1]}';
  assert.equal(content.toString(), text);
  const signer = new Signer(KEY);
  const frames = encode({ ...message(), content }, signer);
  const decoded = decode(frames, new Signer(KEY));
  assert.deepEqual(decoded.content, JSON.parse(text));
  assert.equal(splitFrames(frames).signed[3].toString(), text);
  assert.equal(joinObject({}).toString(), "{}");
  assert.equal(
    joinObject({ a: data, b: data }).toString(),
    `{"a":${data.toString()},"b":${data.toString()}}`,
  );
});

test("how deep JSON nests is the same in its text and in its value", () => {
  const strings = ["[[[[", 'a"[[', "\\", '\\\\"[[', '"{{\\'];
  const values = [
    1,
    [],
    [[]],
    { a: [{}] },
    [[["]"]]],
    ...strings,
    strings,
    Object.fromEntries(strings.map((key) => [key, [key]])),
  ];
  for (const value of values)
    for (let levels = 0; levels < 6; levels++)
      assert.equal(
        jsonNestsDeeper(JSON.stringify(value), levels),
        nestsDeeper(value, levels),
        JSON.stringify(value),
      );
});

/** JSON that is put together of parts which are written already, so that nobody parses them to write them again. */

/** The JSON of an object: members that are bytes are JSON themselves, of the others it is written. */
export function joinObject(members: Readonly<Record<string, unknown>>): Buffer {
  const parts: Buffer[] = [];
  let text = "{";
  for (const [name, member] of Object.entries(members)) {
    text += `${text === "{" && parts.length === 0 ? "" : ","}${JSON.stringify(name)}:`;
    if (member instanceof Uint8Array) {
      parts.push(Buffer.from(text), Buffer.from(member.buffer, member.byteOffset, member.byteLength));
      text = "";
    } else text += JSON.stringify(member);
  }
  parts.push(Buffer.from(`${text}}`));
  return Buffer.concat(parts);
}

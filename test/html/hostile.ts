/** Values that would run code or load something if a page took them for more than text, and places to put them in. */
import { Chance } from "../robustness/chance.js";

/** Each calls `pwned()` by another way, where it is taken for markup, script, style or an address. */
export const hostile: readonly string[] = [
  '<img src=x onerror="pwned()">',
  '"><img src=x onerror=pwned()>',
  "'><svg onload=pwned()>",
  "</script><script>pwned()</script>",
  "</title></textarea></style><script>pwned()</script>",
  "<!--<script>pwned()</script>-->",
  "]]><script>pwned()</script><![CDATA[",
  "javascript:pwned()",
  '<a href="javascript:pwned()">click</a>',
  "<a href='JaVaScRiPt&colon;pwned()'>click</a>",
  "data:text/html,<script>pwned()</script>",
  '400" onmouseover="pwned()" x="',
  "1px\"><iframe srcdoc='<script>parent.pwned()</script>'>",
  "red;background:url(https://evil.example/x)",
  "url(https://evil.example/x)",
  "url('javascript:pwned()')",
  "expression(pwned())",
  "\\75rl(https://evil.example/x)",
  "\u2028pwned()//",
  "\u2029pwned()//",
  "\u0000<img src=x onerror=pwned()>",
  "&lt;img src=x onerror=pwned()&gt;",
  "&quot; onload=&quot;pwned()",
  "${pwned()}",
  "`+pwned()+`",
  "'+pwned()+'",
  '\\");pwned();//',
  "%{constructor}",
  '<b onclick="pwned()" style="position:fixed;inset:0">bold</b>',
  "<b>open <i>unclosed <sup></b>",
  '<object data="javascript:pwned()"></object><embed src="javascript:pwned()">',
  "<math><mtext></mtext><mglyph><style><img src=x onerror=pwned()></style></mglyph></math>",
  '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=javascript:pwned()">',
  "constructor",
  "__proto__",
];

/** Every place of a JSON value: values at any depth; of a long list the first elements stand for all. */
export function places(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const inside = Object.entries(value)
    .slice(0, Array.isArray(value) ? 2 : undefined)
    .flatMap(([key, part]) => places(part, [...path, Array.isArray(value) ? Number(key) : key]));
  return path.length === 0 ? inside : [path, ...inside];
}

/** A copy in which another value stands at a place. */
export function withValue(
  value: unknown,
  [key, ...rest]: readonly (string | number)[],
  put: unknown,
): unknown {
  if (key === undefined) return put;
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...(value as unknown[])] as never)
    : { ...(value as object) };
  copy[key] = withValue(copy[key], rest, put);
  return copy;
}

/** A copy in which an object at a place has one more key, as JSON.parse would make it. */
export function withKey(
  value: unknown,
  path: readonly (string | number)[],
  key: string,
  put: unknown,
): unknown {
  let found = value;
  for (const step of path) found = (found as Record<string | number, unknown>)[step];
  if (typeof found !== "object" || found === null || Array.isArray(found)) return value;
  return withValue(value, path, Object.fromEntries([...Object.entries(found), [key, put]]));
}

/** A hostile value of some type: mostly text, at times an object or a list of it. */
export function hostileValue(chance: Chance): unknown {
  const text = chance.of(hostile);
  return chance.of<unknown>([
    text,
    text,
    text,
    text,
    [text],
    { [text]: text },
    { text },
    { toString: text },
    null,
    true,
    -1e308,
  ]);
}

/** Sentences with places for what varies, such as "Cannot find name '{0}'.", as TypeScript writes its messages. */

/** A function that reads what stands in a template's places from a text; undefined for a text that is not of the template. */
export function reader(template: string): (text: string) => string[] | undefined {
  const met = new Set<string>();
  const places: number[] = [];
  const pattern = template.replaceAll(
    /\{(\d+)\}|[\\^$.*+?()[\]{}|/]/gu,
    (found, place: string | undefined) => {
      if (place === undefined) return `\\${found}`;
      if (met.has(place)) return `\\k<p${place}>`;
      met.add(place);
      places.push(Number(place));
      return `(?<p${place}>[^]*?)`;
    },
  );
  const regexp = new RegExp(`^${pattern}$`, "u");
  return (text) => {
    const groups = regexp.exec(text);
    if (!groups) return undefined;
    const found: string[] = [];
    for (const place of places) found[place] = groups.groups![`p${String(place)}`]!;
    return found;
  };
}

/** The template with its places filled. */
export function filled(template: string, values: readonly string[]): string {
  return template.replaceAll(/\{(\d+)\}/gu, (_, place: string) => values[Number(place)] ?? "");
}

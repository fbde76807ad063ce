/**
 * The language of what cellgrad itself says: in figures, progress and errors. It belongs to the kernel and to the runtime. What the user
 * writes, such as a plot's title, is nobody's to translate.
 */

export type Locale = "en" | "zh";

/**
 * The choice hangs on globalThis under a registered symbol, so that the runtime follows what the kernel's session has chosen without either
 * importing the other, and a second copy of the runtime does too.
 */
const KEY = Symbol.for("cellgrad.locale");
const chosen = globalThis as { [KEY]?: Locale | undefined };

/** From now on this process speaks the language; with undefined, the one that its environment asks for. */
export function setLocale(locale: Locale | undefined): void {
  chosen[KEY] = locale;
}

/** @param setting reads a variable of the environment */
export function locale(setting: (name: string) => string | undefined): Locale {
  return chosen[KEY] ?? localeOf(setting);
}

/** POSIX's order: the first of these that is set decides. */
const VARIABLES = ["LC_ALL", "LC_MESSAGES", "LANG"];

/** The language of an environment: Chinese where it asks for any kind of it, else English. */
export function localeOf(setting: (name: string) => string | undefined): Locale {
  for (const name of VARIABLES) {
    const value = setting(name);
    if (value) return localeNamed(value) ?? "en";
  }
  return "en";
}

/** What a name such as "zh_CN.UTF-8", "zh-Hant" or "en" means; undefined for languages that are not spoken here. */
export function localeNamed(name: string): Locale | undefined {
  const language = /^([a-z]+)(?=[-_.@]|$)/i.exec(name)?.[1]?.toLowerCase();
  return language === "zh" || language === "en" ? language : undefined;
}

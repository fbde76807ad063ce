/** `%locale zh`: the session's part, which figures and progress follow. */
import { setLocale, type Locale } from "../../../../locale/locale.js";
import type { MagicCall } from "./magic.js";

export function changeLocale({ argument }: MagicCall): void {
  setLocale(argument as Locale);
}

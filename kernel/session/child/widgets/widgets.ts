/** `widgets` in cells; their types are in language/prelude/widgets.ts. */
import { AnyWidget, type AnyOptions } from "./any.js";
import { Button } from "./button.js";
import { Select, Text, Toggle, type SelectOptions, type TextOptions, type ToggleOptions } from "./choices.js";
import { Progress, type ProgressOptions } from "./progress.js";
import { Slider, type SliderOptions } from "./slider.js";

export const widgets = {
  slider: (options?: SliderOptions) => new Slider(options),
  button: (label: string) => new Button(label),
  progress: (options?: ProgressOptions) => new Progress(options),
  toggle: (options?: ToggleOptions) => new Toggle(options),
  select: <T extends string | number>(options: SelectOptions<T>) => new Select(options),
  text: (options?: TextOptions) => new Text(options),
  any: <S extends object>(options: AnyOptions<S>) => new AnyWidget(options),
};

/** A slider in the page: a range for mouse, touch and arrow keys, and a field to type the number. */

/** A short way to write a number that keeps what the slider's step can tell apart. */
const short = (value) => String(Number(value.toPrecision(6)));

function render({ model, el }) {
  const [min, max, step] = ["min", "max", "step"].map((name) => model.get(name));
  const log = model.get("log");
  // The range moves over the number or over its logarithm.
  const place = (value) => (log ? Math.log10(value) : value);
  const valueAt = (at) => Math.min(max, Math.max(min, log ? Number((10 ** at).toPrecision(3)) : at));

  el.classList.add("cellgrad-widget");
  // Keys mean the control here: neither JupyterLab's commands, nor what a notebook does on arrow keys.
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  const label = document.createElement("span");
  label.className = "cg-label";
  const range = document.createElement("input");
  range.type = "range";
  range.className = "cg-range";
  range.min = String(place(min));
  range.max = String(place(max));
  range.step = String(step);
  const number = document.createElement("input");
  number.type = "text";
  number.inputMode = "decimal";
  number.className = "cg-field cg-number";
  el.append(label, range, number);

  const draw = () => {
    const value = model.get("value");
    const name = model.get("label");
    label.textContent = name;
    range.ariaLabel = name || "slider";
    number.ariaLabel = `${name || "slider"}, as a number`;
    range.value = String(place(value));
    range.ariaValueText = short(value);
    const filled = (place(value) - place(min)) / (place(max) - place(min));
    range.style.setProperty("--cg-filled", `${100 * filled}%`);
    // What is being typed is left alone.
    if (!number.matches(":focus")) number.value = short(value);
  };
  const set = (value) => {
    model.set("value", value);
    model.save_changes();
    draw();
  };

  range.addEventListener("input", () => {
    // The ends are exact, wherever the steps fall.
    const at = Number(range.value);
    const end = [min, max].find((bound) => Math.abs(place(bound) - at) < step / 2 ** 20);
    set(end ?? valueAt(at));
  });
  const typed = () => {
    const value = Number(number.value.trim().replace(",", "."));
    if (number.value.trim() !== "" && Number.isFinite(value)) set(Math.min(max, Math.max(min, value)));
    number.value = short(model.get("value"));
  };
  number.addEventListener("change", typed);
  number.addEventListener("keydown", (event) => {
    if (event.key === "Enter") typed();
  });
  model.on("change:value", draw);
  model.on("change:label", draw);
  draw();
}

const widget = { render };
export { widget as default };

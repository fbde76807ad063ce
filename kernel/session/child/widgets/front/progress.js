/** A progress bar in the page. */

function render({ model, el }) {
  el.classList.add("cellgrad-widget");
  const part = (name) => {
    const element = document.createElement("div");
    element.className = name;
    return element;
  };
  const [label, bar, done, percent, text] = ["cg-label", "cg-bar", "cg-done", "cg-percent", "cg-text"].map(
    part,
  );
  bar.append(done);
  bar.role = "progressbar";
  bar.ariaValueMin = "0";
  el.append(label, bar, percent, text);
  const draw = () => {
    const [value, max] = [model.get("value"), model.get("max")];
    label.textContent = model.get("label");
    text.textContent = model.get("text");
    bar.ariaLabel = model.get("label") || "progress";
    bar.ariaValueMax = String(max);
    bar.ariaValueNow = String(value);
    // Only what is done shows as 100 %.
    percent.textContent = `${Math.floor((100 * value) / max)} %`;
    done.style.width = `${(100 * value) / max}%`;
  };
  for (const name of ["value", "label", "text"]) model.on(`change:${name}`, draw);
  draw();
}

const widget = { render };
export { widget as default };

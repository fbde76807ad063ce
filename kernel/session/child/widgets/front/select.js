/** A list in the page, of which one is chosen. */

function render({ model, el }) {
  el.classList.add("cellgrad-widget");
  // Keys mean the control here: neither JupyterLab's commands, nor what a notebook does on arrow keys.
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  const label = document.createElement("span");
  label.className = "cg-label";
  const list = document.createElement("select");
  list.className = "cg-field";
  const options = model.get("options");
  for (const option of options) list.append(new Option(String(option)));
  el.append(label, list);
  const draw = () => {
    label.textContent = model.get("label");
    list.ariaLabel = model.get("label") || "select";
    list.selectedIndex = options.indexOf(model.get("value"));
  };
  list.addEventListener("change", () => {
    model.set("value", options[list.selectedIndex]);
    model.save_changes();
  });
  model.on("change:value", draw);
  draw();
}

const widget = { render };
export { widget as default };

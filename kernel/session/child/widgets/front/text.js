/** A field in the page for a line of text. */

function render({ model, el }) {
  el.classList.add("cellgrad-widget");
  // Keys mean the control here: neither JupyterLab's commands, nor what a notebook does on arrow keys.
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  const label = document.createElement("span");
  label.className = "cg-label";
  const field = document.createElement("input");
  field.type = "text";
  field.className = "cg-field cg-wide";
  field.placeholder = model.get("placeholder");
  el.append(label, field);
  const draw = () => {
    label.textContent = model.get("label");
    field.ariaLabel = model.get("label") || "text";
    if (field.value !== model.get("value")) field.value = model.get("value");
  };
  field.addEventListener("input", () => {
    model.set("value", field.value);
    model.save_changes();
  });
  model.on("change:value", draw);
  draw();
}

const widget = { render };
export { widget as default };

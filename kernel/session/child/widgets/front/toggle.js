/** A switch in the page. */

function render({ model, el }) {
  el.classList.add("cellgrad-widget");
  // Keys mean the control here: neither JupyterLab's commands, nor what a notebook does on arrow keys.
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  const label = document.createElement("span");
  label.className = "cg-label";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.role = "switch";
  box.className = "cg-switch";
  el.append(label, box);
  const draw = () => {
    label.textContent = model.get("label");
    box.ariaLabel = model.get("label") || "toggle";
    box.checked = model.get("value");
  };
  box.addEventListener("change", () => {
    model.set("value", box.checked);
    model.save_changes();
  });
  model.on("change:value", draw);
  draw();
}

const widget = { render };
export { widget as default };

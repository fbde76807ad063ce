/** A button in the page: every click is a message, so that none is merged with another. */

function render({ model, el }) {
  el.classList.add("cellgrad-widget");
  // Keys mean the control here: neither JupyterLab's commands, nor what a notebook does on arrow keys.
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cg-button";
  el.append(button);
  const draw = () => {
    button.textContent = model.get("label");
    button.disabled = model.get("disabled");
  };
  button.addEventListener("click", () => model.send("click"));
  model.on("change:label", draw);
  model.on("change:disabled", draw);
  draw();
}

const widget = { render };
export { widget as default };

// A key presses a button, unless somebody types or a dialog is open. Heard before Streamlit, which keeps
// "r" and "c" for itself.
export default function ({ data }) {
  const press = (event) => {
    const part = data.keys[event.key.toLowerCase()];
    const busy = event.repeat || event.ctrlKey || event.metaKey || event.altKey;
    const typing = event.target.closest?.("input, textarea, select, [contenteditable=true], [role=dialog]");
    if (!part || busy || typing) return;
    const button = document.querySelector(`[class*="${part}"] button`);
    if (!button || button.disabled) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button.click();
  };
  window.addEventListener("keydown", press, true);
  return () => window.removeEventListener("keydown", press, true);
}

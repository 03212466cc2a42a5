// A dialog over the page.
import { html, useEffect, useRef } from "../shared/preact.js";

/** Keeps the focus inside, closes with Escape (browsers may close it without asking), and gives the focus back to where it was. */
export function Modal({ title, wide = false, onClose, children }) {
  const box = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current.showModal();
    return () => before?.focus?.();
  }, []);
  return html`<dialog ref=${box} class=${wide ? "modal wide" : "modal"} aria-labelledby="modal-title" onClose=${onClose}>
    <h2 id="modal-title">${title}</h2>${children}</dialog>`;
}

// Line drawings on a 24 × 24 grid. They decorate: whatever carries one has a label of its own.
import { html } from "./preact.js";

const PATHS = {
  send: "M5 12h13M12 5l7 7-7 7",
  fresh: "M12 5v14M5 12h14",
  out: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  retry: "M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20a7.5 7.5 0 0 1 15 0",
  bot: "M12 4v3M6 7h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM9 12v1.5M15 12v1.5",
  clip: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  star: "M12 3.8l2.6 5.2 5.7.8-4.1 4 1 5.7-5.2-2.7-5.2 2.7 1-5.7-4.1-4 5.7-.8Z",
  back: "M19 12H5M11 6l-6 6 6 6",
  done: "M5 12.5l4.5 4.5L19 7.5",
  leave: "M10 5H5v14h5M14 8l4 4-4 4M18 12H9",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  file: "M6 3h8l4 4v14H6ZM14 3v4h4",
  close: "M6 6l12 12M18 6L6 18",
  panel: "M4 5h16v14H4ZM15 5v14",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9.6 9.4a2.5 2.5 0 1 1 3.4 2.3c-.7.3-1 .8-1 1.6M12 16.6v.1",
};

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}

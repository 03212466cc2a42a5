// Which rows of a long list can be seen: the others need not be in the page.
import { useEffect, useLayoutEffect, useState } from "../../../shared/preact.js";

const MORE = 8;
const AT_FIRST = 30;

/** The first of the list's rows that is in the page is as high as every one. */
const heightIn = (box) => box.querySelector("li")?.offsetHeight || 1;

/**
 * @param box a ref of the list, whose parent scrolls
 * @param count of its rows
 * @param current the id of the row that has to be in sight once it becomes the current one, and its place or -1
 * @returns `[first, past the last]`
 */
export function useSeen(box, count, { current, place }) {
  const [seen, setSeen] = useState([0, AT_FIRST]);
  useLayoutEffect(() => {
    const frame = box.current.parentElement;
    const look = () => {
      const height = heightIn(box.current);
      const from = Math.floor((frame.scrollTop - box.current.offsetTop) / height) - MORE;
      const first = Math.max(0, Math.min(from, count - AT_FIRST));
      const last = Math.ceil((frame.scrollTop + frame.clientHeight) / height) + MORE;
      setSeen((old) => (old[0] === first && old[1] === last ? old : [first, last]));
    };
    look();
    frame.addEventListener("scroll", look, { passive: true });
    const watcher = new ResizeObserver(look);
    watcher.observe(frame);
    return () => {
      frame.removeEventListener("scroll", look);
      watcher.disconnect();
    };
  }, [count]);
  useEffect(() => {
    if (place < 0) return;
    const frame = box.current.parentElement;
    const height = heightIn(box.current);
    const top = box.current.offsetTop + place * height;
    const hidden = top - height < frame.scrollTop || top + height > frame.scrollTop + frame.clientHeight;
    if (hidden) frame.scrollTop = top - frame.clientHeight / 2;
  }, [place < 0 ? "" : current]);
  return seen;
}

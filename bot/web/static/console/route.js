// Addresses within the console: `#/page/part/part`.
import { useEffect, useState } from "../shared/preact.js";

/** The parts of the address as it is now, decoded. */
export function parts() {
  return location.hash.startsWith("#/") ? location.hash.slice(2).split("/").filter(Boolean).map(decoded) : [];
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of some parts. */
export function addressOf(...wanted) {
  return `#/${wanted.map(encodeURIComponent).join("/")}`;
}

/** Go to an address. */
export function goTo(...wanted) {
  location.hash = addressOf(...wanted);
}

/** The parts of the present address; changes with it. */
export function useRoute() {
  const [now, setNow] = useState(parts);
  useEffect(() => {
    const follow = () => setNow(parts());
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return now;
}

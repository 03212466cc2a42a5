// A shop's colour, made readable: whatever it is, words on it and words in it keep a contrast of 4.5 : 1 (WCAG 2, AA).

const ENOUGH = 4.5;
const STEPS = 40;
// What an accent may stand on: surface, ground, and what a person of the company says.
const GROUNDS = { light: ["#ffffff", "#f3f4f0", "#fbf0da"], dark: ["#1a1f1d", "#111513", "#342a15"] };

/** `[r, g, b]` of `#rgb` or `#rrggbb`; null for anything else. */
export function parsed(colour) {
  const long = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.test(colour) ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour;
  if (!/^#[0-9a-f]{6}$/i.test(long ?? "")) return null;
  return [1, 3, 5].map((at) => parseInt(long.slice(at, at + 2), 16));
}

/** Contrast of two colours, from 1 to 21. */
export function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/**
 * The page's accents for a shop's colour.
 *
 * @param scheme `light` or `dark`
 * @returns custom properties by name; none where the colour is none
 */
export function accents(colour, scheme) {
  const wanted = parsed(colour);
  if (!wanted) return {};
  const grounds = GROUNDS[scheme].map(parsed);
  const away = scheme === "light" ? [0, 0, 0] : [255, 255, 255];
  const accent = nearest(wanted, away, (one) => grounds.every((ground) => contrast(one, ground) >= ENOUGH));
  const ink = [[255, 255, 255], [4, 10, 8]].sort((a, b) => contrast(b, accent) - contrast(a, accent))[0];
  return {
    "--accent": css(accent),
    "--on-accent": css(ink),
    "--accent-strong": css(mixed(accent, away, 0.22)),
    "--accent-soft": css(mixed(grounds[0], accent, 0.14)),
  };
}

function nearest(from, to, good) {
  for (let step = 0; step < STEPS; step += 1) {
    const one = mixed(from, to, step / STEPS);
    if (good(one)) return one;
  }
  return to;
}

const mixed = (one, other, share) => one.map((value, at) => Math.round(value + (other[at] - value) * share));
const css = (rgb) => `rgb(${rgb.join(" ")})`;

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

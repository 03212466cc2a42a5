// The one place that names the vendored file, so that a new version changes one import.
export {
  html, render, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState,
} from "../vendor/htm-preact-3.1.1.js";

// kefu's chat on any page: <script src="https://bot.example/widget.js" data-colour="#0b5d57" async></script>
//
// This file puts a button and a frame on the page, inside a shadow root that the page's styles do not reach. The
// conversation lives in the frame, on the bot's own origin: scripts of the page can neither read nor write it.
(() => {
  "use strict";

  const script = document.currentScript ?? document.querySelector('script[src*="widget.js"]');
  if (!script?.src || document.querySelector("kefu-widget")) return;

  const BASE = new URL(".", script.src);
  const BEGUN = "kefu.begun";
  const GREETED = "kefu.greeted";
  const GREET_AFTER_MS = 2500;
  const WORDS = {
    en: {
      open: "Chat with us", close: "Close chat", frame: "Chat", dismiss: "Dismiss",
      unread: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
    },
    zh: {
      open: "在线客服", close: "关闭对话", frame: "在线客服", dismiss: "关闭提示", unread: (count) => `${count} 条新消息`,
    },
  };
  const STYLE = `
    :host { all: initial !important; }
    * { box-sizing: border-box; }
    .root { --edge: 20px; position: fixed; z-index: 2147483000; bottom: max(var(--edge), env(safe-area-inset-bottom)); right: var(--edge);
      font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
    .root.left { right: auto; left: var(--edge); }
    .launcher { position: relative; display: grid; place-items: center; width: 60px; height: 60px; margin-left: auto; padding: 0; border: 0;
      border-radius: 50%; background: var(--accent); color: var(--ink); cursor: pointer;
      box-shadow: 0 2px 6px rgb(0 0 0 / 18%), 0 8px 28px rgb(0 0 0 / 22%); transition: transform 160ms ease; }
    .left .launcher { margin-left: 0; }
    .launcher:hover { transform: translateY(-2px) scale(1.03); }
    button:focus-visible { outline: 3px solid #1769c2; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    svg { width: 28px; height: 28px; fill: none; stroke: currentcolor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
    .badge { position: absolute; top: -3px; right: -3px; min-width: 22px; height: 22px; padding: 0 6px; border: 2px solid #fff;
      border-radius: 12px; background: #b3161c; color: #fff; font-size: 12px; font-weight: 700; line-height: 18px; text-align: center; }
    .panel { position: absolute; right: 0; bottom: 76px; width: min(400px, calc(100vw - 2 * var(--edge)));
      height: min(660px, calc(100vh - 120px)); border-radius: 18px; background: Canvas; color-scheme: light dark;
      box-shadow: 0 0 0 1px rgb(0 0 0 / 8%), 0 12px 48px rgb(0 0 0 / 28%); transform-origin: bottom right;
      transition: opacity 160ms ease, transform 160ms ease, visibility 160ms; }
    .left .panel { right: auto; left: 0; transform-origin: bottom left; }
    .panel.shut { visibility: hidden; opacity: 0; transform: translateY(10px) scale(0.97); }
    iframe { display: block; width: 100%; height: 100%; border: 0; border-radius: inherit; }
    .greeting { position: absolute; right: 0; bottom: 76px; display: flex; align-items: flex-start; gap: 4px; width: max-content;
      max-width: min(290px, calc(100vw - 2 * var(--edge))); padding: 6px; border-radius: 16px; background: Canvas; color: CanvasText;
      color-scheme: light dark; box-shadow: 0 0 0 1px rgb(0 0 0 / 8%), 0 6px 24px rgb(0 0 0 / 18%); }
    .left .greeting { right: auto; left: 0; }
    .greeting button { padding: 6px 8px; border: 0; border-radius: 10px; background: none; color: inherit; font: inherit; text-align: start; cursor: pointer; }
    .greeting .off { flex: none; padding: 6px; line-height: 0; }
    .greeting svg { width: 16px; height: 16px; }
    [hidden] { display: none !important; }
    @media (max-width: 480px) {
      .panel { position: fixed; inset: 0; width: auto; height: 100dvh; border-radius: 0; }
      .root.open .launcher { display: none; }
    }
    @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
    @media print { .root { display: none; } }`;

  const data = script.dataset;
  const language = (data.language || document.documentElement.lang || navigator.language || "en").slice(0, 2) === "zh" ? "zh" : "en";
  const words = WORDS[language];
  const colour = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(data.colour ?? "") ? data.colour : "#0b5d57";

  const kept = (area, key, value) => {
    try {
      const storage = window[area];
      if (value) storage.setItem(key, value);
      return storage.getItem(key);
    } catch {
      return null; // the page may not store anything: nothing is remembered
    }
  };

  const make = (name, properties = {}, children = []) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  const icon = (path) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS(svg.namespaceURI, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  };

  /** Black or white, whichever can be read on the colour (WCAG 2's relative luminance). */
  const inkOn = (hex) => {
    const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
    const [r, g, b] = [1, 3, 5].map((at) => (parseInt(long.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#04110e" : "#ffffff";
  };

  const CHAT = "M7 5h10a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3h-4l-4.5 3.5V17H7a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3ZM8.5 11h.01M12 11h.01M15.5 11h.01";
  const DOWN = "M6 9.5l6 6 6-6";
  const CROSS = "M6 6l12 12M18 6 6 18";

  const badge = make("span", { className: "badge", hidden: true });
  badge.setAttribute("aria-hidden", "true");
  const launcher = make("button", { type: "button", className: "launcher" });
  const panel = make("div", { className: "panel shut", inert: true });
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", words.frame);
  const root = make("div", { className: `root ${data.position === "left" ? "left" : "right"}` }, [panel, launcher]);
  root.style.setProperty("--accent", colour);
  root.style.setProperty("--ink", inkOn(colour));

  let frame = null;
  let ready = false;
  let isOpen = false;
  let greeting = null;

  const say = (message) => frame?.contentWindow?.postMessage(message, BASE.origin);

  const load = () => {
    if (frame) return;
    frame = make("iframe", { src: new URL("widget", BASE).href, title: words.frame });
    frame.addEventListener("load", () => {
      const settings = { assistant: data.assistant, colour: data.colour, language: data.language, greeting: data.greeting };
      say({ kefu: "hello", settings: { ...settings }, customer: script.dataset.customer });
    });
    panel.append(frame);
  };

  const show = (unread) => {
    badge.hidden = isOpen || !unread;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    const label = isOpen ? words.close : words.open;
    launcher.setAttribute("aria-label", unread && !isOpen ? `${label}, ${words.unread(unread)}` : label);
    launcher.setAttribute("aria-expanded", String(isOpen));
    launcher.replaceChildren(icon(isOpen ? DOWN : CHAT), badge);
  };

  const toggle = (open) => {
    isOpen = open;
    load();
    dismiss();
    panel.classList.toggle("shut", !open);
    panel.inert = !open;
    root.classList.toggle("open", open);
    show(0);
    if (ready) say({ kefu: open ? "open" : "closed" });
    if (open) frame.focus();
    else launcher.focus();
  };

  const dismiss = () => {
    if (!greeting) return;
    greeting.remove();
    greeting = null;
    kept("sessionStorage", GREETED, "1");
  };

  const greet = () => {
    if (!data.greeting || isOpen || kept("sessionStorage", GREETED) || kept("localStorage", BEGUN)) return;
    const open = make("button", { type: "button", textContent: data.greeting.slice(0, 300) });
    const off = make("button", { type: "button", className: "off" }, [icon(CROSS)]);
    off.setAttribute("aria-label", words.dismiss);
    open.addEventListener("click", () => toggle(true));
    off.addEventListener("click", dismiss);
    greeting = make("div", { className: "greeting" }, [open, off]);
    root.append(greeting);
  };

  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== BASE.origin) return;
    const { kefu, count, begun } = event.data ?? {};
    if (kefu === "ready") {
      ready = true;
      if (isOpen) say({ kefu: "open" });
    } else if (kefu === "close") {
      toggle(false);
    } else if (kefu === "unread" && Number.isSafeInteger(count) && count >= 0) {
      show(count);
      if (begun) kept("localStorage", BEGUN, "1");
    }
  });
  launcher.addEventListener("click", () => toggle(!isOpen));
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && isOpen) toggle(false); });

  const begin = () => {
    const host = document.createElement("kefu-widget");
    const shadow = host.attachShadow({ mode: "open" });
    // A constructed sheet: a page's Content-Security-Policy says nothing against it, unlike a <style>.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(root);
    document.body.append(host);
    show(0);
    // Who has a chat is told what is new; for everybody else nothing is loaded before they ask for it.
    if (kept("localStorage", BEGUN)) load();
    setTimeout(greet, GREET_AFTER_MS);
  };

  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();

// The console's pages, in the order of the navigation. A page is `{name, role, strings, title, Page}`:
//   name     its address `#/name/…` and its style sheet `pages/name.css`
//   role     the smallest role that may see it: agent, supervisor or admin
//   strings  `{en: {…}, zh: {…}}`: its wording, which `t` holds beside the shell's
//   title    (t) → how the navigation calls it
//   Page     a component; it gets
//     t, language   the wording, and `en` or `zh`
//     call          (path, {method, body}) → the parsed answer of `/api/console/path`, or of a path that begins with `api/`;
//                   throws `{status, message}`
//     me            `{name, role, languages, skills, most_chats}`
//     live          `{connected, subscribe, say, tell}`; `subscribe(handler)` gives each message of the live socket to the handler
//                   until the function that it answers is called; `say({viewing, away})` tells the others,
//                   again on each connection; `tell(message)` says something once
//     route         `{parts, go}`: what follows `#/name/`, decoded; `go("a", "b")` goes to `#/name/a/b`
import { page as accounts } from "./pages/accounts.js";
import { page as analytics } from "./pages/analytics.js";
import { page as archive } from "./pages/archive.js";
import { page as desk } from "./pages/desk.js";
import { page as releases } from "./pages/releases.js";
import { page as review } from "./pages/review.js";

export const PAGES = [desk, archive, review, releases, analytics, accounts];

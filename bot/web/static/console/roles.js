// What a role allows; each may do all that the ones before it may.
const RANKS = ["agent", "supervisor", "admin"];

/** Whether somebody's role allows what needs `role`. */
export function may(me, role) {
  return RANKS.indexOf(me.role) >= RANKS.indexOf(role);
}

/** What keys do. */
export type KeyAction =
  | "next" | "previous" | "page down" | "page up" | "first" | "last" | "deciding" | "next match" | "previous match"
  | "search" | "only what led" | "sides" | "theme" | "help" | "close";

const ACTIONS: Readonly<Record<string, KeyAction>> = {
  j: "next",
  ArrowDown: "next",
  ArrowRight: "next",
  k: "previous",
  ArrowUp: "previous",
  ArrowLeft: "previous",
  PageDown: "page down",
  PageUp: "page up",
  Home: "first",
  End: "last",
  d: "deciding",
  n: "next match",
  N: "previous match",
  "/": "search",
  f: "only what led",
  p: "sides",
  t: "theme",
  "?": "help",
  Escape: "close",
};

/** For the page's own help. */
export const KEYS: readonly { readonly keys: readonly string[]; readonly what: string }[] = [
  { keys: ["j", "↓", "→"], what: "next step" },
  { keys: ["k", "↑", "←"], what: "previous step" },
  { keys: ["PgDn", "PgUp"], what: "twenty steps on, or back" },
  { keys: ["Home", "End"], what: "first and last step" },
  { keys: ["d"], what: "next step that decided the failure" },
  { keys: ["/"], what: "search" },
  { keys: ["n", "N"], what: "next and previous step found" },
  { keys: ["f"], what: "only what led to the failure" },
  { keys: ["p"], what: "the same step in the other order" },
  { keys: ["t"], what: "dark, light, or as the system has it" },
  { keys: ["?"], what: "this list" },
];

/** What a key does here; nothing where it is typed into a field, or belongs to the browser. */
export function keyAction(event: KeyboardEvent): KeyAction | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const { target } = event;
  const isField = target instanceof HTMLInputElement && (target.type === "search" || target.type === "range");
  if (isField && event.key !== "Escape") return undefined;
  return ACTIONS[event.key];
}

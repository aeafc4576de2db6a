export type Theme = "system" | "dark" | "light";

const ORDER: readonly Theme[] = ["system", "dark", "light"];

export function nextTheme(theme: Theme): Theme {
  return ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length]!;
}

/** Style sheets go by the attribute; without one, by the system's preference. */
export function showTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

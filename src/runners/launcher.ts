/** How a package's command is started here, as far as can be known. `HEDDLE_COMMAND` says it better. */
export function launched(command: string, environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment["HEDDLE_COMMAND"];
  if (given !== undefined && given !== "") return given;
  const manager = /^(pnpm|yarn|bun)\//.exec(environment["npm_config_user_agent"] ?? "")?.[1];
  if (manager === undefined) return `npx ${command}`;
  return manager === "bun" ? `bunx ${command}` : `${manager} ${command}`;
}

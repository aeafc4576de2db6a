import { nodeProcess } from "../natives.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What Deno says of a permission, without asking the user for it. */
interface Permissions {
  readonly querySync: (permission: { readonly name: "env"; readonly variable: string }) => { readonly state: string };
}

const permissions = (globalThis as { Deno?: { readonly permissions?: Permissions } }).Deno?.permissions;

/** Deno's, where a variable may be one that nobody may read: that is one that is not set. */
const permitted: Environment = new Proxy({}, {
  get: (_target, variable) => {
    if (typeof variable !== "string" || permissions?.querySync({ name: "env", variable }).state !== "granted") return undefined;
    return nodeProcess.env?.[variable];
  },
});

/** The environment variables, where the runtime has them. */
export function environment(): Environment {
  return permissions === undefined ? (nodeProcess.env ?? {}) : permitted;
}

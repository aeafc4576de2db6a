const NAMES = ["beforeAll", "afterAll", "beforeEach", "afterEach"] as const;
type Name = (typeof NAMES)[number];
type Hook = (...values: readonly unknown[]) => unknown;
type Register = (hook: Hook, timeout?: number) => unknown;

/** A hook that was registered by one of vitest's globals. */
export interface RegisteredHook {
  readonly name: Name;
  readonly hook: Hook;
}

/**
 * Evaluates a file, and takes down which hooks are registered meanwhile by vitest's globals (`globals: true`): by those a package
 * registers what it needs when it is imported, as Testing Library does to clear the document after each test.
 * @param tell - is given the hooks.
 */
export async function watchHooks<Result>(evaluate: () => Promise<Result>, tell: (hooks: readonly RegisteredHook[]) => void): Promise<Result> {
  const hooks: RegisteredHook[] = [];
  const realm = globalThis as unknown as Record<Name, Register | undefined>;
  const natives = new Map<Name, Register>();
  for (const name of NAMES) {
    const native = realm[name];
    if (typeof native !== "function") continue;
    natives.set(name, native);
    realm[name] = (hook, timeout) => {
      if (typeof hook === "function") hooks.push({ name, hook });
      return native(hook, timeout);
    };
  }
  try {
    return await evaluate();
  } finally {
    for (const [name, native] of natives) realm[name] = native;
    tell(hooks);
  }
}

/**
 * A package that Node has loaded is not evaluated again with the file that imports it, and registers nothing then: what it has
 * registered first is put before the file's own hooks. A hook that was registered again is known by its source.
 * @param hooks - those of the file that was evaluated again.
 */
export function addMissingHooks(hooks: Record<string, unknown[]>, first: readonly RegisteredHook[], again: readonly RegisteredHook[]): void {
  const known = new Map<string, number>();
  const keyOf = ({ name, hook }: RegisteredHook): string => `${name} ${Function.prototype.toString.call(hook)}`;
  for (const one of again) known.set(keyOf(one), (known.get(keyOf(one)) ?? 0) + 1);
  const missing = first.filter((one) => {
    const times = known.get(keyOf(one)) ?? 0;
    known.set(keyOf(one), times - 1);
    return times <= 0;
  });
  for (const { name, hook } of missing.reverse()) hooks[name]!.unshift((...values: readonly unknown[]) => hook(...values));
}

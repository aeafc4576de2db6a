import { vi } from "vitest";
import { control } from "../host/control.ts";
import { reinstatePatches } from "../host/patches.ts";
import { keepFakesBy, type KeptFakes } from "../host/timers/fake-clocks.ts";

/** The time that `vi.setSystemTime` has set where no fake timers are installed: a class in the place of `Date`. */
function mockedDate(): Date | undefined {
  return vi.isFakeTimers() ? undefined : (vi.getMockedSystemTime() ?? undefined);
}

function isMockedDate(value: unknown): boolean {
  // oxlint-disable-next-line no-restricted-globals -- what stands there now is asked for.
  return value === Date && mockedDate() !== undefined;
}

/** What `useFakeTimers` was last given. */
let config: unknown;

function note(): KeptFakes {
  const [isClock, given, date] = [vi.isFakeTimers(), config, mockedDate()];
  const putBack = (): void => {
    vi.useRealTimers();
    if (isClock) vi.useFakeTimers(given as never);
    else if (date !== undefined) vi.setSystemTime(date);
    reinstatePatches();
  };
  return { isClock, putBack };
}

let isInstalled = false;

/**
 * `vi` keeps fake timers: it remembers whether they are installed. What it puts back as it takes them away are the runtime's
 * own functions, if it was asked for the first time before heddle was loaded; and it puts back the runtime's own `Date`
 * always. So heddle's are put in their place again at once.
 */
export function installFakeTimers(): void {
  if (isInstalled) return;
  isInstalled = true;
  keepFakesBy({ isFake: isMockedDate, note });
  for (const name of ["useFakeTimers", "useRealTimers", "setSystemTime"] as const) {
    const native = vi[name] as (...values: unknown[]) => unknown;
    vi[name] = ((...values: unknown[]) => {
      if (name === "useFakeTimers") [config] = values;
      const result = native.apply(vi, values);
      if (control.inside) reinstatePatches();
      return result;
    }) as never;
  }
}

import { HeddleError, refusing, rejecting } from "./unsupported.ts";

export { HeddleError };

/** Never made here. */
export class RaceError extends Error {}
/** Never made here. */
export class FaultError extends Error {}

type Rejecting = (...values: unknown[]) => Promise<never>;

export const explore: Rejecting = rejecting("explore");
export const outcomes: Rejecting = rejecting("outcomes");
export const race: Rejecting = rejecting("race");
export const install: (...values: unknown[]) => never = refusing("install");
export const uninstall: () => void = () => undefined;

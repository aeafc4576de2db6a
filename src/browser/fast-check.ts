import { refusing, rejecting } from "./unsupported.ts";

type Refusing = (...values: unknown[]) => never;
type Rejecting = (...values: unknown[]) => Promise<never>;

/** Never made here. */
export class NotLinearizableError extends Error {}

export const scheduler: Refusing = refusing("scheduler");
export const schedulerFor: Refusing = refusing("schedulerFor");
export const commands: Refusing = refusing("commands");
export const concurrentModelRun: Rejecting = rejecting("concurrentModelRun");
export const scheduledModelRun: Rejecting = rejecting("scheduledModelRun");
export const raceProperty: Refusing = refusing("raceProperty");
export const linearizable: Refusing = refusing("linearizable");

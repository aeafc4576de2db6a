import { control } from "../../control.ts";
import { hostPatches } from "../../patches.ts";
import { RealOperation, runningOperation } from "../operation.ts";
import type { Step } from "../step.ts";
import type { NativeRequest } from "./native-request.ts";
import { accessesOf, type FileAccess } from "./places.ts";
import { STEPS } from "./table.ts";

/*
 * `fs.readFile` with a callback reads and closes through functions of the binding that it has kept from when Node
 * started. They are called by the methods of an object of its own, which its requests carry.
 */

interface ReadFileContext {
  readonly fd: number;
  readonly isUserFd?: boolean;
  read(): void;
  close(error?: unknown): void;
}

const operations = new WeakMap<object, RealOperation>();
let isWatched = false;

/** Called with the requests of `open` and `fstat`, which come before any `read`. */
export function watchReadFile({ context }: NativeRequest): void {
  if (typeof context !== "object" || context === null || context.constructor?.name !== "ReadFileContext") return;
  const running = runningOperation();
  if (running === undefined) return;
  operations.set(context, running);
  if (isWatched) return;
  isWatched = true;
  const prototype = Object.getPrototypeOf(context) as ReadFileContext;
  const { read, close } = prototype;
  hostPatches.method(prototype, "read", stepwise("read", read));
  hostPatches.method(prototype, "close", stepwise("close", close));
}

function stepwise(name: "read" | "close", native: (this: ReadFileContext, ...values: unknown[]) => void): Function {
  return function (this: ReadFileContext, ...values: unknown[]): void {
    const operation = operations.get(this);
    if (operation === undefined || !operation.isLive || control.inside) native.apply(this, values);
    else operation.followUp(new ContextStep(name, this, () => native.apply(this, values), operation));
  };
}

/** What ends it calls the next method of the context, or the callback of the operation. */
class ContextStep implements Step {
  readonly label: string;
  readonly isCertain: boolean = true;
  private readonly name: "read" | "close";
  private readonly context: ReadFileContext;
  private readonly native: () => void;
  private readonly operation: RealOperation;

  constructor(name: "read" | "close", context: ReadFileContext, native: () => void, operation: RealOperation) {
    this.label = `fs.${name}`;
    this.name = name;
    this.context = context;
    this.native = native;
    this.operation = operation;
  }

  effects(): readonly FileAccess[] {
    return accessesOf(STEPS[this.name]!, [this.context.fd]);
  }

  begin(): void {
    this.operation.run(this.native);
  }

  refuse(): void {
    this.native();
  }
}

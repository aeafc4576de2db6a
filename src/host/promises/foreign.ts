import { goBehind } from "./behind.ts";
import { chain, linkTo, makeLink } from "./chain.ts";
import { gateOf, type Handler } from "./continuation.ts";
import { control, subscribe } from "../control.ts";
import { natives } from "../natives.ts";

/*
 * Code outside the scope subscribes to a promise on which a reaction of the user's is still to run: its own reaction runs
 * behind that one. This costs a place in the microtask queue, so all other code outside the scope subscribes natively.
 */

const { then: then0 } = natives;

interface Resolvers {
  resolve: Handler | undefined;
  reject: Handler | undefined;
}

/** A promise that settles as another one does, but behind the reactions that are registered on that one by now. */
export function gateBehind(promise: Promise<unknown>): Promise<unknown> {
  const resolvers: Resolvers = { resolve: undefined, reject: undefined };
  const gate = gateOf(resolvers);
  settleBehind(promise, resolvers, control.linking ? gate : undefined);
  return gate;
}

/** Calls one of two resolvers when the promise has settled and the reactions before this one have run. */
function settleBehind(promise: Promise<unknown>, resolvers: Resolvers, last: Promise<unknown> | undefined): void {
  const reaction = (isFulfilled: boolean) => (value: unknown): void => {
    const settle = (): void => void (isFulfilled ? resolvers.resolve : resolvers.reject)?.(value);
    if (goBehind(promise, settle) === undefined) settle();
  };
  const [onFulfilled, onRejected] = [reaction(true), reaction(false)];
  if (last === undefined) subscribe(promise, onFulfilled, onRejected);
  else chain(promise, onFulfilled, onRejected, last);
}

/**
 * An await outside the scope, of a promise with a reaction before it.
 * @returns what is to be called with the await's own resolvers.
 */
export function awaitBehind(promise: Promise<unknown>): Handler {
  let isSettled: "fulfilled" | "rejected" | undefined;
  let result: unknown;
  let resolvers: { readonly resolve: Handler; readonly reject: Handler } | undefined;
  const settle = (how: "fulfilled" | "rejected") => (value: unknown): void => {
    [isSettled, result] = [how, value];
    if (resolvers !== undefined) tell();
  };
  const tell = (): void => void (isSettled === "fulfilled" ? resolvers!.resolve : resolvers!.reject)(result);
  const link = control.linking ? makeLink() : undefined;
  settleBehind(promise, { resolve: settle("fulfilled"), reject: settle("rejected") }, link);
  const take = (resolve: Handler, reject: Handler): unknown => {
    // Code that has looked at `constructor`, and calls `then`.
    if (typeof resolve !== "function" || typeof reject !== "function" || resolve.name !== "") return control.outside(() => then0.call(promise, resolve, reject));
    resolvers = { resolve, reject };
    if (link !== undefined) linkTo(link, resolve);
    if (isSettled !== undefined) tell();
    return undefined;
  };
  return take as Handler;
}

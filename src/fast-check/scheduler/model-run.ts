import * as fc from "fast-check";
import type { BodyContext } from "../../subjects/body-context.ts";

/** What `setup` makes: the model that the commands keep, and the system that they try. */
export interface ModelAndReal<Model extends object, Real> {
  readonly model: Model;
  readonly real: Real;
}

/** As fast-check has it. */
export type CommandSetup<Model extends object, Real> = () => ModelAndReal<Model, Real> | Promise<ModelAndReal<Model, Real>>;

type Commands<Model extends object, Real> = Iterable<fc.AsyncCommand<Model, Real, boolean>>;

/** How many commands a task is given. */
export interface CommandsConstraints {
  /** By default 0. */
  readonly minCommands?: number;
  /** By default as many as fast-check's `size` gives to arrays. */
  readonly maxCommands?: number;
  readonly size?: fc.SizeForArbitrary;
}

/**
 * Runs commands one after another, each `check` and `run` a scheduled task: `fc.scheduledModelRun`, for any scheduler. No
 * two of the commands overlap: what is permuted is what they have scheduled themselves. `concurrentModelRun` overlaps.
 */
export function scheduledModelRun<Model extends object, Real, CheckAsync extends boolean, InitialModel extends Model>(
  scheduler: fc.Scheduler,
  setup: fc.ModelRunSetup<InitialModel, Real> | fc.ModelRunAsyncSetup<InitialModel, Real>,
  list: Iterable<fc.AsyncCommand<Model, Real, CheckAsync>>,
): Promise<void> {
  return fc.scheduledModelRun(scheduler, setup, list);
}

/**
 * Lists of commands: `fc.commands`, for the bodies of a `raceProperty`. fast-check's own shrinks by which of its commands
 * have run, and does not know it of a copy; this one shrinks any list, and does not leave out commands that did not run.
 */
export function commands<Model extends object, Real, CheckAsync extends boolean>(
  commandArbitraries: readonly fc.Arbitrary<fc.AsyncCommand<Model, Real, CheckAsync>>[],
  { minCommands = 0, maxCommands, size }: CommandsConstraints = {},
): fc.Arbitrary<fc.AsyncCommand<Model, Real, CheckAsync>[]> {
  return fc.array(fc.oneof(...commandArbitraries), {
    minLength: minCommands,
    ...(maxCommands === undefined ? {} : { maxLength: maxCommands }),
    ...(size === undefined ? {} : { size }),
  });
}

/**
 * Runs lists of commands at the same time, in the body of a `raceProperty`: a task for each list, which runs its commands
 * one after another, each if its `check` holds. The tasks share the model, so the first commands of all tasks overlap
 * from their first `await` on, and what follows is heddle's to order.
 *
 * A command takes its change of the model for granted at a moment of its own choice: where two may overlap, change the
 * model in the same step in which the system changes, or compare when all have ended. (Without a model, see
 * `linearizable`.)
 *
 * @param context - of the body.
 * @param setup - called once, before any command.
 * @param tasks - as many as there are lists.
 * @returns the model and the system, when all commands have ended.
 * @throws what the first command that failed has thrown.
 *
 * @example
 * ```ts
 * const all = [fc.nat(9).map((amount) => new Deposit(amount)), fc.constant(new Empty())];
 * await fc.assert(
 *   raceProperty(commands(all, { minCommands: 1 }), commands(all, { minCommands: 1 }), async (t, left, right) => {
 *     const { model, real } = await concurrentModelRun(t, () => ({ model: { balance: 0 }, real: new Account() }), [left, right]);
 *     expect(real.balance).toBe(model.balance);
 *   }),
 * );
 * ```
 */
export async function concurrentModelRun<Model extends object, Real>(
  context: Pick<BodyContext, "spawn">,
  setup: CommandSetup<Model, Real>,
  tasks: readonly Commands<Model, Real>[],
): Promise<ModelAndReal<Model, Real>> {
  const { spawn } = context;
  const both = await setup();
  const run = async (list: Commands<Model, Real>): Promise<void> => {
    for (const command of list) {
      if (await command.check(both.model)) await command.run(both.model, both.real);
    }
  };
  await Promise.all(tasks.map((list, index) => spawn(`task ${index + 1}`, () => run(list))));
  return both;
}

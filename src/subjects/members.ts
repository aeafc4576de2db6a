import { HeddleError } from "../engine/errors.ts";
import { hashText } from "../engine/event.ts";
import type { Task } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import { elapsed } from "../host/timers/clock.ts";
import { offerFaults } from "../host/io/operation-faults.ts";
import { workspace } from "../host/io/files/workspace.ts";
import { freshImport } from "../host/modules/fresh-modules.ts";
import { seededRandom } from "../host/process/randomness.ts";
import { sleep } from "../host/timers/timer-promises.ts";
import { abortable } from "./abortable.ts";
import type { BodyContext } from "./body-context.ts";
import { crashable } from "./crashable.ts";
import { Faults } from "./faults.ts";
import type { Io } from "./io-options.ts";
import { makeIo, type IoSettings } from "./io.ts";
import { settled } from "./liveness.ts";
import type { Notebook } from "./notebook.ts";
import { RealFaults } from "./real-faults.ts";
import type { Resources } from "./resources.ts";
import { setUp } from "./set-up.ts";
import { Declarations } from "./shared.ts";

/** The program of an execution, as far as its body's context needs it. */
export interface ContextOwner {
  readonly notebook: Notebook | undefined;
  readonly boundaries: IoSettings;
  comesTo(hash: number, value: unknown): void;
  spawn<Result>(execution: Execution, name: string, fn: () => Result, above: Function): Promise<Awaited<Result>>;
  addInvariant(name: string, check: () => unknown): void;
  addHope(name: string, condition: boolean | (() => boolean)): void;
  expect(execution: Execution, name: string, condition: () => boolean, withinMs: number): Promise<void>;
  readonly resources: Resources;
  /** From now on it is known which tasks are open. */
  mindDeaths(): void;
  /** The tasks that have come of this one are not waited for any more. */
  forget(dead: Task): void;
}

/**
 * A body's context. Members are getters, made when they are asked for: most bodies take two of them out, and a
 * search makes a context for every execution.
 */
export class Members implements BodyContext {
  private readonly program: ContextOwner;
  private readonly execution: Execution;
  private boundaries: Io | undefined = undefined;
  private declarations: Declarations | undefined = undefined;
  private possible: RealFaults | undefined = undefined;

  constructor(program: ContextOwner, execution: Execution) {
    this.program = program;
    this.execution = execution;
  }

  get spawn(): BodyContext["spawn"] {
    const spawn: BodyContext["spawn"] = (name, fn) => this.program.spawn(this.execution, name, fn, spawn);
    return spawn;
  }

  get io(): Io {
    this.boundaries ??= makeIo(this.execution, this.program.boundaries);
    return this.boundaries;
  }

  get abortable(): BodyContext["abortable"] {
    return (name) => abortable(this.execution, name);
  }

  get shared(): BodyContext["shared"] {
    const { execution, program } = this;
    this.declarations ??= new Declarations(execution, program.notebook);
    const { declarations } = this;
    return (target, name) => {
      const made = declarations.declare(target, name);
      program.comesTo(hashText(name ?? "object"), target);
      return made;
    };
  }

  get invariant(): BodyContext["invariant"] {
    return (name, check) => this.program.addInvariant(name, check);
  }

  get sometimes(): BodyContext["sometimes"] {
    return (name, condition) => this.program.addHope(name, condition);
  }

  get eventually(): BodyContext["eventually"] {
    return (name, condition, options) => this.program.expect(this.execution, name, condition, options?.withinMs);
  }

  get settled(): BodyContext["settled"] {
    return () => settled(this.execution);
  }

  get setup(): BodyContext["setup"] {
    return (fn) => setUp(this.execution, fn);
  }

  get resource(): BodyContext["resource"] {
    return (name) => this.program.resources.make(name, this.execution);
  }

  get log(): BodyContext["log"] {
    return (...values) => this.program.notebook?.log(values);
  }

  get faults(): BodyContext["faults"] {
    return (pattern, faults) => this.realFaults.add(pattern, faults);
  }

  get crashable(): BodyContext["crashable"] {
    this.program.mindDeaths();
    return (run) => crashable(this.execution, this.realFaults, run, (dead) => this.program.forget(dead));
  }

  private get realFaults(): RealFaults {
    if (this.possible === undefined) {
      this.possible = new RealFaults(new Faults(this.execution, this.program.boundaries.maxFaults));
      offerFaults(this.possible);
    }
    return this.possible;
  }

  get workspace(): BodyContext["workspace"] {
    return () => {
      if (this.execution.over) throw new HeddleError("BAD_SUBJECT", "workspace() was called when the execution was over, and its folder was removed: call it in the body");
      return workspace();
    };
  }

  get import(): BodyContext["import"] {
    return function importFresh<Module>(specifier: string | URL): Promise<Module> {
      return freshImport(specifier, importFresh) as Promise<Module>;
    };
  }

  get random(): BodyContext["random"] {
    return seededRandom;
  }

  get sleep(): BodyContext["sleep"] {
    return function sleepFor(delayMs) {
      if (typeof delayMs !== "number" || !(delayMs >= 0)) {
        throw new HeddleError("BAD_SUBJECT", `sleep(delayMs) takes a number of ms from 0, not ${String(delayMs)}`);
      }
      return sleep(delayMs, undefined, undefined, sleepFor);
    };
  }

  get now(): BodyContext["now"] {
    return () => (this.execution.over ? this.execution.now : elapsed());
  }
}

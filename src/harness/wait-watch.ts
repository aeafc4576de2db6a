import { createHook, type AsyncHook } from "node:async_hooks";
import type { Task } from "../engine/event.ts";
import { watchEvents } from "../host/process/events-told.ts";
import { captureStack, type CapturedStack } from "../host/stack.ts";

/** Who did something, and where. */
export interface Doing {
  readonly task: Task;
  readonly origin: CapturedStack;
}

/** An event that somebody listens for and that was told before, when nobody listened; never again since. */
export interface Missed {
  readonly name: string;
  readonly told: Doing;
  readonly listens: Doing;
}

interface Topic {
  unheard: Doing | undefined;
  listens: Doing | undefined;
}

/**
 * What the recording of a deadlock looks at besides: who made each promise, and which events were told to nobody. Other
 * recordings do without, as it captures a stack for each promise.
 */
export class WaitWatch {
  private readonly hook: AsyncHook;
  private readonly makers = new WeakMap<object, Doing>();
  private readonly topics = new Map<object, Map<string, Topic>>();
  private readonly who: () => Task | undefined;
  private stopWatching: (() => void) | undefined = undefined;

  /** @param who - whose code runs; nobody's where none of the body's does. */
  constructor(who: () => Task | undefined) {
    this.who = who;
    const init = (_id: number, type: string, _trigger: number, promise: object): void => {
      if (type !== "PROMISE") return;
      const task = this.who();
      if (task !== undefined) this.makers.set(promise, { task, origin: captureStack(init) });
    };
    this.hook = createHook({ init });
  }

  begin(): void {
    this.hook.enable();
    this.stopWatching = watchEvents({
      told: (target, name, isHeard, above) => {
        const topic = this.topic(target, name);
        topic.listens = undefined;
        topic.unheard = isHeard ? undefined : this.doing(above);
      },
      listens: (target, name, above) => {
        const topic = this.topic(target, name);
        topic.listens ??= this.doing(above);
      },
    });
  }

  end(): void {
    this.hook.disable();
    this.stopWatching?.();
  }

  /** Who made a promise, where that was seen. */
  makerOf(promise: object): Doing | undefined {
    return this.makers.get(promise);
  }

  missed(): readonly Missed[] {
    return [...this.topics.values()].flatMap((topics) =>
      [...topics].flatMap(([name, { unheard: told, listens }]) => (told === undefined || listens === undefined ? [] : [{ name, told, listens }])),
    );
  }

  private doing(above: Function): Doing | undefined {
    const task = this.who();
    return task === undefined ? undefined : { task, origin: captureStack(above) };
  }

  private topic(target: object, name: string): Topic {
    const topics = this.topics.get(target) ?? new Map<string, Topic>();
    this.topics.set(target, topics);
    const topic = topics.get(name) ?? { unheard: undefined, listens: undefined };
    topics.set(name, topic);
    return topic;
  }
}

/** What runs in each worker of an exploration: a search of its part, told to the thread that asked for it. */
import { parentPort, workerData } from "node:worker_threads";
import { HeddleError } from "../engine/errors.ts";
import type { FoundFailure } from "../engine/exploration.ts";
import { install } from "../host/install.ts";
import { uncontrolled } from "../host/outside/outside-event.ts";
import { messageOf } from "../values/thrown.ts";
import { loadBody } from "./body-module.ts";
import { Explorer } from "./explorer.ts";
import { Finish } from "./finish.ts";
import { KnownFailures } from "./known.ts";
import { Lifelines } from "./lifelines.ts";
import { holdThread } from "./session.ts";
import type { WorkerAnswer, WorkerFound, WorkerTask } from "./worker-messages.ts";

const task = workerData as WorkerTask;

async function search(): Promise<WorkerAnswer> {
  install();
  const body = await loadBody(new URL(task.module));
  new Lifelines(task.lifelines).sign(task.worker);
  const finish = new Finish(task.finish, task.worker);
  const release = holdThread();
  try {
    const { corpus } = task.settings;
    const keeping = corpus === undefined ? undefined : new KnownFailures(task.settings, corpus).keeping();
    const explorer = new Explorer({ body }, { ...task.settings, finish }, keeping);
    const { found, ...result } = await explorer.search();
    if (found !== undefined) finish.failed(found.foundAt);
    return { result, found: found && withoutOutcomes(found), hashes: explorer.hashes(), sightings: explorer.sightings.all, uncontrolled: [...uncontrolled], kept: keeping?.keeper.provisional ?? [] };
  } finally {
    release();
  }
}

/** Errors don't survive the way to another thread: the schedule does, and it fails there again. */
function withoutOutcomes({ original, shrunk, ...rest }: FoundFailure): WorkerFound {
  return { ...rest, original: original.schedule, shrunk: shrunk.schedule };
}

function answer(message: WorkerAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none.
  parentPort!.postMessage(message);
}

search().then(answer, (error: unknown) => {
  answer({ code: error instanceof HeddleError ? error.code : undefined, message: messageOf(error) });
});

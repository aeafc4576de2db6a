import { scenarios as asyncMutex } from "./async-mutex.ts";
import { scenarios as dataloader } from "./dataloader.ts";
import { scenarios as genericPool } from "./generic-pool.ts";
import { scenarios as keyv } from "./keyv.ts";
import { scenarios as lruCache } from "./lru-cache.ts";
import { scenarios as pLimit } from "./p-limit.ts";
import { scenarios as pMap } from "./p-map.ts";
import { scenarios as pQueue } from "./p-queue.ts";
import type { Scenario } from "./scenario.ts";

/** Every package, used as its README says. */
export const scenarios: readonly Scenario[] = [
  ...pLimit, ...pQueue, ...asyncMutex, ...pMap, ...lruCache, ...dataloader, ...keyv, ...genericPool,
];

import { cache } from "./cache.ts";
import { counter } from "./counter.ts";
import { dedupe } from "./dedupe.ts";
import { map, mapEntries } from "./map.ts";
import { pool } from "./pool.ts";
import { queue } from "./queue.ts";
import { rateLimiter } from "./rate-limiter.ts";
import { register } from "./register.ts";
import { semaphore } from "./semaphore.ts";
import type { Subject } from "./subject.ts";
import { touchedSet, ttlSet } from "./ttl-set.ts";

export const subjects: readonly Subject[] = [cache, counter, dedupe, map, mapEntries, pool, queue, rateLimiter, register, semaphore, touchedSet, ttlSet];

/**
 * `heddle/histories`: judges of recorded concurrent histories. They need no scheduler and no runtime, and take histories
 * that anything recorded.
 */
export { HeddleError, type HeddleErrorCode } from "../engine/errors.ts";
export type { Bound, BudgetOptions } from "./budget.ts";
export { checkLinearizable, checkQuiescent, checkSequential } from "./linearizable.ts";
export type { AnyModel, Model, NondeterministicModel } from "./model.ts";
export {
  compareAndSetModel,
  counterModel,
  keyValueModel,
  mutexModel,
  queueModel,
  registerModel,
  semaphoreModel,
  setModel,
  stackModel,
  textStoreModel,
  type CompareAndSetInput,
  type CounterInput,
  type KeyValueInput,
  type RegisterInput,
  type SemaphoreInput,
  type SequenceInput,
  type SetInput,
  type TextStoreInput,
} from "./models.ts";
export type { Operation } from "./operation.ts";
export { readJepsenLog, readKeyValueLog } from "./recorded-logs.ts";
export { checkReplaying, type ReplayingOptions, type SequentialRun } from "./replaying.ts";
export {
  checkSerializable,
  type Anomaly,
  type AnomalyName,
  type Isolation,
  type Serializability,
  type SerializabilityOptions,
} from "./serializable.ts";
export type { Dependency, Transaction, TransactionStep } from "./transactions.ts";
export type {
  Linearizability,
  Misfit,
  Ordered,
  QuiescentConsistency,
  SequentialConsistency,
  Undecided,
  Unordered,
} from "./verdict.ts";

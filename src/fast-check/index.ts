import { install } from "../host/install.ts";

install();

export { scheduler, schedulerFor } from "./scheduler/scheduler.ts";
export {
  commands,
  concurrentModelRun,
  scheduledModelRun,
  type CommandsConstraints,
  type CommandSetup,
  type ModelAndReal,
} from "./scheduler/model-run.ts";
export { raceProperty, type RaceProperty } from "./race-property.ts";
export type { RacePropertyBody, RacePropertyOptions } from "./property-options.ts";
export { linearizable } from "./operations/linearizable.ts";
export { NotLinearizableError } from "./operations/judgement.ts";
export type { Call, OperationsProgram } from "./operations/operations-program.ts";
export type { History } from "./operations/recorded-run.ts";
export type { Result } from "./operations/result.ts";
export type { Consistency, LinearizableSpecification, ObjectConsistency, OperationGiven, Operations, OperationSpecification, ProgramSize, SequentialModel } from "./operations/specification.ts";

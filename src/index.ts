import { install } from "./host/install.ts";
import { watchMocha } from "./runners/mocha.ts";

install();
watchMocha();

export { HeddleError, type HeddleErrorCode } from "./engine/errors.ts";
export type { EventKind, PendingEvent } from "./engine/event.ts";
export type { OrderCounts } from "./engine/census.ts";
export type { OrderSummary } from "./engine/exploration.ts";
export type { OrderName, Scope } from "./engine/options.ts";
export type { FailureKind, Outcome } from "./engine/outcome.ts";
export type { Deviation, Schedule } from "./engine/schedule.ts";
export type { Strategy } from "./engine/strategy.ts";
export type { CoveredLine, LinePair, OrderCoverage } from "./report/order-coverage/order-coverage.ts";
export type { CorpusOptions } from "./harness/corpus-options.ts";
export type { Exploration, Failure, ReplayedSchedule } from "./harness/exploration.ts";
export { explore } from "./harness/explore.ts";
export type { ExploreOptions, Progress, StrategyName } from "./harness/options.ts";
export { outcomes, type Outcomes, type SeenOutcome } from "./harness/outcomes.ts";
export { race, RaceError } from "./harness/race.ts";
export { install, uninstall } from "./host/install.ts";
export type { Cause, Note, OrderConstraint, OrderedEvent, PassingOrder, Share, Site, StepDeviation, Timeline, TimelineStep, TimelineTask, Waiter } from "./report/timeline.ts";
export type { Lease, Resource, ResourceMethods } from "./subjects/resources.ts";
export type { Body, BodyContext } from "./subjects/body-context.ts";
export { FaultError, type Fault, type FaultKind } from "./subjects/faults.ts";
export type { RealFault } from "./subjects/real-faults.ts";
export type { Ended } from "./subjects/crashable.ts";
export type { Io, IoFunction, IoObject, IoOptions } from "./subjects/io-options.ts";

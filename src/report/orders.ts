/** Orders of events that were found to make a failure, in words. */
import { type Call, type Calls, collectCalls } from "./calls.ts";
import { happened } from "./deviations.ts";
import { list, oneLine } from "./layout.ts";
import { callName, isOptional, taskName, taskNames } from "./names.ts";
import { placeKey, shortPlace } from "./places.ts";
import type { Place, Race } from "./races.ts";
import type { OrderConstraint, OrderedEvent, Timeline, TimelineStep } from "./timeline.ts";

/** Orders that a sentence tells; the others stand below it. */
const MOST_TOLD = 3;
const MOST_PLACES = 4;
const ARGUMENTS = 30;
/** What is asked for, and answered: `fs.readFile`, `GET /menu`. */
const OPERATION = /^(?:[\w$]+\.[\w$.]+|[A-Z]+ \S+)$/u;
/** Operations after which what they were done to is gone. */
const ENDINGS = /(?:^|[\s._-])(?:close|end|destroy|dispose|release|quit|disconnect|stop|shutdown|terminate|unlink|delete|remove|drop)/iu;

/** The measured orders; not those of what heddle made happen, a fault or an abort: that is told by itself. */
export function ordersOf(timeline: Timeline): readonly OrderConstraint[] {
  const isInjected = ({ step }: OrderedEvent): boolean => step !== undefined && isOptional(timeline.steps[step]!.kind);
  const isKnown = ({ step, passingStep }: OrderedEvent): boolean => step !== undefined || passingStep !== undefined;
  const own = (timeline.cause?.constraints ?? []).filter(({ before, after }) => !isInjected(before) && !isInjected(after));
  const known = own.filter(({ before, after }) => isKnown(before) && isKnown(after));
  return known.length > 0 ? known : own;
}

/**
 * The race that the measured orders of a timeline are; `undefined` where there are none, or where they only tell what came
 * of it: something that ran when all was decided came before what never ran.
 */
export function orderRace(timeline: Timeline): Race | undefined {
  const constraints = ordersOf(timeline);
  const lastDeviation = timeline.steps.findLastIndex(({ kind, deviation }) => deviation !== undefined && !isOptional(kind));
  const isOutcome = ({ before, after }: OrderConstraint): boolean => after.step === undefined && before.step !== undefined && before.step > lastDeviation;
  if (constraints.length === 0 || (lastDeviation >= 0 && constraints.every(isOutcome))) return undefined;
  const words = new OrderWords(timeline);
  const steps = [...new Set(constraints.flatMap((order) => [order.before.step, order.after.step]))].filter((step) => step !== undefined);
  return { sentence: words.sentence(constraints), places: words.places(constraints), steps: steps.sort((one, other) => one - other) };
}

/** Each order in words, `logout asked close() before step() answered report`. */
export function tellOrders(timeline: Timeline): readonly string[] {
  const words = new OrderWords(timeline);
  return ordersOf(timeline).map((order) => words.order(order));
}

/** An event of the failing execution; of the passing one, where it did not run here. */
interface Placed {
  readonly timeline: Timeline;
  readonly step: TimelineStep;
  readonly index: number;
}

class OrderWords {
  private readonly failing: Timeline;
  private readonly calls: ReadonlyMap<Timeline, Calls>;
  private readonly names: ReadonlyMap<Timeline, readonly string[]>;

  constructor(timeline: Timeline) {
    this.failing = timeline;
    const passing = timeline.cause?.passing?.timeline;
    const both = passing === undefined ? [timeline] : [timeline, passing];
    this.calls = new Map(both.map((one) => [one, collectCalls(one)]));
    this.names = new Map(both.map((one) => [one, taskNames(one)]));
  }

  sentence(constraints: readonly OrderConstraint[]): string {
    const one = this.answers(constraints);
    if (one !== undefined) return one;
    const told = this.chains(constraints);
    const [first] = constraints;
    const sentence = list(told.slice(0, MOST_TOLD));
    return constraints.length === 1 && this.isEnding(first!.before) && !this.isEnding(first!.after) ? `use after ${this.endingOf(first!.before)}: ${sentence}` : sentence;
  }

  order({ before, after }: OrderConstraint): string {
    return `${this.said(before)} before ${this.said(after)}`;
  }

  places(constraints: readonly OrderConstraint[]): Place[] {
    const events = constraints.flatMap(({ before, after }) => [before, after]);
    const seen = new Set<string>();
    const places: { readonly place: Place; readonly at: number }[] = [];
    for (const event of events) {
      const placed = this.placed(event);
      if (placed === undefined || seen.has(event.event)) continue;
      seen.add(event.event);
      const { site, inner } = placed.step;
      places.push({ place: { what: this.said(event), site, inner }, at: event.step ?? Number.POSITIVE_INFINITY });
    }
    const sorted = places.sort((one, other) => one.at - other.at).map(({ place }) => place);
    return sorted.filter((place, index) => index === sorted.findIndex((other) => isSamePlace(place, other))).slice(0, MOST_PLACES);
  }

  /**
   * Answers that came otherwise than they were asked for: one was overtaken by the answer of a later call, or came while a
   * later call was under way.
   */
  private answers(constraints: readonly OrderConstraint[]): string | undefined {
    for (const { before, after } of constraints) {
      const [first, second] = [this.answered(before), this.answered(after)];
      if (first === undefined || second === undefined || first.call === second.call || !this.isLater(first.call, second.call)) continue;
      if (!isAlike(first.call, second.call)) continue;
      return `answers out of order: ${this.named(first)}, asked later${this.by(first)}, was answered before ${this.named(second)}${this.asked(second).replace(/,$/u, "")}`;
    }
    for (const { before, after } of constraints) {
      const answer = this.answered(after);
      if (answer === undefined || before.step === undefined) continue;
      const later = this.callsOf(this.failing).all.find(
        (call) => call !== answer.call && isAlike(call, answer.call) && this.begunAt(call) === before.step && (call.answer === undefined || call.answer.step > after.step!),
      );
      if (later === undefined || !this.isLater(later, answer.call)) continue;
      const other = { timeline: this.failing, call: later };
      return `answers out of order: ${this.named(answer)}${this.asked(answer)} was answered while ${this.named(other)}, asked later${this.by(other)}, was under way`;
    }
    return undefined;
  }

  /** Whether a call was asked for later than another: that may have been carried out later all the same. */
  private isLater(call: Call, other: Call): boolean {
    const [own, others] = [this.begunAt(call), this.begunAt(other)];
    if (own !== others) return own > others;
    const notes = this.failing.steps[own]?.notes ?? [];
    return notes.indexOf(call.note) > notes.indexOf(other.note);
  }

  /** The step in which it was asked for. */
  private begunAt(call: Call): number {
    const at = this.failing.steps.findIndex(({ notes }) => notes.includes(call.note));
    return at < 0 ? call.step : at;
  }

  /** Orders that follow from one another are told in a row. */
  private chains(constraints: readonly OrderConstraint[]): string[] {
    const sorted = [...constraints].sort((one, other) => (one.before.step ?? 0) - (other.before.step ?? 0));
    const chains: OrderedEvent[][] = [];
    for (const { before, after } of sorted) {
      const open = chains.find((chain) => chain.at(-1)!.event === before.event);
      if (open === undefined) chains.push([before, after]);
      else open.push(after);
    }
    return chains.map((chain) => {
      const told = chain.map((event) => this.said(event));
      const [last, ...rest] = [told.at(-1)!, ...told.slice(0, -1)];
      return `${rest.join(", then ")}${rest.length > 1 ? "," : ""} before ${last}`;
    });
  }

  /** `logout asked close()`, `GET 1 answered page`, `page's timer of 50 ms fired`. */
  private said(event: OrderedEvent): string {
    const placed = this.placed(event);
    if (placed === undefined) return "what never came to run";
    const { timeline, step, index } = placed;
    const calls = this.callsOf(timeline);
    const asked = step.kind === "request" || isOptional(step.kind) ? calls.byStep.get(index) : undefined;
    if (asked !== undefined && !isOptional(step.kind)) {
      const what = `${this.named({ timeline, call: asked })} was asked`;
      return `${what}${this.by({ timeline, call: asked })}`;
    }
    const answer = this.answerAt(placed);
    const { task } = step;
    const name = taskName(this.namesOf(timeline), task);
    if (answer !== undefined) return `${this.named({ timeline, call: answer })}${this.asked({ timeline, call: answer })} ${answer.answer?.failed === true ? "failed" : "was answered"}${this.consequence(placed)}`;
    if (index === 0) return `${name} began`;
    if (step.kind === "outside" && step.label !== undefined && OPERATION.test(step.label)) return `${step.label}, asked by ${name}, was answered${this.consequence(placed)}`;
    return `${happened(step, name, true)}${step.kind === "timer" || step.kind === "interval" ? armedAt(step) : ""}${this.consequence(placed)}`;
  }

  /** What the step went on to ask for: often it matters, and not the answer itself. */
  private consequence({ timeline, step, index }: Placed): string {
    const calls = this.callsOf(timeline).all.filter((call) => call.step !== index && step.notes.includes(call.note));
    if (calls.length === 0) return "";
    return ` (and ${list(calls.slice(0, 2).map((call) => this.named({ timeline, call })))} was called)`;
  }

  /** `GET("a")`, and which one of a task's alike calls. */
  private named({ timeline, call }: Called): string {
    const own = this.callsOf(timeline).all.filter((other) => other.name === call.name && other.value === call.value && other.task === call.task);
    const text = call.value === "" && /[^\w$.]/u.test(call.name) ? oneLine(call.name) : callName(call.name, call.value, ARGUMENTS);
    return own.length > 1 ? `the ${ordinal(own.indexOf(call) + 1)} ${text}` : text;
  }

  private by({ timeline, call }: Called): string {
    const asker = this.asker({ timeline, call });
    return asker === undefined ? "" : ` by ${asker}`;
  }

  private asked({ timeline, call }: Called): string {
    const asker = this.asker({ timeline, call });
    return asker === undefined ? "" : `, asked by ${asker},`;
  }

  /** A named task, else the function that the call stands in. */
  private asker({ timeline, call }: Called): string | undefined {
    const task = timeline.tasks[call.task];
    const isNamed = task !== undefined && !/^main(?:\.\d+)*$/u.test(task.path);
    if (isNamed) return taskName(this.namesOf(timeline), call.task);
    const functionName = call.site?.functionName;
    return functionName === undefined || functionName === "" ? undefined : `${oneLine(functionName)}()`;
  }

  private answered(event: OrderedEvent): Called | undefined {
    const placed = this.placed(event);
    if (placed === undefined || placed.timeline !== this.failing || event.step === undefined) return undefined;
    const call = this.answerAt(placed);
    return call && { timeline: placed.timeline, call };
  }

  private answerAt({ timeline, index }: Placed): Call | undefined {
    return this.callsOf(timeline).all.find(({ answer }) => answer?.step === index);
  }

  private isEnding(event: OrderedEvent): boolean {
    return this.endingOf(event) !== "";
  }

  private endingOf(event: OrderedEvent): string {
    const placed = this.placed(event);
    const call = placed === undefined ? undefined : (this.callsOf(placed.timeline).byStep.get(placed.index) ?? this.answerAt(placed));
    return call === undefined ? "" : (ENDINGS.exec(call.name)?.[0].replace(/^[\s._-]/u, "").toLowerCase() ?? "");
  }

  private placed({ step, passingStep }: OrderedEvent): Placed | undefined {
    const own = step === undefined ? undefined : this.failing.steps[step];
    if (own !== undefined) return { timeline: this.failing, step: own, index: step! };
    const passing = this.failing.cause?.passing?.timeline;
    const other = passingStep === undefined ? undefined : passing?.steps[passingStep];
    return passing === undefined || other === undefined ? undefined : { timeline: passing, step: other, index: passingStep! };
  }

  private callsOf(timeline: Timeline): Calls {
    return this.calls.get(timeline)!;
  }

  private namesOf(timeline: Timeline): readonly string[] {
    return this.names.get(timeline)!;
  }
}

interface Called {
  readonly timeline: Timeline;
  readonly call: Call;
}

/** `GET 1` and `GET 2`, or two methods of one object. */
function isAlike(one: Call, other: Call): boolean {
  return familyOf(one.name) === familyOf(other.name);
}

function familyOf(name: string): string {
  return /^[^\s.(]+/u.exec(name)?.[0] ?? name;
}

function isSamePlace(one: Place, other: Place): boolean {
  const key = ({ site, inner }: Place): string => `${site === undefined ? "" : placeKey(site)} ${inner === undefined ? "" : placeKey(inner)}`;
  return key(one) === key(other);
}

function armedAt({ site }: TimelineStep): string {
  return site === undefined ? "" : ` (armed at ${shortPlace(site)})`;
}

function ordinal(number: number): string {
  const ending = number % 100 >= 11 && number % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${ending}`;
}

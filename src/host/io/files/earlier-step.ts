import { runningOperation } from "../operation.ts";
import type { Step } from "../step.ts";
import type { FileAccess } from "./places.ts";

/** A step that is done synchronously, and the one behind it. */
export class EarlierStep implements Step {
  readonly label: string;
  readonly isCertain: boolean = true;
  readonly effects: () => readonly FileAccess[];
  private readonly act: () => void;
  private readonly next: () => Step;
  private readonly last: Step;

  constructor(label: string, effects: () => readonly FileAccess[], act: () => void, next: () => Step, last: Step) {
    this.label = label;
    this.effects = effects;
    this.act = act;
    this.next = next;
    this.last = last;
  }

  begin(over: (tell: () => void) => void): void {
    try {
      this.act();
    } catch {
      // The last step will fail too, and says how.
      over(() => this.ask(this.last));
      return;
    }
    over(() => this.ask(this.next()));
  }

  refuse(error: Error): void {
    this.last.refuse(error);
  }

  private ask(step: Step): void {
    const operation = runningOperation();
    // Nobody orders it any more: it is begun at once.
    if (operation?.isLive === true) operation.ask(step);
    else step.begin((tell) => tell());
  }
}

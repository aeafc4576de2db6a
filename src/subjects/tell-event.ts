import { PendingEvent, type Task } from "../engine/event.ts";

/** Something that heddle tells the body, as an answer is told. */
export class TellEvent extends PendingEvent {
  private readonly tell: () => void;

  constructor(owner: Task, label: string, tell: () => void) {
    super("completion", owner);
    this.label = label;
    this.tell = tell;
  }

  override run(): void {
    this.tell();
  }
}

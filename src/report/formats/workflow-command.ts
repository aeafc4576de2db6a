import { printable, withoutColours } from "../../values/printable.ts";
import { explainWithPlaces, type ExplainedFailure } from "../sentence.ts";
import type { Site, Timeline } from "../timeline.ts";

/**
 * The place of a failure that a reader should see first: where it was decided, as far as that was measured; else the first
 * that its sentence is about; else where the order was changed; else where the execution ended.
 */
export function decidingSite(timeline: Timeline, failure: ExplainedFailure): Site | undefined {
  const { steps, cause } = timeline;
  const candidates = [
    ...(cause?.deciding ?? []).map((index) => steps[index]?.site),
    ...explainWithPlaces(timeline, failure).places.map(({ site }) => site),
    ...steps.filter(({ deviation }) => deviation !== undefined).map(({ site }) => site),
    ...timeline.waiting.map(({ site }) => site),
    ...steps.map(({ site }) => site).reverse(),
  ];
  const known = candidates.filter((site) => site !== undefined);
  // A line of a package's is nobody's to mend.
  return known.find((site) => site.package === undefined) ?? known[0];
}

/** What an annotation says, and where. */
export interface Annotation {
  readonly title: string;
  readonly message: string;
  readonly site: Pick<Site, "file" | "line" | "column"> | undefined;
}

/**
 * The line of output with which GitHub Actions puts an error beside a line of source: a workflow command. The program under
 * test may have written the texts: what would end the command, or begin another one, is escaped as GitHub's own toolkit does.
 */
export function workflowCommand({ title, message, site }: Annotation): string {
  const place = site === undefined ? [] : [["file", site.file], ["line", String(site.line)], ["col", String(site.column)]];
  const properties = [...place, ["title", title]].map(([name, value]) => `${name}=${escapeProperty(clean(value!))}`);
  return `::error ${properties.join(",")}::${escapeData(clean(message))}`;
}

function clean(text: string): string {
  return printable(withoutColours(text));
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

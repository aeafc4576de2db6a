/** A test, or a suite: what a runner keeps of it. */
interface Nested<Own> {
  readonly parent?: Own | null | undefined;
}

/** The names of a test and of the suites that it is in, outermost first. */
export function namesOfTest<Own extends Nested<Own>>(test: Own, nameOf: (one: Own) => string): string[] {
  const names: string[] = [];
  for (let one: Own | null | undefined = test; one !== undefined && one !== null; one = one.parent) names.unshift(nameOf(one));
  return names;
}

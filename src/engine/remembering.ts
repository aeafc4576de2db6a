/**
 * A function of a text that remembers its answers.
 * @param most - answers that are kept. Texts may hold what differs from one execution to the next, so with one more all are forgotten.
 */
export function remembering<Answer>(most: number, answerTo: (text: string) => Answer): (text: string) => Answer {
  const known = new Map<string, { readonly answer: Answer }>();
  return (text) => {
    let kept = known.get(text);
    if (kept === undefined) {
      if (known.size >= most) known.clear();
      kept = { answer: answerTo(text) };
      known.set(text, kept);
    }
    return kept.answer;
  };
}

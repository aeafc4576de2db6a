import { remembering } from "../../engine/remembering.ts";

/** One statement of several in a text. */
export interface StatementText {
  readonly text: string;
  /** Its words, names without their quotes, and signs, all in small letters; values that are texts are left out. */
  readonly words: readonly string[];
}

/** Comments, texts, names in quotes, texts in dollars, words, signs. */
const TOKENS = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]\n]*\]|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$|[\p{L}\p{N}_]+|\s+|./gsu;

/** Texts that are remembered. */
const MOST_KNOWN = 10_000;

/** The statements of a text of SQL, without their semicolons; those that are empty are left out. */
export const statementsOf: (text: string) => readonly StatementText[] = remembering(MOST_KNOWN, split);

function split(text: string): readonly StatementText[] {
  const statements: StatementText[] = [];
  let [start, words]: [number, string[]] = [0, []];
  const end = (at: number): void => {
    if (words.length > 0) statements.push({ text: text.slice(start, at).trim(), words });
    words = [];
  };
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === ";") {
      end(index);
      start = index + 1;
    } else if (!/^(?:\s|--|\/\*|'|\$\w*\$)/u.test(token)) {
      words.push((/^["`[]./u.test(token) ? token.slice(1, -1) : token).toLowerCase());
    }
  }
  end(text.length);
  return statements;
}

/** Reads a line of source, 1-based; `undefined` where the file has none. Throws where the file cannot be read. */
export type ReadLine = (file: string, line: number) => string | undefined;

/** A line of source, `undefined` where there is none to be had: a file that can't be read must not hide the failure. */
export function readQuietly(readLine: ReadLine, file: string, line: number): string | undefined {
  try {
    return readLine(file, line);
  } catch {
    return undefined;
  }
}

/** Takes down what crosses boundaries while a recording execution runs. Values are shown, not kept. */
export interface Notebook {
  request(name: string, values: readonly unknown[]): void;
  answer(name: string, result: unknown, failed: boolean): void;
  read(object: string, key: string, value: unknown, above: Function): void;
  write(object: string, key: string, value: unknown, previous: unknown, above: Function): void;
  log(values: readonly unknown[]): void;
}

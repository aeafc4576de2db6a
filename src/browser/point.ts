/** What the Vite plugin puts into the user's modules: here it does nothing. */
export function point<Value>(value: Value): Value {
  return value;
}

export function mark<Value>(value: Value): Value {
  return value;
}

export function iterate<Value>(value: Value): Value {
  return value;
}

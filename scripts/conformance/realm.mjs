/**
 * Whether a realm is as it was: test262 demands a new one for each file, and to make one takes longer than to run most
 * files. So a realm is used again for as long as nothing in it was changed.
 */

/** @typedef {Map<object, readonly (readonly [string | symbol, PropertyDescriptor])[]>} Snapshot */

/** The names that the language itself puts into the global object; a host's own are not walked through. */
const STANDARD = [
  "Object", "Function", "Array", "ArrayBuffer", "SharedArrayBuffer", "Atomics", "BigInt", "BigInt64Array", "BigUint64Array", "Boolean", "DataView", "Date", "Error",
  "AggregateError", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError", "FinalizationRegistry", "Float32Array", "Float64Array",
  "Int8Array", "Int16Array", "Int32Array", "Uint8Array", "Uint8ClampedArray", "Uint16Array", "Uint32Array", "Iterator", "JSON", "Map", "Math", "Number", "Promise",
  "Proxy", "Reflect", "RegExp", "Set", "String", "Symbol", "WeakMap", "WeakRef", "WeakSet", "eval", "isFinite", "isNaN", "parseFloat", "parseInt", "decodeURI",
  "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape", "AsyncDisposableStack", "DisposableStack", "SuppressedError",
];

/** @returns {Snapshot} */
export function takeSnapshot() {
  /** @type {Snapshot} */
  const snapshot = new Map();
  // The global object's own properties count, whatever they hold.
  snapshot.set(globalThis, propertiesOf(globalThis));
  const hidden = [
    async function () {}, async function* () {}, function* () {}, (async function* () {})(), (function* () {})(), [][Symbol.iterator](), new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](), ""[Symbol.iterator](), "".matchAll(/a/g),
  ];
  /** @type {unknown[]} */
  const open = [...STANDARD.map((name) => Reflect.get(globalThis, name)), ...hidden.map((object) => Object.getPrototypeOf(object))];
  for (let value = open.pop(); open.length > 0 || value !== undefined; value = open.pop()) {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || snapshot.has(value)) continue;
    const properties = propertiesOf(value);
    snapshot.set(value, properties);
    open.push(Object.getPrototypeOf(value), ...properties.flatMap(([, { value: held, get, set }]) => [held, get, set]));
  }
  return snapshot;
}

/** @param {Snapshot} snapshot */
export function isAsItWas(snapshot) {
  for (const [object, properties] of snapshot) {
    const keys = Reflect.ownKeys(object);
    if (keys.length !== properties.length) return false;
    for (const [key, before] of properties) {
      const now = Reflect.getOwnPropertyDescriptor(object, key);
      if (now === undefined || !isSame(before, now)) return false;
    }
  }
  return true;
}

/** @param {object} object @returns {readonly (readonly [string | symbol, PropertyDescriptor])[]} */
function propertiesOf(object) {
  return Reflect.ownKeys(object).map((key) => /** @type {const} */ ([key, /** @type {PropertyDescriptor} */ (Reflect.getOwnPropertyDescriptor(object, key))]));
}

/** @param {PropertyDescriptor} one @param {PropertyDescriptor} other */
function isSame(one, other) {
  return Object.is(one.value, other.value) && one.get === other.get && one.set === other.set
    && one.writable === other.writable && one.enumerable === other.enumerable && one.configurable === other.configurable;
}

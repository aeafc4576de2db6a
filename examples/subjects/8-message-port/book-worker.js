/** @param {{ readonly seats: Int32Array, readonly guest: number, readonly isExchanged: boolean }} booking */
export default function book({ seats, guest, isExchanged }) {
  if (isExchanged) return Atomics.compareExchange(seats, 0, 0, guest) === 0;
  Atomics.store(seats, 0, guest);
  return true;
}

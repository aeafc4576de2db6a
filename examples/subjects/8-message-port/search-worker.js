/** @param {string} text */
export default function search(text) {
  return `found ${text}`;
}

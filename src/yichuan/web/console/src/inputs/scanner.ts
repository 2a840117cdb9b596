/** A hand scanner types faster than any hand: this many milliseconds between keys at most. */
const KEY_MS = 45
const SHORTEST_CODE = 6

/** Whether keys at these times (milliseconds, rising) came from a scanner. */
export function typedByScanner(times: readonly number[]): boolean {
  if (times.length < SHORTEST_CODE) return false
  const first = times[0] ?? 0
  const last = times.at(-1) ?? 0
  return (last - first) / (times.length - 1) <= KEY_MS
}

/**
 * The number in what a scanner sent: without the spaces and control characters some scanners add,
 * in capitals as couriers write them. A QR code with a link gives its last path part.
 */
export function cleanCode(text: string): string {
  const plain = text.replace(/[\s\u0000-\u001f\u007f]+/g, '')
  const link = /^https?:\/\/[^/]+\/(?:[^?#]*\/)?([^/?#]+)/i.exec(plain)
  return (link?.[1] ?? plain).toUpperCase()
}

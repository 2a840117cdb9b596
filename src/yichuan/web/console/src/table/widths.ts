/** Widths that hold the usual contents in both languages, in pixels. */
export const WIDTH = {
  number: 196,
  state: 168,
  problem: 240,
  courier: 176,
  place: 120,
  phone: 150,
  amount: 112,
  weight: 108,
  time: 128,
  deadline: 168,
  count: 88,
  text: 200,
} as const

/**
 * The one palette. A tone is a meaning, never a decoration: blue on the way, green done, amber at
 * risk, red broken, grey waiting. `tests/palette.test.ts` holds every pair of text and ground to a
 * contrast of 4.5:1 and every two solid colours apart under the three kinds of colour blindness.
 */
export const TONES = ['waiting', 'moving', 'done', 'risk', 'broken'] as const
export type Tone = (typeof TONES)[number]
export type Mode = 'light' | 'dark'

export interface ToneColours {
  /** Text and icon on `soft` or on any surface. */
  text: string
  /** Ground of a chip. */
  soft: string
  /** Edge of a chip. */
  line: string
  /** Marks in charts and maps, dots, filled chips. */
  solid: string
  /** Text on `solid`. */
  onSolid: string
}

export interface Neutrals {
  page: string
  surface: string
  raised: string
  hover: string
  line: string
  lineStrong: string
  text: string
  textSecondary: string
  textTertiary: string
  accent: string
  accentHover: string
  onAccent: string
  accentSoft: string
  accentText: string
}

export interface Palette extends Neutrals {
  tones: Record<Tone, ToneColours>
}

const light: Palette = {
  page: '#f5f7fa',
  surface: '#ffffff',
  raised: '#ffffff',
  hover: '#eef2f8',
  line: '#e4e8ef',
  lineStrong: '#c9d0dc',
  text: '#141b27',
  textSecondary: '#475264',
  textTertiary: '#626d80',
  accent: '#1d4fd7',
  accentHover: '#3a69e8',
  onAccent: '#ffffff',
  accentSoft: '#e9f0ff',
  accentText: '#1b49c6',
  tones: {
    waiting: { text: '#475467', soft: '#edf0f4', line: '#d3d9e2', solid: '#7a8598', onSolid: '#0b0f16' },
    moving: { text: '#1b4fc4', soft: '#e8f0ff', line: '#bcd2ff', solid: '#2563eb', onSolid: '#ffffff' },
    done: { text: '#0b6b4d', soft: '#e0f5ec', line: '#a9dec8', solid: '#34b98a', onSolid: '#06251a' },
    risk: { text: '#7a4500', soft: '#ffe9b8', line: '#f2c565', solid: '#f5b83d', onSolid: '#2e1a00' },
    broken: { text: '#b3142b', soft: '#ffe8ea', line: '#ffbcc3', solid: '#b3142b', onSolid: '#ffffff' },
  },
}

const dark: Palette = {
  page: '#0d1218',
  surface: '#151b24',
  raised: '#1c2430',
  hover: '#202936',
  line: '#28313e',
  lineStrong: '#3d4857',
  text: '#e9eef5',
  textSecondary: '#b3bdcb',
  textTertiary: '#93a0b2',
  accent: '#2f68e8',
  accentHover: '#2458d3',
  onAccent: '#ffffff',
  accentSoft: '#182a4d',
  accentText: '#8fb4ff',
  tones: {
    waiting: { text: '#b7c1cf', soft: '#262e3a', line: '#3b4656', solid: '#8f9bad', onSolid: '#0b0f16' },
    moving: { text: '#93b8ff', soft: '#182a4d', line: '#2b4a86', solid: '#3f7bf2', onSolid: '#04102b' },
    done: { text: '#6ddcae', soft: '#11352a', line: '#1f5d49', solid: '#4fd1a1', onSolid: '#06251a' },
    risk: { text: '#ffcb6b', soft: '#40300f', line: '#6f5316', solid: '#f8c34f', onSolid: '#2e1a00' },
    broken: { text: '#ff9da5', soft: '#4a161d', line: '#7f2833', solid: '#d2364a', onSolid: '#ffffff' },
  },
}

export const PALETTES: Readonly<Record<Mode, Palette>> = { light, dark }

/** One hue from pale to deep, for choropleths; the ends are the extremes of what is shown. */
export const RAMP: Readonly<Record<Mode, readonly string[]>> = {
  light: ['#eaf1ff', '#c9dcff', '#9cbdfb', '#6a97f2', '#3a6ee2', '#1d4fd7', '#173c9f'],
  dark: ['#16233d', '#1c3261', '#24458b', '#2e5bb8', '#4a7ee0', '#7aa5f5', '#b0cdff'],
}

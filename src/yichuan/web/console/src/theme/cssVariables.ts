import { type Mode, type Palette, PALETTES, TONES } from './palette'

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The palette as CSS custom properties: `--y-text-secondary`, `--y-risk-soft`, … */
export function cssVariables(palette: Palette): Record<string, string> {
  const { tones, ...neutrals } = palette
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(neutrals)) {
    variables[`--y-${kebab(name)}`] = value as string
  }
  for (const tone of TONES) {
    for (const [part, value] of Object.entries(tones[tone])) {
      variables[`--y-${tone}-${kebab(part)}`] = value as string
    }
  }
  return variables
}

export function applyMode(mode: Mode): void {
  const root = document.documentElement
  root.dataset.theme = mode
  root.style.colorScheme = mode
  root.style.backgroundColor = PALETTES[mode].page
  for (const [name, value] of Object.entries(cssVariables(PALETTES[mode]))) {
    root.style.setProperty(name, value)
  }
}

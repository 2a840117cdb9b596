/** If these break, some users cannot read a chip or cannot tell a broken parcel from a late one. */
import { describe, expect, it } from 'vitest'
import { contrast, distance, lab, linear, type Rgb, textOn } from '@/theme/colour'
import { type Mode, PALETTES, RAMP, TONES } from '@/theme/palette'

const MODES: Mode[] = ['light', 'dark']

/** Full dichromacy on linear RGB: Machado, Oliveira, Fernandes 2009, severity 1.0. */
const SIGHT: Record<string, readonly [Rgb, Rgb, Rgb]> = {
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}

function seen(hex: string, sight: readonly [Rgb, Rgb, Rgb]): Rgb {
  const rgb = linear(hex)
  const clamp = (value: number) => Math.min(1, Math.max(0, value))
  const row = (r: Rgb) => clamp(r[0] * rgb[0] + r[1] * rgb[1] + r[2] * rgb[2])
  return lab([row(sight[0]), row(sight[1]), row(sight[2])])
}

describe.each(MODES)('the %s palette', (mode) => {
  const p = PALETTES[mode]

  it('has readable words on every ground', () => {
    for (const ground of [p.page, p.surface, p.raised, p.hover]) {
      for (const text of [p.text, p.textSecondary, p.textTertiary, p.accentText]) {
        expect(contrast(text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
      }
    }
    expect(contrast(p.onAccent, p.accent)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(p.onAccent, p.accentHover)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(p.accentText, p.accentSoft)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(TONES)('has readable %s chips', (tone) => {
    const c = p.tones[tone]
    for (const ground of [c.soft, p.surface, p.page, p.hover, p.accentSoft]) {
      expect(contrast(c.text, ground), `${c.text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(c.onSolid, c.solid)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(Object.keys(SIGHT))('keeps the five tones apart in %s', (kind) => {
    const sight = SIGHT[kind] ?? SIGHT['usual']!
    for (const [i, one] of TONES.entries()) {
      for (const other of TONES.slice(i + 1)) {
        const apart = distance(seen(p.tones[one].solid, sight), seen(p.tones[other].solid, sight))
        expect(apart, `${one} and ${other}`).toBeGreaterThanOrEqual(15)
      }
    }
  })

  it('writes readable numbers on every step of the ramp', () => {
    for (const step of RAMP[mode]) expect(contrast(step, textOn(step))).toBeGreaterThanOrEqual(4.5)
  })
})

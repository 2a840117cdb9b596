import type { Palette } from '@/theme/palette'

/** Axes, tooltip and legend in the page's own colours. */
export function baseOption(p: Palette) {
  return {
    animationDuration: 250,
    textStyle: { color: p.textSecondary, fontFamily: 'inherit' },
    tooltip: {
      trigger: 'axis',
      backgroundColor: p.raised,
      borderColor: p.line,
      textStyle: { color: p.text, fontSize: 13 },
      axisPointer: { type: 'line', lineStyle: { color: p.lineStrong } },
      confine: true,
    },
    legend: {
      left: 0,
      top: 0,
      itemWidth: 22,
      itemHeight: 8,
      textStyle: { color: p.textSecondary },
    },
  }
}

export function valueAxis(p: Palette, format: (value: number) => string) {
  return {
    type: 'value',
    axisLabel: { color: p.textTertiary, formatter: format },
    splitLine: { lineStyle: { color: p.line } },
    splitNumber: 4,
  }
}

export function categoryAxis(p: Palette, data: readonly string[], gap: boolean) {
  return {
    type: 'category',
    data,
    boundaryGap: gap,
    axisLabel: { color: p.textTertiary, hideOverlap: true },
    axisLine: { lineStyle: { color: p.lineStrong } },
    axisTick: { show: false },
  }
}

/** Marks that tell series apart without colour. */
export const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect'] as const
export const DASHES = ['solid', 'dashed', 'dotted', 'solid', 'dashed'] as const

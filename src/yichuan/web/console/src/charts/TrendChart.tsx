import { lazy, useCallback, useMemo } from 'react'
import { useNavigate } from 'react-router'
import { formatCompact, formatCount } from '@/format'
import { useLocale } from '@/i18n'
import { usePalette } from '@/theme/mode'
import type { Palette, Tone } from '@/theme/palette'
import { baseOption, categoryAxis, DASHES, SYMBOLS, valueAxis } from './base'
import { ChartFrame } from './ChartFrame'

const EChart = lazy(() => import('./EChart'))

export interface TrendSeries {
  name: string
  tone: Tone
  /** One per label; null leaves a gap. Downsampled by the server: at most a few hundred. */
  values: readonly (number | null)[]
  kind?: 'line' | 'bar'
  /** The list behind a point. */
  to?: (index: number) => string
}

export interface TrendChartProps {
  summary: string
  /** Heading of the labels: 日期. */
  axis: string
  labels: readonly string[]
  series: readonly TrendSeries[]
  height?: number
  /** For the table and the tooltip; the axis shortens large numbers by itself unless given too. */
  format?: (value: number) => string
  stacked?: boolean
}

function seriesOption(series: TrendSeries, index: number, p: Palette, stacked: boolean) {
  const colour = p.tones[series.tone].solid
  const shared = { name: series.name, data: series.values, itemStyle: { color: colour } }
  if (series.kind === 'bar') {
    return { ...shared, type: 'bar', barMaxWidth: 22, stack: stacked ? 'all' : undefined }
  }
  return {
    ...shared,
    type: 'line',
    symbol: SYMBOLS[index % SYMBOLS.length],
    symbolSize: 6,
    showSymbol: series.values.length <= 40,
    lineStyle: { width: 2, color: colour, type: DASHES[index % DASHES.length] },
    stack: stacked ? 'all' : undefined,
    areaStyle: stacked ? { opacity: 0.25 } : undefined,
  }
}

/** Lines or bars over time; a click on a point opens its parcels. */
export function TrendChart(props: TrendChartProps) {
  const { summary, axis, labels, series, height = 280, format, stacked = false } = props
  const p = usePalette()
  const locale = useLocale()
  const navigate = useNavigate()
  const option = useMemo(() => {
    const base = baseOption(p)
    return {
      ...base,
      tooltip: { ...base.tooltip, valueFormatter: (value: unknown) => numberText(value, format) },
      grid: { left: 4, right: 12, top: 36, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: categoryAxis(p, labels, series.some(({ kind }) => kind === 'bar')),
      yAxis: valueAxis(p, format ?? ((value) => formatCompact(value, locale))),
      series: series.map((one, index) => seriesOption(one, index, p, stacked)),
    }
  }, [p, locale, labels, series, format, stacked])
  const onPick = useCallback(
    (which: number, index: number) => {
      const to = series[which]?.to?.(index)
      if (to !== undefined) void navigate(to)
    },
    [series, navigate],
  )
  return (
    <ChartFrame
      summary={summary}
      height={height}
      table={{
        head: [axis, ...series.map(({ name }) => name)],
        rows: labels.map((label, index) => ({
          label,
          cells: series.map(({ values, to }) => ({ value: values[index] ?? null, to: to?.(index) })),
        })),
        format,
      }}
    >
      <EChart option={option} height={height} onPick={onPick} />
    </ChartFrame>
  )
}

function numberText(value: unknown, format: (value: number) => string = formatCount): string {
  return typeof value === 'number' ? format(value) : '–'
}

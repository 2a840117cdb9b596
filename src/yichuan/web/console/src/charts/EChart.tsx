import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { useMode } from '@/theme/mode'

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer])

export interface EChartProps {
  option: EChartsCoreOption
  height: number
  /** Which point was clicked: its series and place in it. */
  onPick?: (series: number, index: number) => void
}

/** The only file that loads ECharts; reached through `lazy` so that it stays out of the first load. */
export default function EChart({ option, height, onPick }: EChartProps) {
  const holder = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init>>(null)
  const mode = useMode()

  useEffect(() => {
    const element = holder.current
    if (element === null) return undefined
    const made = init(element)
    chart.current = made
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true })
  }, [option, mode])

  useEffect(() => {
    const made = chart.current
    if (made === null || onPick === undefined) return undefined
    const handler = (event: { seriesIndex?: number; dataIndex?: number }) => {
      if (event.seriesIndex !== undefined && event.dataIndex !== undefined) {
        onPick(event.seriesIndex, event.dataIndex)
      }
    }
    made.on('click', handler)
    return () => {
      if (!made.isDisposed()) made.off('click', handler)
    }
  }, [onPick])

  return <div ref={holder} style={{ height }} />
}

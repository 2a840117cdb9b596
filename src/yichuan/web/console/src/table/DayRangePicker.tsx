import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { isRelativeRange } from './dates'

interface DayRangePickerProps {
  /** `2026-03-01..2026-03-07`; relative ranges are not shown here. */
  value: string | undefined
  onChange: (value: string | undefined) => void
}

/** Two calendar days, as plain dates without any zone. */
export default function DayRangePicker({ value, onChange }: DayRangePickerProps) {
  const days = value === undefined || isRelativeRange(value) ? null : value.split('..').map((day) => dayjs(day))
  return (
    <DatePicker.RangePicker
      value={days?.[0] && days[1] ? [days[0], days[1]] : null}
      onChange={(range) => {
        const [from, to] = range ?? []
        onChange(from && to ? `${from.format('YYYY-MM-DD')}..${to.format('YYYY-MM-DD')}` : undefined)
      }}
    />
  )
}

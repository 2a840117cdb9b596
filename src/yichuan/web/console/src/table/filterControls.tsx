import { DownOutlined } from '@ant-design/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Input, Popover, Select } from 'antd'
import { lazy, memo, Suspense, useDeferredValue, useState } from 'react'
import { useMessages } from '@/i18n'
import { isRelativeRange, RELATIVE_RANGES, type RelativeRange } from './dates'
import styles from './FilterBar.module.css'
import type { Filter, FilterOption } from './types'
import { tableWords } from './words'

/** The calendar is heavy and seldom needed: its code comes when it is opened. */
const DayRangePicker = lazy(() => import('./DayRangePicker'))

export interface ControlProps<F extends Filter = Filter> {
  filter: F
  values: readonly string[]
  onChange: (values: readonly string[]) => void
  /** As wide as its place, in the phone's filter drawer. */
  block?: boolean
}

type Of<Kind extends Filter['kind']> = Extract<Filter, { kind: Kind }>

/** The page is counted anew while the menu goes: it goes at once, and no frame is drawn for it. */
export const AT_ONCE = { motionName: '' }

interface FilterControlProps extends Omit<ControlProps, 'onChange'> {
  /** The same from one drawing to the next. */
  set: (key: string, values: readonly string[]) => void
}

const isSame = (one: FilterControlProps, other: FilterControlProps) =>
  one.filter === other.filter &&
  one.set === other.set &&
  one.block === other.block &&
  one.values.length === other.values.length &&
  one.values.every((value, index) => value === other.values[index])

/** Menus are heavy: those whose value stays are not drawn anew. */
export const FilterControl = memo(function FilterControl({ set, ...given }: FilterControlProps) {
  const { filter } = given
  const props: ControlProps = { ...given, onChange: (values) => set(filter.key, values) }
  switch (filter.kind) {
    case 'choice':
      return <Choice {...props} filter={filter} />
    case 'lookup':
      return <Lookup {...props} filter={filter} />
    case 'text':
      return <Text key={props.values[0] ?? ''} {...props} filter={filter} />
    case 'dates':
      return <Dates {...props} filter={filter} />
    case 'flag':
      return <Flag {...props} filter={filter} />
  }
}, isSame)

const asList = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

interface PickerProps {
  label: string
  single: boolean | undefined
  values: readonly string[]
  options: readonly FilterOption[]
  onChange: (values: readonly string[]) => void
  block?: boolean
  onSearch?: (text: string) => void
  onOpen?: () => void
  loading?: boolean
  nothing?: string
}

function Picker({ label, single, values, options, onChange, block, onSearch, onOpen, ...rest }: PickerProps) {
  return (
    <Select<string | string[]>
      aria-label={label}
      placeholder={label}
      mode={single ? undefined : 'multiple'}
      value={single ? values[0] : [...values]}
      options={options as FilterOption[]}
      onChange={(value) => onChange(asList(value))}
      showSearch={onSearch ? { filterOption: false, onSearch } : { optionFilterProp: 'label' }}
      onOpenChange={onOpen}
      loading={rest.loading}
      notFoundContent={rest.nothing === undefined ? undefined : <span className={styles.nothing}>{rest.nothing}</span>}
      allowClear
      maxTagCount={block ? undefined : 1}
      maxTagTextLength={14}
      popupMatchSelectWidth={false}
      transitionName=""
      className={block ? styles.block : styles.pick}
    />
  )
}

function Choice({ filter, values, onChange, block }: ControlProps<Of<'choice'>>) {
  return (
    <Picker
      label={filter.label}
      single={filter.single}
      values={values}
      options={filter.options}
      onChange={onChange}
      block={block}
    />
  )
}

function Lookup({ filter, values, onChange, block }: ControlProps<Of<'lookup'>>) {
  const [typed, setTyped] = useState('')
  const [opened, setOpened] = useState(false)
  const text = useDeferredValue(typed)
  const found = useQuery({
    queryKey: ['filter', filter.key, 'search', text],
    queryFn: ({ signal }) => filter.search(text, signal),
    placeholderData: keepPreviousData,
    enabled: opened,
  })
  const named = useQuery({
    queryKey: ['filter', filter.key, 'names', values],
    queryFn: ({ signal }) => filter.resolve(values, signal),
    enabled: values.length > 0,
    placeholderData: keepPreviousData,
  })
  const options = new Map<string, FilterOption>()
  // What is chosen keeps its name; in the list it stands where it is found.
  const chosen = named.data?.filter(({ value }) => values.includes(value)) ?? []
  for (const option of [...(text === '' ? chosen : []), ...(found.data ?? [])]) options.set(option.value, option)
  return (
    <Picker
      label={filter.label}
      single={filter.single}
      values={values}
      options={[...options.values()]}
      onChange={onChange}
      block={block}
      onSearch={setTyped}
      onOpen={() => setOpened(true)}
      loading={found.isFetching}
      nothing={text !== '' && found.isSuccess ? filter.nothing?.(text) : undefined}
    />
  )
}

function Text({ filter, values, onChange, block }: ControlProps<Of<'text'>>) {
  const [text, setText] = useState(values[0] ?? '')
  const commit = () => {
    if (text.trim() !== (values[0] ?? '')) onChange(text.trim() === '' ? [] : [text.trim()])
  }
  return (
    <Input
      aria-label={filter.label}
      placeholder={filter.placeholder ?? filter.label}
      value={text}
      allowClear
      className={block ? styles.block : styles.text}
      onChange={(event) => setText(event.target.value)}
      onPressEnter={commit}
      onBlur={commit}
      onClear={() => onChange([])}
    />
  )
}

function useRangeWords(): Readonly<Record<RelativeRange, string>> {
  const t = useMessages(tableWords)
  return { today: t.today, yesterday: t.yesterday, '7d': t.last7, '30d': t.last30, '90d': t.last90 }
}

/** `2026-03-01 ~ 2026-03-07`; one day is written once. */
function daysText(range: string): string {
  const [from, to] = range.split('..')
  return from === to ? (from ?? '') : range.replace('..', ' ~ ')
}

function Dates({ filter, values, onChange, block }: ControlProps<Of<'dates'>>) {
  const t = useMessages(tableWords)
  const names = useRangeWords()
  const [open, setOpen] = useState(false)
  const value = values[0]
  const choose = (next: readonly string[]) => {
    onChange(next)
    setOpen(false)
  }
  const panel = (
    <div className={styles.ranges}>
      {RELATIVE_RANGES.map((range) => (
        <Button
          key={range}
          type={range === value ? 'primary' : 'text'}
          onClick={() => choose(range === value ? [] : [range])}
        >
          {names[range]}
        </Button>
      ))}
      <div className={styles.custom}>
        <span>{t.customRange}</span>
        <Suspense fallback={<Input disabled />}>
          <DayRangePicker value={value} onChange={(range) => choose(range === undefined ? [] : [range])} />
        </Suspense>
      </div>
    </div>
  )
  const shown = value === undefined ? '' : isRelativeRange(value) ? names[value] : daysText(value)
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" motion={AT_ONCE} content={panel}>
      <Button className={block ? styles.block : undefined} data-chosen={value !== undefined}>
        {filter.label}
        {shown !== '' && <strong>{shown}</strong>}
        <DownOutlined style={{ fontSize: 10 }} />
      </Button>
    </Popover>
  )
}

function Flag({ filter, values, onChange, block }: ControlProps<Of<'flag'>>) {
  const on = values.length > 0
  return (
    <Button
      aria-pressed={on}
      data-chosen={on}
      className={block ? styles.block : undefined}
      onClick={() => onChange(on ? [] : ['1'])}
    >
      {filter.label}
    </Button>
  )
}

import { FilterOutlined, SearchOutlined } from '@ant-design/icons'
import { Badge, Button, Drawer, Input, Popover } from 'antd'
import { memo, useMemo, useState } from 'react'
import { useMessages } from '@/i18n'
import { useEvent } from '@/lib/useEvent'
import { useIsPhone } from '@/lib/useMediaQuery'
import styles from './FilterBar.module.css'
import { AT_ONCE, FilterControl } from './filterControls'
import type { Filter, ListState } from './types'
import { narrowed, withFilter } from './urlState'
import type { ChangeList } from './useListState'
import { tableWords } from './words'

interface FilterBarProps {
  filters: readonly Filter[]
  searchHint?: string
  state: ListState
  change: ChangeList
  onSearch?: (text: string) => boolean | Promise<boolean>
}

/** Drawn anew when what is asked or can be asked changes, not with every answer. */
export const FilterBar = memo(function FilterBar({ filters, searchHint, state, change, onSearch }: FilterBarProps) {
  const phone = useIsPhone()
  const rest = { filters, state, change }
  if (searchHint === undefined && filters.length === 0) return null
  return (
    <div className={styles.bar}>
      {searchHint !== undefined && (
        <SearchField key={state.q} hint={searchHint} state={state} change={change} onSearch={onSearch} />
      )}
      {filters.length > 0 && (phone ? <FilterDrawer {...rest} /> : <FilterRow {...rest} />)}
    </div>
  )
})

interface SearchFieldProps extends Pick<FilterBarProps, 'state' | 'change' | 'onSearch'> {
  hint: string
}

function SearchField({ hint, state, change, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(state.q)
  const commit = async (value: string) => {
    const q = value.trim()
    if (q !== '' && (await onSearch?.(q))) return
    if (q !== state.q) change(narrowed(state, { q }))
  }
  return (
    <Input
      className={styles.search}
      prefix={<SearchOutlined style={{ color: 'var(--y-text-tertiary)' }} />}
      aria-label={hint}
      placeholder={hint}
      value={text}
      allowClear
      enterKeyHint="search"
      onChange={(event) => setText(event.target.value)}
      onPressEnter={() => void commit(text)}
      onClear={() => void commit('')}
    />
  )
}

type FilterSetProps = Pick<FilterBarProps, 'filters' | 'state' | 'change'>
type SetFilter = (key: string, values: readonly string[]) => void

const NONE: readonly string[] = []

function useChosen({ filters, state, change }: FilterSetProps) {
  const set = useEvent<Parameters<SetFilter>, void>((key, values) => change(withFilter(state, key, values)))
  const used = filters.filter(({ key }) => state.filters[key] !== undefined).length
  const clear = () => change(narrowed(state, { filters: {}, q: '' }))
  return { set, used, clear }
}

interface FieldProps {
  filter: Filter
  values?: readonly string[]
  set: SetFilter
}

function Field({ filter, values = NONE, set }: FieldProps) {
  return (
    <div className={styles.field}>
      <span>{filter.label}</span>
      <FilterControl filter={filter} values={values} set={set} block />
    </div>
  )
}

function FilterRow(props: FilterSetProps) {
  const { filters, state } = props
  const t = useMessages(tableWords)
  const { set, used, clear } = useChosen(props)
  const shown = filters.filter(({ key, more }) => more !== true || state.filters[key] !== undefined)
  const names = shown.map(({ key }) => key).join()
  const hidden = useMemo(() => {
    const there = names.split(',')
    return filters.filter(({ key }) => !there.includes(key))
  }, [filters, names])
  return (
    <>
      {shown.map((filter) => (
        <FilterControl key={filter.key} filter={filter} values={state.filters[filter.key] ?? NONE} set={set} />
      ))}
      {hidden.length > 0 && <MoreFilters filters={hidden} set={set} />}
      {(used > 0 || state.q !== '') && (
        <Button type="link" onClick={clear}>
          {t.clearFilters}
        </Button>
      )}
    </>
  )
}

/** What is behind "more filters": nothing of it is chosen. */
const MoreFilters = memo(function MoreFilters({ filters, set }: { filters: readonly Filter[]; set: SetFilter }) {
  const t = useMessages(tableWords)
  const fields = filters.map((filter) => <Field key={filter.key} filter={filter} set={set} />)
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      motion={AT_ONCE}
      content={<div className={styles.rest}>{fields}</div>}
    >
      <Button icon={<FilterOutlined />}>{t.moreFilters}</Button>
    </Popover>
  )
})

function FilterDrawer(props: FilterSetProps) {
  const t = useMessages(tableWords)
  const [open, setOpen] = useState(false)
  const { set, used, clear } = useChosen(props)
  return (
    <>
      <Badge count={used} size="small">
        <Button icon={<FilterOutlined />} aria-label={t.filters} onClick={() => setOpen(true)} />
      </Badge>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        placement="bottom"
        size="75vh"
        title={t.filters}
        extra={
          <Button type="link" onClick={clear}>
            {t.clearFilters}
          </Button>
        }
      >
        <div className={styles.fields}>
          {props.filters.map((filter) => (
            <Field key={filter.key} filter={filter} values={props.state.filters[filter.key]} set={set} />
          ))}
        </div>
      </Drawer>
    </>
  )
}

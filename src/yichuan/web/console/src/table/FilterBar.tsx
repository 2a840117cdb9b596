import { FilterOutlined, SearchOutlined } from '@ant-design/icons'
import { Badge, Button, Drawer, Input, Popover } from 'antd'
import { useState } from 'react'
import { useMessages } from '@/i18n'
import { useIsPhone } from '@/lib/useMediaQuery'
import styles from './FilterBar.module.css'
import { FilterControl } from './filterControls'
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

export function FilterBar({ filters, searchHint, state, change, onSearch }: FilterBarProps) {
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
}

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

function useChosen({ filters, state, change }: FilterSetProps) {
  const control = (filter: Filter, block?: boolean) => (
    <FilterControl
      key={filter.key}
      filter={filter}
      values={state.filters[filter.key] ?? []}
      onChange={(values) => change(withFilter(state, filter.key, values))}
      block={block}
    />
  )
  const field = (filter: Filter) => (
    <div key={filter.key} className={styles.field}>
      <span>{filter.label}</span>
      {control(filter, true)}
    </div>
  )
  const used = filters.filter(({ key }) => state.filters[key] !== undefined).length
  const clear = () => change(narrowed(state, { filters: {}, q: '' }))
  return { control, field, used, clear }
}

function FilterRow(props: FilterSetProps) {
  const { filters, state } = props
  const t = useMessages(tableWords)
  const { control, field, used, clear } = useChosen(props)
  const isHidden = (filter: Filter) => filter.more === true && state.filters[filter.key] === undefined
  const hidden = filters.filter(isHidden)
  return (
    <>
      {filters.filter((filter) => !isHidden(filter)).map((filter) => control(filter))}
      {hidden.length > 0 && (
        <Popover
          trigger="click"
          placement="bottomLeft"
          content={<div className={styles.rest}>{hidden.map(field)}</div>}
        >
          <Button icon={<FilterOutlined />}>{t.moreFilters}</Button>
        </Popover>
      )}
      {(used > 0 || state.q !== '') && (
        <Button type="link" onClick={clear}>
          {t.clearFilters}
        </Button>
      )}
    </>
  )
}

function FilterDrawer(props: FilterSetProps) {
  const t = useMessages(tableWords)
  const [open, setOpen] = useState(false)
  const { field, used, clear } = useChosen(props)
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
        <div className={styles.fields}>{props.filters.map(field)}</div>
      </Drawer>
    </>
  )
}

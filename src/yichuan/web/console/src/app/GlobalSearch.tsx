import { ClockCircleOutlined, SearchOutlined } from '@ant-design/icons'
import { Input, type InputRef } from 'antd'
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react'
import { useNavigate } from 'react-router'
import type { Role } from '@/api/session'
import { useMessages } from '@/i18n'
import { useStore } from '@/lib/store'
import { ErrorState } from '@/ui'
import { areasFor, useAreaName } from './areas'
import styles from './GlobalSearch.module.css'
import { recentSearches, rememberSearch, searchNow, useSearch } from './useSearch'
import { shellWords } from './words'

interface Option {
  key: string
  group?: string
  text: string
  note?: string
  lead?: ReactNode
  chip?: ReactNode
  /** Goes there; a recent search has only words to fill in. */
  to?: string
}

interface GlobalSearchProps {
  role: Role
  field: RefObject<InputRef | null>
  onDone?: () => void
}

function useOptions(role: Role, text: string, hits: ReturnType<typeof useSearch>['data']): Option[] {
  const t = useMessages(shellWords)
  const nameOf = useAreaName(role)
  const recent = useStore(recentSearches)
  const q = text.trim().toLowerCase()
  if (q === '') {
    return recent.map((one) => ({ key: `recent ${one}`, group: t.searchRecent, text: one, lead: <ClockCircleOutlined /> }))
  }
  const pages = areasFor(role).flatMap((area): Option[] => {
    const { icon: Icon, key, path } = area
    const name = nameOf(area)
    const matches = name.toLowerCase().includes(q) || key.startsWith(q)
    return matches ? [{ key: `page ${key}`, group: t.searchPages, text: name, lead: <Icon />, to: path }] : []
  })
  const found = (hits ?? []).map(({ key, title, note, chip, to }): Option => ({ key, text: title, note, chip, to }))
  return [...found, ...pages]
}

/** Any number goes straight to its thing; names of pages work too. */
export function GlobalSearch({ role, field, onDone }: GlobalSearchProps) {
  const t = useMessages(shellWords)
  const navigate = useNavigate()
  const listId = useId()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [current, setCurrent] = useState(0)
  const search = useSearch(role, text)
  const options = useOptions(role, text, search.data)

  const close = () => {
    setOpen(false)
    setText('')
    field.current?.blur()
    onDone?.()
  }
  const go = (option: Option) => {
    if (option.to === undefined) {
      setText(option.text)
      return
    }
    if (text.trim() !== '') rememberSearch(text.trim())
    void navigate(option.to)
    close()
  }
  const enter = async () => {
    const chosen = options[current]
    if (chosen !== undefined) {
      go(chosen)
      return
    }
    const q = text.trim()
    if (q === '') return
    const [only, ...others] = await searchNow(role, q).catch(() => [])
    if (only !== undefined && others.length === 0) go({ key: only.key, text: only.title, to: only.to })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') close()
    if (event.key === 'Enter') void enter()
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || options.length === 0) return
    event.preventDefault()
    setCurrent((current + step + options.length) % options.length)
  }

  return (
    <div className={styles.search} role="search">
      <Input
        ref={field}
        prefix={<SearchOutlined style={{ color: 'var(--y-text-tertiary)' }} />}
        suffix={!open && <kbd>/</kbd>}
        placeholder={t.searchHint}
        aria-label={t.searchHint}
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        aria-activedescendant={open && options.length > 0 ? `${listId}-${current}` : undefined}
        autoComplete="off"
        variant="filled"
        value={text}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onChange={(event) => {
          setText(event.target.value)
          setCurrent(0)
          setOpen(true)
        }}
        onKeyDown={onKeyDown}
      />
      {open && (
        <div id={listId} className={styles.panel} role="listbox" aria-label={t.search} onMouseDown={(event) => event.preventDefault()}>
          {options.map((option, index) => (
            <div key={option.key}>
              {option.group !== undefined && option.group !== options[index - 1]?.group && (
                <div className={styles.group}>{option.group}</div>
              )}
              <button
                type="button"
                role="option"
                tabIndex={-1}
                id={`${listId}-${index}`}
                aria-selected={index === current}
                className={`${styles.option} ${index === current ? styles.current : ''}`}
                onMouseEnter={() => setCurrent(index)}
                onClick={() => go(option)}
              >
                {option.lead}
                <span className={styles.text}>
                  {option.text}
                  {option.note !== undefined && <span className={styles.note}>{option.note}</span>}
                </span>
                {option.chip}
              </button>
            </div>
          ))}
          <Say text={text.trim()} search={search} count={options.length} />
        </div>
      )}
    </div>
  )
}

interface SayProps {
  text: string
  search: ReturnType<typeof useSearch>
  count: number
}

/** What the panel says when there is nothing to choose. */
function Say({ text, search, count }: SayProps) {
  const t = useMessages(shellWords)
  if (search.isError) return <ErrorState error={search.error} onRetry={() => void search.refetch()} compact />
  if (count > 0) return null
  if (text.length < 2) return <p className={styles.say}>{t.searchEmpty}</p>
  if (search.data === undefined || search.isFetching) return null
  return (
    <div className={styles.say}>
      <p>{t.searchNothing(text)}</p>
      <p>{t.searchNothingHow}</p>
    </div>
  )
}

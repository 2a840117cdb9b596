import { SearchOutlined } from '@ant-design/icons'
import { Input, type InputRef } from 'antd'
import { type KeyboardEvent, type RefObject, useId, useState } from 'react'
import { useNavigate } from 'react-router'
import type { Role } from '@/api/session'
import { useMessages } from '@/i18n'
import styles from './GlobalSearch.module.css'
import { SearchPanel } from './SearchPanel'
import { type SearchOption, useSearchOptions } from './searchOptions'
import { rememberSearch, searchNow, useSearch } from './useSearch'
import { shellWords } from './words'

interface GlobalSearchProps {
  role: Role
  field: RefObject<InputRef | null>
  onDone?: () => void
}

/** The words typed, what they found, and the ways through it by keyboard. */
function useSearchBox({ role, field, onDone }: GlobalSearchProps) {
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [current, setCurrent] = useState(0)
  const search = useSearch(role, text)
  const options = useSearchOptions(role, text, search.data)

  const close = () => {
    setOpen(false)
    setText('')
    field.current?.blur()
    onDone?.()
  }
  const go = (option: SearchOption) => {
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
  const type = (next: string) => {
    setText(next)
    setCurrent(0)
    setOpen(true)
  }
  return { text, type, open, setOpen, current, setCurrent, search, options, go, onKeyDown }
}

/** Any number goes straight to its thing; names of pages work too. */
export function GlobalSearch(props: GlobalSearchProps) {
  const t = useMessages(shellWords)
  const listId = useId()
  const box = useSearchBox(props)
  const { text, open, current, options } = box
  return (
    <div className={styles.search} role="search">
      <Input
        ref={props.field}
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
        onFocus={() => box.setOpen(true)}
        onBlur={() => setTimeout(() => box.setOpen(false), 150)}
        onChange={(event) => box.type(event.target.value)}
        onKeyDown={box.onKeyDown}
      />
      {open && (
        <SearchPanel
          id={listId}
          options={options}
          current={current}
          onCurrent={box.setCurrent}
          onGo={box.go}
          text={text}
          search={box.search}
        />
      )}
    </div>
  )
}

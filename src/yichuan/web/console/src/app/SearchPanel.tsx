import { useMessages } from '@/i18n'
import { ErrorState } from '@/ui'
import styles from './GlobalSearch.module.css'
import type { SearchOption } from './searchOptions'
import type { useSearch } from './useSearch'
import { shellWords } from './words'

interface SearchPanelProps {
  id: string
  options: readonly SearchOption[]
  current: number
  onCurrent: (index: number) => void
  onGo: (option: SearchOption) => void
  text: string
  search: ReturnType<typeof useSearch>
}

/** The list under the search field. */
export function SearchPanel({ id, options, current, onCurrent, onGo, text, search }: SearchPanelProps) {
  const t = useMessages(shellWords)
  return (
    <div
      id={id}
      className={styles.panel}
      role="listbox"
      aria-label={t.search}
      onMouseDown={(event) => event.preventDefault()}
    >
      {options.map((option, index) => (
        <div key={option.key}>
          {option.group !== undefined && option.group !== options[index - 1]?.group && (
            <div className={styles.group}>{option.group}</div>
          )}
          <button
            type="button"
            role="option"
            tabIndex={-1}
            id={`${id}-${index}`}
            aria-selected={index === current}
            className={`${styles.option} ${index === current ? styles.current : ''}`}
            onMouseEnter={() => onCurrent(index)}
            onClick={() => onGo(option)}
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

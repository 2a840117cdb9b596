import { Button } from 'antd'
import { useMessages } from '@/i18n'
import { EmptyState } from '@/ui'
import type { DataTableProps } from './types'
import { tableWords } from './words'

interface NothingProps {
  empty: DataTableProps<object>['empty']
  /** Whether filters or words narrow the list. */
  asked: boolean
  onClear: () => void
}

/** Nothing matches the filters, or there is nothing yet: two different things to say. */
export function Nothing({ empty, asked, onClear }: NothingProps) {
  const t = useMessages(tableWords)
  if (!asked) return <EmptyState {...empty} />
  return (
    <EmptyState title={t.noMatch} how={t.noMatchHow} actions={<Button onClick={onClear}>{t.clearFilters}</Button>} />
  )
}

import { LeftOutlined, RightOutlined, VerticalRightOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import styles from './Pager.module.css'
import type { ListState } from './types'
import { LIMITS, narrowed } from './urlState'
import type { Paging } from './useListQuery'
import type { ChangeList } from './useListState'
import { tableWords } from './words'

interface PagerProps {
  state: ListState
  change: ChangeList
  paging: Paging
  rows: number
  total: number | null | undefined
}

export function Pager({ state, change, paging, rows, total }: PagerProps) {
  const t = useMessages(tableWords)
  return (
    <div className={styles.pager}>
      <span className={styles.info}>
        {t.pageInfo(state.page, rows)}
        {typeof total === 'number' && ` · ${t.total(formatCount(total))}`}
      </span>
      <Select
        aria-label={t.perPage(state.limit)}
        value={state.limit}
        options={LIMITS.map((limit) => ({ value: limit, label: t.perPage(limit) }))}
        onChange={(limit) => change(narrowed(state, { limit }))}
        popupMatchSelectWidth={false}
      />
      <div className={styles.steps}>
        <Button
          aria-label={t.firstPage}
          title={t.firstPage}
          icon={<VerticalRightOutlined />}
          disabled={!paging.toFirst}
          onClick={paging.toFirst}
        />
        <Button icon={<LeftOutlined />} disabled={!paging.toPrevious} onClick={paging.toPrevious}>
          {t.previousPage}
        </Button>
        <Button icon={<RightOutlined />} iconPlacement="end" disabled={!paging.toNext} onClick={paging.toNext}>
          {t.nextPage}
        </Button>
      </div>
    </div>
  )
}

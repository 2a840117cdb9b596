import { Button } from 'antd'
import { useMessages } from '@/i18n'
import { type Concerns, useNewsCount } from '@/live'
import { tableWords } from './words'

interface NewsPillProps {
  concerns: Concerns
  /** When the list was loaded, in milliseconds. */
  since: number
  onShow: () => void
}

/** Says quietly how much changed since the list was loaded; the list moves only when asked. */
export function NewsPill({ concerns, since, onShow }: NewsPillProps) {
  const t = useMessages(tableWords)
  const count = useNewsCount(concerns, since)
  return (
    <span role="status">
      {count > 0 && (
        <Button shape="round" size="small" onClick={onShow}>
          {t.news(count >= 100 ? '99+' : String(count))}
        </Button>
      )}
    </span>
  )
}

import { Button } from 'antd'
import { Link } from 'react-router'
import { useMessages } from '@/i18n'
import { AccountsBanner } from './AccountsBanner'
import { DoubtsBanner } from './DoubtsBanner'
import { MergeBanner } from './MergeBanner'
import { QueueList } from './QueueList'
import { printingWords } from './words'

/** 待打单: what the clerk begins the morning with. */
export function Component() {
  const t = useMessages(printingWords)
  const actions = (
    <Link to="/orders/new">
      <Button type="primary">{t.newOrder}</Button>
    </Link>
  )
  return (
    <QueueList queue="to_print" empty={{ title: t.emptyPrint, how: t.emptyPrintHow, actions }}>
      <AccountsBanner />
      <DoubtsBanner />
      <MergeBanner />
    </QueueList>
  )
}

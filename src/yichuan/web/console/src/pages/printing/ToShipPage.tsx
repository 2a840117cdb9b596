import { useMessages } from '@/i18n'
import { MergeBanner } from './MergeBanner'
import { QueueList } from './QueueList'
import { printingWords } from './words'

/** 待发货: everything that has not left yet, printed or not. */
export function Component() {
  const t = useMessages(printingWords)
  return (
    <QueueList queue="to_ship" empty={{ title: t.emptyShip, how: t.emptyPrintHow }}>
      <MergeBanner />
    </QueueList>
  )
}

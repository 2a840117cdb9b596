import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { HandOverDesk } from './HandOverDesk'
import { QueueList } from './QueueList'
import { printingWords } from './words'

/** 待交接: printed boxes that wait for the courier; scanned, or ticked in the list. */
export function Component() {
  const t = useMessages(printingWords)
  const acts = useMe().role !== 'service'
  return (
    <QueueList queue="to_hand_over" empty={{ title: t.emptyHandOver, how: t.emptyHandOverHow }}>
      {acts && <HandOverDesk />}
    </QueueList>
  )
}

import { CheckCircleFilled, MessageOutlined, UserOutlined } from '@ant-design/icons'
import { useMessages } from '@/i18n'
import { Chip } from '@/ui'
import type { TicketRow } from './data'
import { outcomeWords, sideWords, words } from './words'

type Shown = Pick<TicketRow, 'state' | 'party' | 'outcome'>

/** Where a case stands, and whose turn it is. */
export function TicketChip({ ticket }: { ticket: Shown }) {
  const t = useMessages(words)
  const sides = useMessages(sideWords)
  const outcomes = useMessages(outcomeWords)
  if (ticket.state === 'closed') {
    return (
      <Chip tone="done" icon={CheckCircleFilled} aside={ticket.outcome ? outcomes[ticket.outcome] : undefined}>
        {t.closed}
      </Chip>
    )
  }
  return ticket.state === 'answered' ? (
    <Chip tone="moving" icon={MessageOutlined}>
      {t.answered}
    </Chip>
  ) : (
    <Chip tone="risk" icon={UserOutlined} aside={sides[ticket.party]}>
      {t.open}
    </Chip>
  )
}

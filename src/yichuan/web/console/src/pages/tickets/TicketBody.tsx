import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useProblemName } from '@/domain'
import { useMessages } from '@/i18n'
import { useHotkeys } from '@/keys'
import { Deadline, DetailSkeleton, ErrorState, ProblemChip } from '@/ui'
import { Acts, type Asking } from './Acts'
import { Composer } from './Composer'
import { Conversation } from './Conversation'
import { sideOf, type TicketDetail, ticketQuery } from './data'
import { ParcelBeside } from './ParcelBeside'
import { TicketChip } from './TicketChip'
import styles from './tickets.module.css'
import { words } from './words'

/** A ticket: where it stands, what was said, what can be done, and the parcel beside it. */
export function TicketBody({ id }: { id: string }) {
  const ticket = useQuery(ticketQuery(id))
  if (ticket.data === undefined) {
    return ticket.isError ? (
      <ErrorState error={ticket.error} onRetry={() => void ticket.refetch()} compact />
    ) : (
      <DetailSkeleton />
    )
  }
  return <Known ticket={ticket.data} />
}

function Known({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(words)
  const nameOf = useProblemName()
  const side = sideOf(useMe().role)
  const [asking, setAsking] = useState<Asking | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const closed = ticket.state === 'closed'
  useHotkeys([
    { keys: 'r', label: t.keyReply, group: t.title, inDialog: true, run: () => field.current?.focus() },
    {
      keys: 'e',
      label: t.keyClose,
      group: t.title,
      inDialog: true,
      run: () => setAsking(closed ? 'reopen' : 'close'),
    },
  ])
  return (
    <div className={styles.ticket}>
      <section className={styles.case} aria-label={t.conversation}>
        <div className={styles.head}>
          <TicketChip ticket={ticket} />
          <ProblemChip kind={ticket.kind} severity={ticket.severity} />
          {!closed && (
            <span className={styles.clock}>
              {ticket.state === 'open' ? t.answerBy : t.resolveBy} <Deadline at={ticket.due_at} />
            </span>
          )}
        </div>
        <p className={styles.subject}>
          {nameOf(ticket.kind)} · {ticket.shipment_no}
        </p>
        <Scrolled count={ticket.messages.length}>
          <Conversation messages={ticket.messages} />
        </Scrolled>
        {!closed && <Composer key={ticket.id} id={ticket.id} staff={side === 'service'} field={field} />}
        <Acts ticket={ticket} side={side} asking={asking} onAsk={setAsking} />
      </section>
      <ParcelBeside ticket={ticket} />
    </div>
  )
}

/** Keeps the newest message in sight. */
function Scrolled({ count, children }: { count: number; children: React.ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (count > 0 && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [count])
  return (
    <div ref={box} className={styles.scroll} tabIndex={-1}>
      {children}
    </div>
  )
}

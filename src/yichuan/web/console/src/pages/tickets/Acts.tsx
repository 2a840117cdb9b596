import { CheckOutlined, RedoOutlined, SwapOutlined } from '@ant-design/icons'
import { Button, Input, Modal, Radio } from 'antd'
import { useState } from 'react'
import { common, useMessages } from '@/i18n'
import { OTHER, OUTCOMES, type Outcome, type Side, type TicketDetail, useAct } from './data'
import styles from './tickets.module.css'
import { outcomeWords, sideWords, words } from './words'

export type Asking = 'hand-over' | 'close' | 'reopen'

interface ActsProps {
  ticket: TicketDetail
  side: Side
  asking: Asking | null
  onAsk: (asking: Asking | null) => void
}

/** Hand over, close, open again: each with a word on why. */
export function Acts({ ticket, side, asking, onAsk }: ActsProps) {
  const t = useMessages(words)
  const sides = useMessages(sideWords)
  const closed = ticket.state === 'closed'
  const mayHandOver = side === 'service' || side === ticket.party
  return (
    <div className={styles.acts}>
      {closed ? (
        <Button icon={<RedoOutlined />} onClick={() => onAsk('reopen')}>
          {t.reopen}
        </Button>
      ) : (
        <>
          {mayHandOver && (
            <Button icon={<SwapOutlined />} onClick={() => onAsk('hand-over')}>
              {t.handOver(sides[OTHER[ticket.party]])}
            </Button>
          )}
          <Button icon={<CheckOutlined />} onClick={() => onAsk('close')}>
            {t.close}
          </Button>
        </>
      )}
      {asking !== null && <ActDialog key={asking} ticket={ticket} asking={asking} onDone={() => onAsk(null)} />}
    </div>
  )
}

interface ActDialogProps {
  ticket: TicketDetail
  asking: Asking
  onDone: () => void
}

function ActDialog({ ticket, asking, onDone }: ActDialogProps) {
  const t = useMessages(words)
  const c = useMessages(common)
  const sides = useMessages(sideWords)
  const outcomes = useMessages(outcomeWords)
  const [body, setBody] = useState('')
  const [outcome, setOutcome] = useState<Outcome>('resolved')
  const act = useAct(ticket.id)
  const told = {
    'hand-over': { title: t.handOver(sides[OTHER[ticket.party]]), how: t.handOverHow },
    close: { title: t.close, how: t.closeHow },
    reopen: { title: t.reopen, how: t.reopenHow },
  }[asking]
  const run = () => {
    const text = body.trim()
    const wish = asking === 'close' ? { verb: asking, body: text, outcome } : { verb: asking, body: text }
    act.mutate(wish, { onSuccess: onDone })
  }
  return (
    <Modal
      open
      title={`${told.title} · ${ticket.ticket_no}`}
      onCancel={onDone}
      onOk={run}
      okText={told.title}
      cancelText={c.cancel}
      okButtonProps={{ loading: act.isPending }}
    >
      <p className={styles.how}>{told.how}</p>
      {asking === 'close' && (
        <Radio.Group
          className={styles.outcomes}
          value={outcome}
          onChange={(event) => setOutcome(event.target.value as Outcome)}
          options={OUTCOMES.map((value) => ({ value, label: outcomes[value] }))}
        />
      )}
      <Input.TextArea
        autoFocus
        value={body}
        maxLength={4000}
        autoSize={{ minRows: 3, maxRows: 8 }}
        aria-label={t.remark}
        placeholder={t.remark}
        onChange={(event) => setBody(event.target.value)}
      />
    </Modal>
  )
}

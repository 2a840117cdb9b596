import { EyeInvisibleOutlined } from '@ant-design/icons'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { TimeAgo } from '@/ui'
import { useReason } from '../exceptions/reasons'
import type { Side, TicketMessage } from './data'
import styles from './tickets.module.css'
import { outcomeWords, sideWords, words } from './words'

/** What happened in a case, oldest first. It is only ever added to. */
export function Conversation({ messages }: { messages: readonly TicketMessage[] }) {
  return (
    <ol className={styles.conversation}>
      {messages.map((message) => (
        <li key={message.id}>
          <Entry message={message} />
        </li>
      ))}
    </ol>
  )
}

function Entry({ message }: { message: TicketMessage }) {
  const t = useMessages(words)
  const me = useMe()
  const spoken = message.kind === 'message' || message.kind === 'note'
  const system = message.actor.startsWith('system:')
  const mine = message.actor === me.id
  const who = system ? t.system : message.actor_name
  if (!spoken) {
    return (
      <div className={styles.event}>
        <span className={styles.eventHead}>
          {who} · <What message={message} /> · <TimeAgo at={message.at} />
        </span>
        {message.body !== '' && !system && <span className={styles.eventBody}>{message.body}</span>}
      </div>
    )
  }
  const note = message.kind === 'note'
  return (
    <div className={`${styles.bubble} ${mine ? styles.mine : ''} ${note ? styles.note : ''}`}>
      <span className={styles.who}>
        {who}
        {note && (
          <span className={styles.hidden}>
            <EyeInvisibleOutlined aria-hidden /> {t.note} · {t.noteHidden}
          </span>
        )}
        <TimeAgo at={message.at} />
      </span>
      <p>{message.body}</p>
    </div>
  )
}

/** "移交 · 交给商家", "关闭工单 · 已赔付" */
function What({ message: { kind, detail } }: { message: TicketMessage }) {
  const t = useMessages(words)
  const reasonOf = useReason()
  const sides = useMessages(sideWords)
  const outcomes = useMessages(outcomeWords)
  const { outcome, party, reason } = detail as { outcome?: keyof typeof outcomes; party?: Side; reason?: string }
  switch (kind) {
    case 'opened':
      return t.opened_
    case 'handed_over':
      return party ? `${t.handed_over} · ${t.handedTo(sides[party])}` : t.handed_over
    case 'closed':
      return outcome ? `${t.closed_} · ${outcomes[outcome]}` : t.closed_
    case 'reopened':
      return t.reopened
    case 'problem_cleared':
      return reason ? `${t.problem_cleared} · ${reasonOf(reason)}` : t.problem_cleared
    default:
      return t.message
  }
}

import { detailName, isMilestone, milestoneWords, problemName } from '@/domain'
import { defineMessages, useLocale, useMessages } from '@/i18n'

const words = defineMessages(
  {
    by_hand: (why: string) => `人工关闭：${why}`,
    became: (kind: string) => `转为“${kind}”`,
    reached: (milestone: string) => `包裹${milestone}`,
    shipped: '已发货',
    scanned: '已有轨迹',
    deadline_moved: '时限已调整',
    ticket_closed: '工单已关闭',
  },
  {
    by_hand: (why) => `By hand: ${why}`,
    became: (kind) => `Became “${kind}”`,
    reached: (milestone) => `The parcel: ${milestone}`,
    shipped: 'Shipped',
    scanned: 'Scanned',
    deadline_moved: 'The deadline moved',
    ticket_closed: 'The ticket was closed',
  },
)

const BY_HAND = 'by_hand: '
const BECAME = 'became_'

/** Why a problem is over, in the reader's words. */
export function useReason(): (reason: string) => string {
  const t = useMessages(words)
  const milestones = useMessages(milestoneWords)
  const locale = useLocale()
  return (reason) => {
    if (reason.startsWith(BY_HAND)) return t.by_hand(reason.slice(BY_HAND.length))
    if (reason.startsWith(BECAME)) return t.became(problemName(reason.slice(BECAME.length), locale))
    if (isMilestone(reason)) return t.reached(milestones[reason])
    const known = t[reason as keyof typeof t]
    return typeof known === 'string' ? known : (detailName(reason, locale) ?? reason)
  }
}

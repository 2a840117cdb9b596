import { defineMessages } from '@/i18n'

/** Who signed, by the server's code. */
export const signWords = defineMessages(
  {
    self: '本人签收',
    family: '家人代收',
    gate: '门卫或物业代收',
    locker: '快递柜',
    station: '驿站',
    third_party: '他人代收',
  },
  {
    self: 'The recipient',
    family: 'Family',
    gate: 'Gate or reception',
    locker: 'Locker',
    station: 'Station',
    third_party: 'Someone else',
  },
)

const inLocker = (seen: string) => seen === 'locker'

/** Why a sign-off looks false; the value is what it was seen from. */
export const signReasonWords = defineMessages(
  {
    too_soon: (seen: string) => `揽收后 ${seen} 分钟就签收`,
    other_city: (seen: string) => `签收地 ${seen} 与收件城市不符`,
    not_arrived: (seen: string) => `签收前最后一次扫描还在 ${seen}`,
    before_out_for_delivery: (_: string) => '先签收后派送',
    without_consent: (seen: string) => (inLocker(seen) ? '未经同意投快递柜' : '未经同意放驿站'),
    nobody_there: (seen: string) => `无人当面签收：${seen}`,
    signed_twice: (_: string) => '重复签收',
    after_refusal: (_: string) => '拒收后又签收',
  },
  {
    too_soon: (seen) => `Signed ${seen} minutes after collection`,
    other_city: (seen) => `Signed in ${seen}, not the recipient's city`,
    not_arrived: (seen) => `The last scan before it was in ${seen}`,
    before_out_for_delivery: () => 'Signed before it went out for delivery',
    without_consent: (seen) => (inLocker(seen) ? 'Left in a locker without consent' : 'Left at a station without consent'),
    nobody_there: (seen) => `Nobody received it: ${seen}`,
    signed_twice: () => 'Signed twice',
    after_refusal: () => 'Signed after it was refused',
  },
)

export type SignReason = keyof (typeof signReasonWords)['zh-CN']

/** The reasons in a problem's evidence, where it has any. */
export function signReasons(evidence: Readonly<Record<string, unknown>>): { reason: SignReason; seen: string }[] {
  const found = evidence['reasons']
  return Array.isArray(found) ? found.filter(({ reason }) => reason in signReasonWords['zh-CN']) : []
}

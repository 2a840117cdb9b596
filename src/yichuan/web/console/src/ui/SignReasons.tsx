import { signReasons, signReasonWords } from '@/domain'
import { useMessages } from '@/i18n'

/** Why a sign-off looks false, in words; nothing where the evidence tells none. */
export function SignReasons({ evidence }: { evidence: Readonly<Record<string, unknown>> }) {
  const t = useMessages(signReasonWords)
  const reasons = signReasons(evidence)
  if (reasons.length === 0) return null
  return <>{reasons.map(({ reason, seen }) => t[reason](seen)).join('；')}</>
}

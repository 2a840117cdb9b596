/** Why a courier was chosen, as the dispatcher writes it down. */
export interface Candidate {
  courier: string
  service: string | null
  service_zh: string
  service_en: string
  /** Fen. */
  cost_minor: number | null
  typical_days: number
  keeps_promise: boolean
  refused_zh: string | null
  refused_en: string | null
}

export interface Reason {
  zh: string
  en: string
  weight_assumed: boolean
  candidates: readonly Candidate[]
}

function isCandidate(value: unknown): value is Candidate {
  if (typeof value !== 'object' || value === null) return false
  const one = value as Partial<Candidate>
  return typeof one.courier === 'string' && typeof one.typical_days === 'number'
}

/** Reads an explanation; `null` where there is none, or it was written by another hand. */
export function readReason(stored: Readonly<Record<string, unknown>> | null | undefined): Reason | null {
  if (!stored || typeof stored.zh !== 'string' || typeof stored.en !== 'string') return null
  const candidates = Array.isArray(stored.candidates) ? stored.candidates.filter(isCandidate) : []
  return { zh: stored.zh, en: stored.en, weight_assumed: stored.weight_assumed === true, candidates }
}

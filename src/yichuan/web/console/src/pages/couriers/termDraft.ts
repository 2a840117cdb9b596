import type { Term, TermKind, TermWish } from './termData'

/** What a form holds: every kind's fields, those of other kinds empty. Times as inputs write them. */
export interface Draft {
  merchant_id?: string | null
  courier?: string | null
  service?: string | null
  adcode?: string | null
  keyword?: string
  serves?: boolean
  note?: string
  direction?: 'to' | 'from' | 'both'
  cause?: 'epidemic' | 'weather' | 'conference' | 'holiday' | 'capacity' | 'other'
  reason?: string
  from_at?: string
  until_at?: string
  name_zh?: string
  name_en?: string
  keywords?: string[]
  unless?: string[]
  level?: 'forbidden' | 'air' | 'declare'
  source?: string
  enabled?: boolean
  by_air?: boolean | null
  real_name?: boolean | null
  account_id?: string | null
  reference?: string
  valid_until?: string
  branch_code?: string
  weekdays?: string[]
  at?: string
  trouble?: 'lost' | 'damaged' | 'delayed'
  insured?: boolean
  freight_percent?: number | null
  value_percent?: number | null
  /** In yuan. */
  cap?: number | null
  claim_days?: number
  counted_from?: 'shipped' | 'promised' | 'delivered' | 'reported'
}

const two = (n: number) => String(n).padStart(2, '0')

/** `2026-03-01T14:00` in the reader's zone, as a date-time field takes it. */
function local(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}

const DEFAULTS: Readonly<Record<TermKind, () => Draft>> = {
  areas: () => ({ adcode: '', serves: false }),
  suspensions: () => ({ adcode: '', direction: 'both', cause: 'weather', from_at: local(new Date()) }),
  goods: () => ({ level: 'forbidden', keywords: [], unless: [], enabled: true }),
  cutoffs: () => ({ adcode: '', weekdays: ['1', '2', '3', '4', '5', '6', '7'], at: '16:00' }),
  real_names: () => ({}),
  traits: () => ({ by_air: null, real_name: null }),
  compensation: () => ({ trouble: 'lost', insured: false, claim_days: 30, counted_from: 'shipped' }),
}

/** A form's beginning: a rule's values, or the kind's defaults. */
export function draftOf(kind: TermKind, row: Term | undefined): Draft {
  if (row === undefined) return DEFAULTS[kind]()
  const draft: Draft = { ...(row as unknown as Draft) }
  if (row.kind === 'suspensions') {
    draft.from_at = local(new Date(row.from_at))
    draft.until_at = row.until_at === null ? '' : local(new Date(row.until_at))
  }
  if (row.kind === 'cutoffs') {
    draft.weekdays = [...row.weekdays]
    draft.at = row.at?.slice(0, 5) ?? ''
  }
  if (row.kind === 'compensation') draft.cap = row.cap_minor === null ? null : row.cap_minor / 100
  return draft
}

const given = (text: string | null | undefined): string | null => (text === undefined || text === null || text === '' ? null : text)
const instant = (text: string | undefined): string | null => (given(text) === null ? null : new Date(text ?? '').toISOString())

/** The rule a form describes, as the server takes it. */
export function termOf(kind: TermKind, draft: Draft): TermWish {
  const courier = given(draft.courier)
  const service = given(draft.service)
  const adcode = draft.adcode ?? ''
  const wishes: { [Kind in TermKind]: () => Extract<TermWish, { kind: Kind }> } = {
    areas: () => ({ kind: 'areas', courier: courier ?? '', service, adcode, keyword: draft.keyword ?? '', serves: draft.serves ?? false, note: draft.note ?? '' }),
    suspensions: () => ({
      kind: 'suspensions',
      courier,
      service,
      adcode,
      direction: draft.direction ?? 'both',
      cause: draft.cause ?? 'other',
      reason: draft.reason ?? '',
      from_at: instant(draft.from_at) ?? '',
      until_at: instant(draft.until_at),
    }),
    goods: () => ({
      kind: 'goods',
      courier,
      service,
      name_zh: draft.name_zh ?? '',
      name_en: given(draft.name_en) ?? draft.name_zh ?? '',
      keywords: draft.keywords ?? [],
      unless: draft.unless ?? [],
      level: draft.level ?? 'forbidden',
      source: draft.source ?? '',
      enabled: draft.enabled ?? true,
    }),
    cutoffs: () => ({ kind: 'cutoffs', courier, service, adcode, branch_code: given(draft.branch_code), weekdays: (draft.weekdays ?? []).join(''), at: given(draft.at) }),
    real_names: () => ({ kind: 'real_names', courier: courier ?? '', account_id: given(draft.account_id), reference: draft.reference ?? '', valid_until: given(draft.valid_until) }),
    traits: () => ({ kind: 'traits', courier: courier ?? '', service, by_air: draft.by_air ?? null, real_name: draft.real_name ?? null }),
    compensation: () => ({
      kind: 'compensation',
      courier,
      service,
      trouble: draft.trouble ?? 'lost',
      insured: draft.insured ?? false,
      freight_percent: draft.freight_percent ?? null,
      value_percent: draft.value_percent ?? null,
      cap_minor: draft.cap === null || draft.cap === undefined ? null : Math.round(draft.cap * 100),
      claim_days: draft.claim_days ?? 30,
      counted_from: draft.counted_from ?? 'shipped',
      source: draft.source ?? '',
    }),
  }
  return wishes[kind]()
}

import { api, unwrap } from '@/api/client'

/** An address in its parts, as `POST /addresses/parse` answers. */
export interface ParsedAddress {
  name: string
  phone: string
  province: string
  city: string
  district: string
  street: string
  detail: string
  /** Of the district; empty where it is not certain. */
  adcode: string
  /** 0 to 1. */
  confidence: number
  /** Levels that the text does not name: completed or inferred. */
  filled: readonly string[]
  /** `kind: text`, as the API gives them. */
  warnings: readonly string[]
}

export const EMPTY_ADDRESS: ParsedAddress = {
  name: '',
  phone: '',
  province: '',
  city: '',
  district: '',
  street: '',
  detail: '',
  adcode: '',
  confidence: 0,
  filled: [],
  warnings: [],
}

export const ADDRESS_PARTS = ['name', 'phone', 'province', 'city', 'district', 'street', 'detail'] as const
export type AddressPart = (typeof ADDRESS_PARTS)[number]

/** Parts without which nothing can be sent. */
const NEEDED: ReadonlySet<AddressPart> = new Set(['name', 'phone', 'province', 'city', 'detail'])

export async function parseAddress(raw: string, signal?: AbortSignal): Promise<ParsedAddress> {
  const answer = await unwrap(api.POST('/api/v1/addresses/parse', { body: { raw }, signal }))
  const { confidence, filled, warnings } = answer
  const parsed = { ...EMPTY_ADDRESS, confidence, filled, warnings, adcode: answer.adcode ?? '' }
  for (const part of ADDRESS_PARTS) parsed[part] = answer[part] ?? ''
  return parsed
}

export function missingParts(address: ParsedAddress): AddressPart[] {
  return ADDRESS_PARTS.filter((part) => NEEDED.has(part) && address[part].trim() === '')
}

/** What a clerk should know of a reading, by kind; the rest of the text is `about`. */
export const DOUBTS = ['old_name', 'ambiguous', 'conflict', 'inferred'] as const
export interface Doubt {
  kind: (typeof DOUBTS)[number]
  about: string
}

/** The warnings that say more than the empty fields already do. */
export function doubtsOf({ warnings }: ParsedAddress): Doubt[] {
  return warnings.flatMap((warning) => {
    const [kind, about = ''] = warning.split(': ', 2)
    const known = DOUBTS.find((doubt) => doubt === kind)
    return known === undefined ? [] : [{ kind: known, about }]
  })
}

export type Trust = 'sure' | 'check' | 'doubtful'

/** How far a clerk may trust it without looking: everything there and certain, or not. */
export function trustOf(address: ParsedAddress): Trust {
  if (missingParts(address).length > 0 || address.confidence < 0.5) return 'doubtful'
  return address.confidence >= 0.85 ? 'sure' : 'check'
}

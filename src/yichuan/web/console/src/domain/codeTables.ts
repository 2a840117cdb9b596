import detailsCsv from '../../../../tracking/details.csv?raw'
import kindsCsv from '../../../../exceptions/kinds.csv?raw'
import { type Locale, useLocale } from '@/i18n'

/**
 * Names of codes, from the very tables the server works with, taken in at build time: the finer
 * states (`tracking/details.csv`) and the kinds of problem (`exceptions/kinds.csv`).
 */
interface Named {
  zh: string
  en: string
  severity?: number
}

export function readNames(csv: string, codeColumn: string): ReadonlyMap<string, Named> {
  const [head, ...rows] = csv.trim().split(/\r?\n/).map((line) => line.split(','))
  const column = (name: string) => head?.indexOf(name) ?? -1
  const [code, zh, en, severity] = [column(codeColumn), column('name_zh'), column('name_en'), column('severity')]
  const read = (row: string[]): Named => ({
    zh: row[zh] ?? '',
    en: row[en] ?? '',
    ...(row[severity] && { severity: Number(row[severity]) }),
  })
  return new Map(rows.map((row) => [row[code] ?? '', read(row)]))
}

const DETAILS = readNames(detailsCsv, 'code')
const KINDS = readNames(kindsCsv, 'kind')

export const PROBLEM_KINDS: readonly string[] = [...KINDS.keys()]
export const DETAIL_CODES: readonly string[] = [...DETAILS.keys()]

function nameIn(table: ReadonlyMap<string, Named>, code: string, locale: Locale): string {
  const named = table.get(code)
  return named === undefined ? code : locale === 'zh-CN' ? named.zh : named.en
}

/** A problem's name; its code where this build does not know it. */
export function problemName(kind: string, locale: Locale): string {
  return nameIn(KINDS, kind, locale)
}

/** How urgent a kind of problem is where nobody says it of the one at hand: 1 notice to 3 act now. */
export function problemSeverity(kind: string): number | undefined {
  return KINDS.get(kind)?.severity
}

/** The finer state's name; `undefined` for none. */
export function detailName(detail: string | null | undefined, locale: Locale): string | undefined {
  return detail && detail !== 'none' ? nameIn(DETAILS, detail, locale) : undefined
}

export function useProblemName(): (kind: string) => string {
  const locale = useLocale()
  return (kind) => problemName(kind, locale)
}

export function useDetailName(): (detail: string | null | undefined) => string | undefined {
  const locale = useLocale()
  return (detail) => detailName(detail, locale)
}

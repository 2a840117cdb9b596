import type { Schema } from '@/api/client'
import type { Locale } from '@/i18n'
import type { RowResult } from './types'

/** The API's per-row answer to a bulk call, as the results dialog shows it. Rows keep their order. */
export function toRowResults<Row>(
  rows: readonly Row[],
  items: readonly Schema<'RowResult'>[],
  describe: { id: (row: Row) => string; label: (row: Row) => string },
  locale: Locale,
): RowResult[] {
  const answers = new Map(items.map((item) => [item.index, item]))
  return rows.map((row, index) => {
    const answer = answers.get(index)
    const base = { id: describe.id(row), label: describe.label(row) }
    if (answer?.error) {
      const { code, title, title_zh, detail } = answer.error
      const message = locale === 'zh-CN' ? title_zh : detail || title
      return { ...base, ok: false, message, code }
    }
    return answer === undefined ? { ...base, ok: false, code: 'no_answer' } : { ...base, ok: answer.ok }
  })
}

import type { Schema } from '@/api'
import type { Locale } from '@/i18n'

type RowError = Schema<'RowError'>

const CHINESE_ASIDE = /\s*[（(]([^()（）]*[\u3400-\u9fff][^()（）]*)[)）]\s*$/
const CHINESE = /[\u3400-\u9fff]/

/**
 * Why a row was refused, in the reader's language. The server's detail is English with the trade's
 * Chinese words in brackets at its end, or a courier's own Chinese sentence.
 */
export function reasonOf(error: RowError, locale: Locale): string {
  const aside = CHINESE_ASIDE.exec(error.detail)
  if (locale === 'en-US') {
    const english = aside === null ? error.detail : error.detail.slice(0, aside.index)
    return english === '' ? error.title : english
  }
  if (aside?.[1] !== undefined && /^[A-Za-z]/.test(error.detail)) return aside[1]
  return CHINESE.test(error.detail) ? error.detail : error.title_zh
}

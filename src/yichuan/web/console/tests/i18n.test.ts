/** If these break, a Chinese page shows English words or the other way round. */
import { describe, expect, it } from 'vitest'
import { defineMessages } from '@/i18n/messages'

/** The sources of everything that declares words. Read as text: nothing of it has to run. */
const sources = import.meta.glob<string>(['../src/**/*.{ts,tsx}', '!../src/gallery/**', '!../src/api/schema.d.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Words that are the same in both languages: names, units, formats and signs. */
const SHARED =
  /Yichuan|Apache|Ctrl|TXT|Esc|Excel|PDF|PNG|JPEG|WebP|MB|CIDR|CSV|XLSX?|ZPL|TSPL|CPCL|SKU|API|Webhook|HTTPS?|URL|ID|KDNiao|kg|cm|mm|\b[A-Z]\b/g

/** From an opening bracket to the one that closes it. */
function bracketed(text: string, from: number): string {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    if ('({['.includes(text[at] ?? '')) depth += 1
    if (')}]'.includes(text[at] ?? '')) depth -= 1
    if (depth === 0) return text.slice(from, at + 1)
  }
  return text.slice(from)
}

/** The Chinese and the English of every `defineMessages` in a source. */
function catalogues(source: string): { zh: string; en: string }[] {
  return [...source.matchAll(/defineMessages\(\s*(?=\{)/g)].map((match) => {
    const zh = bracketed(source, match.index + match[0].length)
    const rest = match.index + match[0].length + zh.length
    return { zh, en: bracketed(source, source.indexOf('{', rest)) }
  })
}

/** The texts of a catalogue; its quoted keys are no words that anybody sees. */
function literals(code: string): string[] {
  const words = code.replace(/'[^'\n]*'(?=:)/g, '')
  const found = words.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`|"((?:[^"\\\n]|\\.)*)"/g)
  return [...found].map(([, single, back, double]) => (single ?? back ?? double ?? '').replace(/\$\{[^}]*\}/g, ' '))
}

const all = Object.entries(sources).flatMap(([file, source]) =>
  catalogues(source).map((catalogue) => ({ file, ...catalogue })),
)

describe('the words', () => {
  it('are found', () => {
    expect(all.length).toBeGreaterThan(12)
    expect(all.flatMap(({ zh }) => literals(zh))).toContain('恢复默认')
  })

  it('have no Latin word in Chinese', () => {
    const latin = (text: string) => /[A-Za-z]{2}/.test(text.replace(SHARED, ''))
    expect(all.flatMap(({ zh }) => literals(zh)).filter(latin)).toEqual([])
  })

  it('have no Chinese character in English', () => {
    expect(all.flatMap(({ en }) => literals(en)).filter((text) => /[\u3400-\u9fff]/.test(text))).toEqual([])
  })
})

describe('a catalogue', () => {
  it('does not compile with a missing, a foreign or a misshapen word', () => {
    const zh = { title: '运单', count: (n: number) => `${n} 条` }
    // @ts-expect-error the English lacks `count`
    defineMessages(zh, { title: 'Shipments' })
    // @ts-expect-error `extra` is not in the Chinese
    defineMessages(zh, { title: 'Shipments', count: (n) => `${n} rows`, extra: 'x' })
    // @ts-expect-error `count` takes a number
    defineMessages(zh, { title: 'Shipments', count: (n: string) => n })
    expect(defineMessages(zh, { title: 'Shipments', count: (n) => `${n} rows` })['en-US'].title).toBe('Shipments')
  })
})

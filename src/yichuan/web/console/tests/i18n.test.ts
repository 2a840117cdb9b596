/** If these break, a Chinese page shows English words or the other way round. */
import { describe, expect, it } from 'vitest'
import { allMessages, type Catalogue, defineMessages } from '@/i18n/messages'

// Every module that declares words, so that all of them are read below.
const modules = import.meta.glob(['../src/**/*.{ts,tsx}', '!../src/main.tsx', '!../src/gallery/**'])

/** Words that are the same in both languages: names, units and signs. */
const SHARED = /Yichuan|Apache|Esc|Excel|PDF|CSV|ZPL|TSPL|CPCL|SKU|API|ID|URL|SF|ZTO|KDNiao|kg|\b[A-Z]\b/g

function texts(catalogue: Catalogue): string[] {
  return Object.values(catalogue).flatMap((message) => {
    if (typeof message === 'string') return [message]
    if (typeof message === 'function') return [(message as (...values: unknown[]) => string)('1', '2', '3')]
    return texts(message)
  })
}

describe('the words', async () => {
  await Promise.all(Object.values(modules).map((load) => load()))
  const all = allMessages()

  it('are all declared', () => expect(all.length).toBeGreaterThan(10))

  it('have no Latin word in Chinese', () => {
    const mixed = all.flatMap((one) => texts(one['zh-CN'])).filter((text) => /[A-Za-z]{2}/.test(text.replace(SHARED, '')))
    expect(mixed).toEqual([])
  })

  it('have no Chinese character in English', () => {
    const mixed = all.flatMap((one) => texts(one['en-US'])).filter((text) => /[\u3400-\u9fff]/.test(text))
    expect(mixed).toEqual([])
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

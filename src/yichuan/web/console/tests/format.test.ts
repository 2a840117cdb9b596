/** If these break, a clerk reads a wrong fee, a wrong weight or a wrong time. */
import { describe, expect, it } from 'vitest'
import {
  formatAgo,
  formatCompact,
  formatExact,
  formatMinute,
  formatMoney,
  formatPercent,
  formatSpan,
  formatWeight,
} from '@/format'

const cny = (amount_minor: number) => ({ amount_minor, currency: 'CNY' })

describe('money', () => {
  it.each([
    [0, '¥0.00'],
    [5, '¥0.05'],
    [123450, '¥1,234.50'],
    [-123450, '-¥1,234.50'],
    [100000000000001, '¥1,000,000,000,000.01'],
  ])('writes %s fen as %s', (fen, text) => expect(formatMoney(cny(fen))).toBe(text))

  it('knows the places of other currencies', () => {
    expect(formatMoney({ amount_minor: 1200, currency: 'JPY' })).toBe('JP¥1,200')
    expect(formatMoney({ amount_minor: 1200, currency: 'KWD' })).toBe('KWD 1.200')
    expect(formatMoney({ amount_minor: 1200, currency: 'USD' })).toBe('US$12.00')
  })

  it('signs differences', () => {
    expect(formatMoney(cny(30), true)).toBe('+¥0.30')
    expect(formatMoney(cny(0), true)).toBe('¥0.00')
    expect(formatMoney(cny(-30), true)).toBe('-¥0.30')
  })
})

describe('quantities', () => {
  it.each([
    [0, '0 kg'],
    [5, '0.005 kg'],
    [1250, '1.25 kg'],
    [20000, '20 kg'],
    [1234567, '1,234.567 kg'],
  ])('writes %s g as %s', (grams, text) => expect(formatWeight(grams)).toBe(text))

  it('shortens large numbers the way each language does', () => {
    expect(formatCompact(9_999, 'zh-CN')).toBe('9,999')
    expect(formatCompact(123_400, 'zh-CN')).toBe('12.3 万')
    expect(formatCompact(123_400, 'en-US')).toBe('123.4K')
    expect(formatPercent(0.9344)).toBe('93.4%')
  })
})

describe('times', () => {
  const now = new Date('2026-03-01T06:00:00Z')
  const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

  it.each([
    [0.5, '刚刚', 'just now'],
    [1, '1 分钟前', '1 minute ago'],
    [180, '3 小时前', '3 hours ago'],
    [2 * 1440, '2 天前', '2 days ago'],
    [-120, '2 小时后', 'in 2 hours'],
    [8 * 1440, '2026-02-21', '2026-02-21'],
  ])('tells %s minutes ago', (minutes, zh, en) => {
    expect(formatAgo(before(minutes), now, 'zh-CN', 'Asia/Shanghai')).toBe(zh)
    expect(formatAgo(before(minutes), now, 'en-US', 'Asia/Shanghai')).toBe(en)
  })

  it('names the exact time with its zone', () => {
    expect(formatExact(now, 'Asia/Shanghai')).toBe('2026-03-01 14:00:00 UTC+8 (Asia/Shanghai)')
    expect(formatExact(now, 'UTC')).toBe('2026-03-01 06:00:00 UTC+0 (UTC)')
  })

  it('turns the day at midnight of the zone asked for', () => {
    expect(formatMinute(new Date('2026-02-28T16:00:00Z'), 'Asia/Shanghai')).toBe('2026-03-01 00:00')
  })

  it('spans two units at most', () => {
    expect(formatSpan(125 * 60_000, 'zh-CN')).toBe('2 小时 5 分')
    expect(formatSpan(125 * 60_000, 'en-US')).toBe('2 h 5 min')
    expect(formatSpan(49 * 3_600_000, 'zh-CN')).toBe('2 天 1 小时')
    expect(formatSpan(0, 'zh-CN')).toBe('0 分')
  })
})

/** If these break, pasted numbers ship the wrong boxes, or a clerk cannot read why one was refused. */
import { describe, expect, it } from 'vitest'
import { fenOf } from '@/format'
import { judge } from '@/pages/printing/handOverList'
import { courierCode, faultsOf, parseOwnNumbers, withGuesses } from '@/pages/printing/ownNumbers'
import { reasonOf } from '@/pages/printing/reasons'
import type { Box } from '@/pages/printing/data'

const COURIERS = [
  { code: 'YTO', name_zh: '圆通速递', kind: 'domestic', served: true },
  { code: 'YTOGJ', name_zh: '圆通国际', kind: 'cross_border', served: false },
  { code: 'ZTO', name_zh: '中通快递', kind: 'domestic', served: true },
  { code: 'ZTOKY', name_zh: '中通快运', kind: 'freight', served: true },
  { code: 'SF', name_zh: '顺丰速运', kind: 'domestic', served: true },
]

describe('a courier', () => {
  it('is known by code, name and short name', () => {
    for (const text of ['yto', 'YTO', '圆通速递', '圆通', '圆通快递'.slice(0, 2)]) expect(courierCode(text, COURIERS)).toBe('YTO')
    expect(courierCode('中通', COURIERS)).toBe('ZTO')
    expect(courierCode('中通快运', COURIERS)).toBe('ZTOKY')
    expect(courierCode('什么快递', COURIERS)).toBeNull()
    expect(courierCode('', COURIERS)).toBeNull()
  })
})

describe('pasted lines', () => {
  it('are read in any order, with any separator, without their heading', () => {
    const text = '订单号\t快递\t运单号\nA1\t圆通\tyt88123456789\nA2，SF1234567890123，顺丰\nA3 ZTO 78112345678901\r\nA4,431234567890'
    expect(parseOwnNumbers(text, COURIERS, 'SF')).toEqual([
      { order: 'A1', courier: '圆通', number: 'YT88123456789' },
      { order: 'A2', courier: '顺丰', number: 'SF1234567890123' },
      { order: 'A3', courier: 'ZTO', number: '78112345678901' },
      { order: 'A4', courier: 'SF', number: '431234567890' },
    ])
  })

  it('show what is wrong before anything is sent', () => {
    const row = (key: string, order: string, courier: string, number: string) => ({ key, order, courier, number })
    const rows = [
      row('good', 'A1', 'SF', 'SF1234567890123'),
      row('twice', 'A1', 'SF', 'SF1234567890124'),
      row('courier', 'A2', '?', 'SF1234567890125'),
      row('number', 'A3', 'SF', 'x1'),
      row('again', 'A4', 'SF', 'SF1234567890123'),
      row('order', '', 'SF', 'SF1234567890126'),
    ]
    expect(Object.fromEntries(faultsOf(rows, COURIERS))).toEqual({
      twice: 'twice',
      courier: 'courier',
      number: 'number',
      again: 'numberTwice',
      order: 'order',
    })
  })
})

describe('a line without a courier', () => {
  const candidate = (courier: string, score: number) => ({ courier, name_zh: courier, name_en: null, score })
  const row = (order: string, courier: string, number: string) => ({ key: order, order, courier, number })

  it('takes the certain one, and asks where the number may be of several', () => {
    const rows = [row('A1', '', 'YT1'), row('A2', '', '300512345678'), row('A3', 'SF', 'X1'), row('A4', '', 'NOBODY')]
    const guessed = withGuesses(rows, [
      { number: 'YT1', certain: 'YTO', candidates: [candidate('YTO', 1)] },
      { number: '300512345678', certain: null, candidates: ['SF', 'ZTO', 'YTO', 'JD'].map((code) => candidate(code, 0.2)) },
      { number: 'X1', certain: 'ZTO', candidates: [candidate('ZTO', 1)] },
      { number: 'NOBODY', certain: null, candidates: [] },
    ])
    expect(guessed.map(({ courier, candidates }) => [courier, candidates?.length])).toEqual([
      ['YTO', 1],
      ['', 3],
      ['SF', undefined],
      ['', 0],
    ])
    const long = guessed.map((one) => ({ ...one, number: one.number.padEnd(12, '0') }))
    expect(Object.fromEntries(faultsOf(long, COURIERS))).toEqual({ A2: 'unsure', A4: 'courier' })
  })
})

describe('a refusal', () => {
  const error = (detail: string) => ({ code: 'x', title: 'Not found', title_zh: '找不到', detail })
  it('is told in the language of its reader', () => {
    expect(reasonOf(error('no box for 没有 (找不到对应包裹)'), 'zh-CN')).toBe('找不到对应包裹')
    expect(reasonOf(error('no box for A1 (找不到对应包裹)'), 'en-US')).toBe('no box for A1')
    expect(reasonOf(error('网点余额不足（请充值）'), 'zh-CN')).toBe('网点余额不足（请充值）')
    expect(reasonOf(error('no such thing'), 'zh-CN')).toBe('找不到')
  })
})

describe('a scan', () => {
  const box = (change: Partial<Box>): Box =>
    ({ id: '1', waybill_number: 'YT1', shipment_no: 'YC1', courier: 'YTO', hold: false, shipped_at: null, milestone: 'created', ...change }) as Box
  it('adds a box that is ready, and says why another is not', () => {
    expect(judge('YT1', [box({})], []).verdict).toBe('added')
    expect(judge('YC1', [box({})], []).verdict).toBe('added')
    expect(judge('YT1', [box({ hold: true })], []).verdict).toBe('held')
    expect(judge('YT1', [box({ shipped_at: '2026-11-01T00:00:00Z' })], []).verdict).toBe('shipped')
    expect(judge('YC1', [box({ waybill_number: null })], []).verdict).toBe('noNumber')
    expect(judge('YT1', [], []).verdict).toBe('unknown')
    expect(judge('YT1', [box({})], [{ id: '1', number: 'YT1', courier: 'YTO' }]).verdict).toBe('again')
  })
})

describe('a price', () => {
  it('becomes whole fen without a float', () => {
    expect([fenOf('129.9'), fenOf('0.07'), fenOf('12'), fenOf(' '), fenOf('1.234'), fenOf('x')]).toEqual([12990, 7, 1200, null, undefined, undefined])
  })
})

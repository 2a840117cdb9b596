/** If these break, a packer's scan is taken for typing, or a broken address for a good one. */
import { describe, expect, it } from 'vitest'
import { EMPTY_ADDRESS, missingParts, trustOf } from '@/inputs/address'
import { cleanCode, typedByScanner } from '@/inputs/scanner'

describe('scans', () => {
  const every = (ms: number, keys: number) => Array.from({ length: keys }, (_, i) => i * ms)

  it('are known by their speed', () => {
    expect(typedByScanner(every(12, 13))).toBe(true)
    expect(typedByScanner(every(140, 13))).toBe(false)
    expect(typedByScanner(every(5, 3))).toBe(false)
  })

  it.each([
    [' sf1234567890123\r', 'SF1234567890123'],
    ['78\u001d9 012', '789012'],
    ['https://example.com/t/yt1234567890?x=1', 'YT1234567890'],
    ['', ''],
  ])('are cleaned: %j', (text, code) => expect(cleanCode(text)).toBe(code))
})

describe('an address', () => {
  const whole = {
    ...EMPTY_ADDRESS,
    name: '王五',
    phone: '13800000000',
    province: '浙江省',
    city: '杭州市',
    district: '西湖区',
    detail: '文三路 1 号',
    confidence: 0.95,
  }

  it('is trusted only when it is whole and certain', () => {
    expect(trustOf(whole)).toBe('sure')
    expect(trustOf({ ...whole, confidence: 0.7 })).toBe('check')
    expect(trustOf({ ...whole, confidence: 0.2 })).toBe('doubtful')
    expect(trustOf({ ...whole, phone: ' ' })).toBe('doubtful')
  })

  it('says what is missing', () => {
    expect(missingParts({ ...whole, name: '', detail: '' })).toEqual(['name', 'detail'])
    expect(missingParts({ ...whole, street: '', district: '' })).toEqual([])
  })
})

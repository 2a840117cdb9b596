/** If these break, a chip shows a code instead of a word, or a bulk act hides a failure. */
import { describe, expect, it } from 'vitest'
import { detailName, PROBLEM_KINDS, problemName, problemSeverity } from '@/domain/codeTables'
import { MILESTONE_LOOKS, MILESTONES, milestoneWords } from '@/domain/milestones'
import { problemIcon } from '@/domain/problems'
import { toRowResults } from '@/table/rowResults'

describe('the code tables', () => {
  it('say how urgent a kind is, where nobody says it of the problem at hand', () => {
    expect(problemSeverity('force_majeure')).toBe(1)
    for (const kind of PROBLEM_KINDS) expect([1, 2, 3]).toContain(problemSeverity(kind))
  })

  it('name every kind of problem, with a picture of its own', () => {
    expect(PROBLEM_KINDS).toContain('fake_shipping')
    for (const kind of PROBLEM_KINDS) {
      expect(problemName(kind, 'zh-CN')).toMatch(/[\u4e00-\u9fff]/)
      expect(problemName(kind, 'en-US')).toMatch(/^[A-Z]/)
      expect(kind === 'other' || problemIcon(kind) !== problemIcon('other')).toBe(true)
    }
  })

  it('name the finer states, and show an unknown one as it is', () => {
    expect(detailName('delivery_to_locker', 'zh-CN')).toBe('投递自提柜')
    expect(detailName('none', 'zh-CN')).toBeUndefined()
    expect(detailName(null, 'zh-CN')).toBeUndefined()
    expect(detailName('brand_new', 'en-US')).toBe('brand_new')
  })

  it('give every milestone a word and a look', () => {
    for (const milestone of MILESTONES) {
      expect(milestoneWords['zh-CN'][milestone]).toBeTruthy()
      expect(MILESTONE_LOOKS[milestone].icon).toBeTruthy()
    }
  })
})

describe('answers per row', () => {
  const describeRow = { id: (row: string) => row, label: (row: string) => `No ${row}` }
  const error = { code: 'account_empty', title: 'No numbers left', title_zh: '没有单号了', detail: '' }

  it('keep the order of the rows and every reason', () => {
    const items = [
      { index: 1, ok: false, id: null, error },
      { index: 0, ok: true, id: 'a', error: null },
    ]
    expect(toRowResults(['a', 'b'], items, describeRow, 'zh-CN')).toEqual([
      { id: 'a', label: 'No a', ok: true },
      { id: 'b', label: 'No b', ok: false, message: '没有单号了', code: 'account_empty' },
    ])
  })

  it('count a row without an answer as failed', () => {
    expect(toRowResults(['a'], [], describeRow, 'en-US')).toMatchObject([{ ok: false, code: 'no_answer' }])
  })
})

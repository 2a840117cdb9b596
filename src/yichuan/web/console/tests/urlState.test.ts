/** If these break, a link sent to a colleague opens another list than the one on the sender's screen. */
import { describe, expect, it } from 'vitest'
import { chosenColumns, columnKeys } from '@/table/columns'
import { dayRangeToInstants, readDayRange } from '@/table/dates'
import { listParams } from '@/table/query'
import type { Column, Filter, ListState } from '@/table/types'
import { narrowed, readListState, sameQuestion, withFilter, writeListState } from '@/table/urlState'

const KEYS = ['milestone', 'courier', 'created', 'note']
const read = (text: string) => readListState(new URLSearchParams(text), KEYS)
const write = (state: ListState) => writeListState(state, KEYS).toString()

describe('a list in the URL', () => {
  it('is short when nothing was chosen', () => expect(write(read(''))).toBe(''))

  it.each([
    'milestone=in_transit%2Carriving&q=SF1234&sort=-created_at',
    'courier=SF&cursor=abc&page=3&limit=100',
    'created=7d&cols=number%2Cmilestone&density=roomy&id=0190-aa',
  ])('comes back as it was: %s', (text) => {
    expect([...new URLSearchParams(write(read(text)))].sort()).toEqual([...new URLSearchParams(text)].sort())
  })

  it('keeps commas and percent signs inside a value', () => {
    const state = withFilter(read(''), 'note', ['a,b', '50%', '%2C'])
    expect(read(write(state)).filters['note']).toEqual(['a,b', '50%', '%2C'])
  })

  it('passes over what it does not know', () => {
    const state = read('limit=9999&page=-4&wrong=1')
    expect(state.limit).toBe(50)
    expect(state.page).toBe(1)
    expect(state.filters).toEqual({})
  })

  it('keeps keys that are not its own', () => {
    const kept = writeListState(read('q=a'), KEYS, new URLSearchParams('tab=costs&q=old'))
    expect(kept.toString()).toBe('tab=costs&q=a')
  })

  it('goes back to the first page when the question changes', () => {
    const third = read('courier=SF&cursor=abc&page=3&id=x')
    expect(narrowed(third, { q: 'n' })).toMatchObject({ cursor: '', page: 1, id: '', q: 'n' })
    expect(withFilter(third, 'courier', []).filters).toEqual({})
  })

  it('knows a saved view again on any page of it', () => {
    expect(sameQuestion(read('courier=SF&cursor=abc&page=3'), read('courier=SF'))).toBe(true)
    expect(sameQuestion(read('courier=SF'), read('courier=ZTO'))).toBe(false)
  })
})

describe('days', () => {
  const now = new Date('2026-03-01T17:30:00Z') // 2 March, 01:30 in Shanghai

  it('are those of the couriers, wherever the reader sits', () => {
    expect(readDayRange('today', now)).toEqual({ from: '2026-03-02', to: '2026-03-02' })
    expect(readDayRange('7d', now)).toEqual({ from: '2026-02-24', to: '2026-03-02' })
  })

  it('end at the midnight after the last day', () => {
    expect(dayRangeToInstants({ from: '2026-02-27', to: '2026-02-28' })).toEqual({
      from: '2026-02-27T00:00:00+08:00',
      to: '2026-03-01T00:00:00+08:00',
    })
  })

  it.each(['', '2026-03-02..2026-03-01', 'next week'])('refuse %j', (text) => {
    expect(readDayRange(text, now)).toBeNull()
  })
})

describe('what a list asks the server', () => {
  const filters: Filter[] = [
    { key: 'milestone', label: '', kind: 'choice', options: [] },
    { key: 'created', label: '', kind: 'dates' },
    { key: 'hold', label: '', kind: 'flag' },
  ]

  it('writes each kind of filter its own way', () => {
    const query = {
      filters: { milestone: ['created', 'lost'], created: ['2026-03-01..2026-03-01'], hold: ['1'] },
      q: '13',
      sort: '-created_at',
      cursor: '',
      limit: 50,
    }
    expect(listParams(query, filters)).toEqual({
      q: '13',
      sort: '-created_at',
      cursor: '',
      limit: 50,
      milestone: ['created', 'lost'],
      created_from: '2026-03-01T00:00:00+08:00',
      created_to: '2026-03-02T00:00:00+08:00',
      hold: true,
    })
  })
})

describe('columns', () => {
  const column = (key: string, more: Partial<Column<null>> = {}): Column<null> => ({
    key,
    title: key,
    width: 100,
    render: () => key,
    ...more,
  })
  const all = [column('number', { always: true }), column('state'), column('weight', { hidden: true })]

  it('show the page’s own choice, or the reader’s in the reader’s order', () => {
    expect(chosenColumns(all, []).map(({ key }) => key)).toEqual(['number', 'state'])
    expect(chosenColumns(all, ['weight', 'number']).map(({ key }) => key)).toEqual(['weight', 'number'])
  })

  it('never lose the one that names the row', () => {
    expect(chosenColumns(all, ['weight', 'gone']).map(({ key }) => key)).toEqual(['number', 'weight'])
  })

  it('leave the URL alone when nothing was changed', () => {
    expect(columnKeys(all, chosenColumns(all, []))).toEqual([])
  })
})

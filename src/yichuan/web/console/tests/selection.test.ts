/** If these break, a bulk action runs on rows nobody chose. */
import { describe, expect, it } from 'vitest'
import { createSelection } from '@/table/selection'

const rows = ['a', 'b', 'c'].map((id) => ({ id }))
const [a, b, c] = rows as [{ id: string }, { id: string }, { id: string }]

describe('chosen rows', () => {
  it('come and go one by one', () => {
    const selection = createSelection((row: { id: string }) => row.id)
    selection.toggle(a)
    selection.toggle(b)
    selection.toggle(a)
    expect([...selection.get().values()]).toEqual([b])
  })

  it('are kept when another page is chosen or dropped as a whole', () => {
    const selection = createSelection((row: { id: string }) => row.id)
    selection.toggle(c)
    selection.setAll([a, b], true)
    selection.setAll([a], false)
    expect([...selection.get().keys()]).toEqual(['c', 'b'])
    selection.clear()
    expect(selection.get().size).toBe(0)
  })
})

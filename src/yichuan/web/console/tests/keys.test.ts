/** If these break, a key does the wrong thing, or a sign-in link leads out of the house. */
import { describe, expect, it } from 'vitest'
import { safeNext } from '@/auth/next'
import { findHotkey, type Hotkey, keyName } from '@/keys/hotkeys'

const hotkey = (keys: string, more: Partial<Hotkey> = {}): Hotkey => ({ keys, run: () => undefined, ...more })
const PAGE = { field: false, dialog: false }

describe('keys', () => {
  const list = hotkey('j')
  const drawer = hotkey('j', { inDialog: true })
  const search = hotkey('mod+k', { inField: true })
  const go = hotkey('g s')
  const select = hotkey('s')
  const all = [list, drawer, search, go, select]

  it('belong to what was opened last', () => {
    expect(findHotkey(all, 'j', null, PAGE)).toBe(drawer)
    expect(findHotkey([list], 'j', null, PAGE)).toBe(list)
  })

  it('leave a list under a dialog alone', () => {
    expect(findHotkey(all, 'j', null, { field: false, dialog: true })).toBe(drawer)
    expect(findHotkey([list], 'j', null, { field: false, dialog: true })).toBeUndefined()
  })

  it('let a field have its letters', () => {
    expect(findHotkey(all, 's', null, { field: true, dialog: false })).toBeUndefined()
    expect(findHotkey(all, 'mod+k', null, { field: true, dialog: false })).toBe(search)
  })

  it('come in twos', () => {
    expect(findHotkey(all, 's', 'g', PAGE)).toBe(go)
    expect(findHotkey(all, 's', null, PAGE)).toBe(select)
  })

  it('are named the same on every keyboard', () => {
    expect(keyName({ key: 'K', ctrlKey: true, metaKey: false })).toBe('mod+k')
    expect(keyName({ key: 'k', ctrlKey: false, metaKey: true })).toBe('mod+k')
    expect(keyName({ key: '?', ctrlKey: false, metaKey: false })).toBe('?')
  })
})

describe('the way back after signing in', () => {
  it.each([
    ['/shipments?id=1', '/shipments?id=1'],
    [null, '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['/login?next=/login', '/'],
  ])('from %s is %s', (next, path) => expect(safeNext(next)).toBe(path))
})

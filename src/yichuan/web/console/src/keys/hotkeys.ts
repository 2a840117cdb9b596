import { useEffect, useEffectEvent } from 'react'
import { createStore, useStore } from '@/lib/store'

/**
 * One listener for the whole console. A key is written as the keyboard sends it (`j`, `?`,
 * `Enter`, `Escape`), with `mod+` for Ctrl or ⌘, or as two keys after each other (`g s`).
 */
export interface Hotkey {
  keys: string
  /** What it does, for the help overlay; without it the key is not listed. */
  label?: string
  /** Heading in the help overlay. */
  group?: string
  /** Also inside a dialog or drawer; off otherwise, so that lists under it stay still. */
  inDialog?: boolean
  /** Also while typing in a field. */
  inField?: boolean
  run: (event: KeyboardEvent) => void
}

interface Registered extends Hotkey {
  id: number
}

const registered = createStore<readonly Registered[]>([])
const SEQUENCE_MS = 900

let lastId = 0
let pending: { key: string; until: number } | null = null

/** Keys in force now, for the help overlay. */
export function useHotkeyList(): readonly Hotkey[] {
  return useStore(registered)
}

export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>): string {
  return event.ctrlKey || event.metaKey ? `mod+${event.key.toLowerCase()}` : event.key
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(target.type))
  )
}

/** Buttons and links answer Enter and Space themselves. */
function answersEnter(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('a, button, summary, [role="button"]') !== null
}

/** The last registered wins: what opened last is what the user looks at. */
export function findHotkey(
  hotkeys: readonly Hotkey[],
  name: string,
  before: string | null,
  place: { field: boolean; dialog: boolean },
): Hotkey | undefined {
  const allowed = hotkeys.filter(
    (hotkey) => (!place.field || hotkey.inField) && (!place.dialog || hotkey.inDialog),
  )
  return (
    allowed.findLast((hotkey) => before !== null && hotkey.keys === `${before} ${name}`) ??
    allowed.findLast((hotkey) => hotkey.keys === name)
  )
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.isComposing || event.altKey || event.defaultPrevented) return
  const name = keyName(event)
  const target = event.target
  if (name === 'Enter' && answersEnter(target)) return
  const place = {
    field: isField(target),
    dialog: target instanceof HTMLElement && target.closest('[role="dialog"]') !== null,
  }
  const before = pending !== null && pending.until > event.timeStamp ? pending.key : null
  pending = null
  const hotkey = findHotkey(registered.get(), name, before, place)
  if (hotkey !== undefined) {
    event.preventDefault()
    hotkey.run(event)
    return
  }
  const opensSequence = registered.get().some(({ keys }) => keys.startsWith(`${name} `))
  if (opensSequence && !place.field) pending = { key: name, until: event.timeStamp + SEQUENCE_MS }
}

if (typeof document !== 'undefined') document.addEventListener('keydown', onKeyDown)

/**
 * Keys that work while the calling component is on the page. The list may change between renders;
 * handlers always see the latest values.
 */
export function useHotkeys(hotkeys: readonly Hotkey[], enabled = true): void {
  const run = useEffectEvent((keys: string, event: KeyboardEvent) => {
    hotkeys.find((hotkey) => hotkey.keys === keys)?.run(event)
  })
  const shape = JSON.stringify(
    hotkeys.map(({ keys, label, group, inDialog, inField }) => ({ keys, label, group, inDialog, inField })),
  )
  useEffect(() => {
    if (!enabled) return undefined
    const mine = (JSON.parse(shape) as Omit<Hotkey, 'run'>[]).map((hotkey) => ({
      ...hotkey,
      id: ++lastId,
      run: (event: KeyboardEvent) => run(hotkey.keys, event),
    }))
    registered.set((all) => [...all, ...mine])
    return () => {
      const ids = new Set(mine.map(({ id }) => id))
      registered.set((all) => all.filter(({ id }) => !ids.has(id)))
    }
  }, [shape, enabled])
}

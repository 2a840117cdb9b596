/** Puts text into the clipboard, in old web views too. */

import { h, icon } from './dom.js'

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = h('textarea', { class: 'unseen', readonly: true })
    area.value = text
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

/** A button that copies `text`, called `name`, and says whether it did. */
export function copyButton(text, name, words, say) {
  const label = h('span', null, words.copy)
  const press = async () => {
    const done = await copy(text)
    label.textContent = done ? words.copied : words.copy
    say(done ? words.copied : words.notCopied)
    setTimeout(() => (label.textContent = words.copy), 2000)
  }
  return h(
    'button',
    { class: 'small', type: 'button', 'aria-label': `${words.copy} ${name}`, onclick: press },
    icon('copy'),
    label,
  )
}

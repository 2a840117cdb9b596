/** Who carries it and its number; the last four digits of the phone open the rest. */

import { copyButton } from './copy.js'
import { h, icon } from './dom.js'
import { situation } from './state.js'

const ownWay = (track) => situation(track) === 'ownWay'

/** Groups of four read well: 7312 0045 0231; a masked number stays as it is. */
const spaced = (number) =>
  /^\d{10,}$/.test(number) ? number.replace(/(\d{4})(?=\d)/g, '$1\u2009') : number

function numberRow(track, words) {
  if (!track.number) return h('p', { class: 'quiet' }, ownWay(track) ? words.ownWay[1] : words.noNumber)
  return h(
    'p',
    { class: 'number' },
    h('span', { class: 'unseen' }, `${words.number} `),
    h('bdi', { class: 'digits' }, spaced(track.number)),
  )
}

function proofForm(words, prove) {
  const input = h('input', {
    id: 'last4',
    name: 'phone_last4',
    inputmode: 'numeric',
    pattern: '[0-9]{4}',
    maxlength: 4,
    autocomplete: 'off',
    'aria-describedby': 'why wrong',
    required: true,
  })
  const wrong = h('p', { id: 'wrong', class: 'wrong', role: 'alert' })
  const button = h('button', { class: 'main', type: 'submit' }, words.check)
  const tell = (text) => {
    wrong.textContent = text
    input.setAttribute('aria-invalid', String(Boolean(text)))
  }
  const send = async (event) => {
    event.preventDefault()
    if (!/^\d{4}$/.test(input.value)) {
      tell(words.short)
      input.focus()
      return
    }
    tell('')
    button.disabled = true
    button.textContent = words.checking
    const refusal = await prove(input.value)
    if (!refusal) return
    button.disabled = false
    button.textContent = words.check
    tell(words[refusal])
    input.select()
  }
  const typed = () => {
    input.value = input.value.replace(/\D/g, '')
    tell('')
  }
  input.addEventListener('input', typed)
  return h(
    'form',
    { class: 'proof', onsubmit: send, novalidate: true },
    h('label', { for: 'last4' }, words.last4),
    h('div', { class: 'fields' }, input, button),
    wrong,
    h('p', { id: 'why', class: 'quiet' }, words.last4Why),
  )
}

function recipientRows(recipient, words) {
  const rows = [
    [words.recipient, recipient.name],
    [words.phone, recipient.phone],
    [words.address, recipient.address],
  ].filter(([, value]) => value)
  return h('dl', { class: 'facts' }, rows.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))))
}

/** A number to tap; `dialled` after it, and `shown` beside it. */
const call = (phone, dialled, shown) =>
  h(
    'a',
    { class: 'call', href: `tel:${phone.replace(/[^\d+]/g, '')}${dialled ? `,${dialled}` : ''}` },
    icon('phone'),
    shown ? `${phone} ${shown}` : phone,
  )

/** Whom to ask: who brings it now, the shop, the courier, the platform. */
function contactRows({ deliverer, contacts, courier }, words) {
  const rows = []
  if (deliverer) {
    const { name, phone, extension, virtual } = deliverer
    rows.push([words.deliverer, [name, call(phone, extension, extension && words.extension(extension)), virtual && h('span', { class: 'quiet' }, words.virtual)]])
  }
  for (const { party, name, phone, url } of contacts) {
    const chat = url && h('a', { class: 'call', href: url, target: '_blank', rel: 'noopener noreferrer' }, words.chat)
    rows.push([words.askParty[party], [name, phone && call(phone), chat]])
  }
  if (courier && courier.phone) rows.push([words.hotline, [call(courier.phone)]])
  if (!rows.length) return null
  return h('dl', { class: 'facts contacts' }, rows.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))))
}

/** Photos and signatures of the delivery. */
function proofPictures(proofs, words) {
  return h(
    'ul',
    { class: 'proofs', 'aria-label': words.proofs },
    proofs.map(({ kind, url, width, height }) =>
      h(
        'li',
        null,
        h(
          'a',
          { href: url, target: '_blank', rel: 'noreferrer' },
          h('img', { src: url, alt: words.proofKinds[kind], width, height, loading: 'lazy' }),
        ),
        h('span', { class: 'quiet' }, words.proofKinds[kind]),
      ),
    ),
  )
}

/** The card. `prove(last4)` gives the key of a refusal's words, or nothing; `say` speaks a line. */
export function parcelCard(track, words, { asking, ask, prove, say }) {
  const { courier } = track
  const name = courier && words.courierName(courier)
  return h(
    'section',
    { class: 'card parcel', 'aria-label': words.courier },
    h(
      'div',
      { class: 'strip' },
      h('span', { class: 'sign', 'aria-hidden': 'true' }, courier ? courier.code.slice(0, 2) : icon('box')),
      h('div', { class: 'grow' }, h('h2', null, name || (ownWay(track) ? words.ownWay[0] : words.noCourier)), numberRow(track, words)),
      track.verified && track.number && copyButton(track.number, words.number, words, say),
      !track.verified && track.number && !asking &&
        h('button', { class: 'small', type: 'button', onclick: ask }, icon('hand'), words.reveal),
    ),
    asking && !track.verified && proofForm(words, prove),
    track.recipient && recipientRows(track.recipient, words),
    contactRows(track, words),
    track.proofs.length > 0 && proofPictures(track.proofs, words),
  )
}

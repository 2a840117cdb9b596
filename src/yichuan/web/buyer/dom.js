/** Elements without innerHTML: whatever a courier writes stays text. */

const SVG = 'http://www.w3.org/2000/svg'

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.flat(2).filter((c) => c !== null && c !== undefined && c !== false))
  return element
}

/** An HTML element; attributes that are null or false are left out, `onclick` and such listen. */
export const h = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children)

/** An SVG element. */
export const s = (tag, attributes, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children)

const check = 'M8 12.4l2.7 2.7L16.3 9.3'
const ring = 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z'
const SHAPES = {
  box: 'M3.5 7.8L12 3.2l8.5 4.6v8.4L12 20.8l-8.5-4.6zM3.5 7.8L12 12.4l8.5-4.6M12 12.4v8.4M7.6 5.6l8.6 4.7',
  picked: 'M12 3v9.5M8.2 8.7l3.8 3.8 3.8-3.8M3.5 13.5v4.7A2.3 2.3 0 0 0 5.8 20.5h12.4a2.3 2.3 0 0 0 2.3-2.3v-4.7',
  truck: 'M4.4 17H2.5V5.5h11.2V17H8.6M13.7 9h4.1l3.7 4.1V17h-1.9M15.4 17h-1.7M6.5 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM17.5 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  pin: 'M12 21.3s7-6.2 7-11.3a7 7 0 1 0-14 0c0 5.1 7 11.3 7 11.3zM12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  scooter: 'M5.8 14.8a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM18.4 14.8a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM8.2 17.2h5.6c.3-3 1.6-5 3.2-5.7M14 5.2h2.6l1.8 9.6M3.4 7.2h6.2v4.6H3.4zM3.4 14.4c1.4-1.6 4.6-1.9 6.2.2',
  locker: 'M4 3.5h16v17H4zM12 3.5v17M4 9.2h16M4 14.8h16M9.2 6.3h.01M9.2 12h.01M9.2 17.6h.01M14.8 6.3h.01M14.8 12h.01M14.8 17.6h.01',
  done: `${ring}${check}`,
  check: 'M5.5 12.6l4.2 4.2L18.5 7.7',
  back: 'M8.5 13.5L4 9l4.5-4.5M4 9h10.5a5.5 5.5 0 0 1 0 11H9',
  none: `${ring}M8.8 8.8l6.4 6.4M15.2 8.8l-6.4 6.4`,
  lost: 'M10.8 3.8a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20.5 20.5l-4.7-4.7M9 9.3a1.9 1.9 0 1 1 2.7 1.7c-.6.3-.9.7-.9 1.3M10.8 14.6h.01',
  warn: 'M12 3.8L21.3 20H2.7zM12 10v4.5M12 17.3h.01',
  clock: `${ring}M12 7.2V12l3.2 2`,
  copy: 'M9 9h11v11H9zM5.5 15H4V4h11v1.5',
  again: 'M20 11.2a8 8 0 1 0-1.3 5.2M20.3 5.5v5.7h-5.7',
  home: 'M3.5 11.2L12 4l8.5 7.2M6 9.3V20h12V9.3M10 20v-5.5h4V20',
  offline: 'M3 3l18 18M5.5 12.4a9.5 9.5 0 0 1 3.6-2.3M2 8.8a15 15 0 0 1 4.3-2.8M18.5 12.4a9.4 9.4 0 0 0-4.3-2.5M22 8.8A15 15 0 0 0 10.6 5M8.7 15.8a5 5 0 0 1 6.3-.3M12 19.3h.01',
  broken: 'M9.5 14.5L5.9 18a3.5 3.5 0 0 1-5-5l3.5-3.5M14.5 9.5L18.1 6a3.5 3.5 0 0 1 5 5l-3.5 3.5M8 4V2M4 8H2M16 20v2M20 16h2',
  hand: 'M12 3.2l7.5 2.7v5.3c0 4.6-3.1 8-7.5 9.6-4.4-1.6-7.5-5-7.5-9.6V5.9zM9 12l2.2 2.2L15.3 10',
  phone: 'M6.5 3.5l3 .5 1.2 4.3-2 1.7a12 12 0 0 0 5.3 5.3l1.7-2 4.3 1.2.5 3c-.1 1.8-1.5 3-3.2 3A14.5 14.5 0 0 1 3.5 6.7c0-1.7 1.2-3.1 3-3.2z',
  share: 'M12 15V3.5M8 7l4-3.5L16 7M5 11.5v8h14v-8',
  tip: 'M9.2 17.5h5.6M10 20.5h4M12 3.2a6.2 6.2 0 0 0-3.6 11.2c.6.5.8 1 .8 1.7v1.4h5.6v-1.4c0-.7.3-1.2.8-1.7A6.2 6.2 0 0 0 12 3.2z',
}

/** A drawn sign; always beside a word, so hidden from screen readers. */
export const icon = (name, extra = '') =>
  s(
    'svg',
    { class: `icon ${extra}`, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    s('path', { d: SHAPES[name] }),
  )

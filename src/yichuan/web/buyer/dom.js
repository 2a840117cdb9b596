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
  scooter: 'M5.8 14.8a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM18.4 14.8a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM8.2 17.2h5.6c.3-3 1.600-5 3.200-5.700M14 5.200h2.600l1.800 9.600M3.400 7.200h6.200v4.600H3.400zM3.400 14.400c1.400-1.600 4.600-1.900 6.200.200',
  locker: 'M4 3.500h16v17H4zM12 3.500v17M4 9.200h16M4 14.800h16M9.200 6.300h.01M9.200 12h.01M9.200 17.600h.01M14.800 6.300h.01M14.800 12h.01M14.800 17.600h.01',
  done: `${ring}${check}`,
  check: 'M5.500 12.600l4.200 4.200L18.500 7.700',
  back: 'M8.500 13.500L4 9l4.500-4.500M4 9h10.500a5.500 5.500 0 0 1 0 11H9',
  none: `${ring}M8.800 8.800l6.400 6.400M15.200 8.800l-6.400 6.400`,
  lost: 'M10.800 3.800a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20.500 20.500l-4.700-4.700M9 9.300a1.900 1.900 0 1 1 2.700 1.700c-.6.300-.9.700-.9 1.300M10.800 14.600h.01',
  warn: 'M12 3.800L21.300 20H2.700zM12 10v4.500M12 17.300h.01',
  clock: `${ring}M12 7.200V12l3.200 2`,
  copy: 'M9 9h11v11H9zM5.500 15H4V4h11v1.500',
  again: 'M20 11.200a8 8 0 1 0-1.300 5.200M20.300 5.500v5.700h-5.700',
  home: 'M3.500 11.200L12 4l8.500 7.200M6 9.300V20h12V9.300M10 20v-5.500h4V20',
  offline: 'M3 3l18 18M5.500 12.400a9.500 9.500 0 0 1 3.600-2.300M2 8.800a15 15 0 0 1 4.300-2.800M18.500 12.400a9.400 9.400 0 0 0-4.300-2.500M22 8.800A15 15 0 0 0 10.600 5M8.700 15.800a5 5 0 0 1 6.300-.3M12 19.300h.01',
  broken: 'M9.500 14.500L5.900 18a3.500 3.500 0 0 1-5-5l3.500-3.500M14.500 9.500L18.100 6a3.500 3.500 0 0 1 5 5l-3.500 3.500M8 4V2M4 8H2M16 20v2M20 16h2',
  hand: 'M12 3.200l7.500 2.700v5.300c0 4.600-3.100 8-7.500 9.600-4.400-1.600-7.500-5-7.500-9.600V5.900zM9 12l2.200 2.200L15.300 10',
  tip: 'M9.200 17.500h5.600M10 20.500h4M12 3.200a6.200 6.200 0 0 0-3.600 11.200c.6.500.8 1 .8 1.700v1.400h5.600v-1.400c0-.7.300-1.200.8-1.700A6.200 6.200 0 0 0 12 3.200z',
}

/** A drawn sign; always beside a word, so hidden from screen readers. */
export const icon = (name, extra = '') =>
  s(
    'svg',
    { class: `icon ${extra}`, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    s('path', { d: SHAPES[name] }),
  )

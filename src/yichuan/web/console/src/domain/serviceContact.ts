/** What may stand where buyers are told whom to ask; the server checks the same. */
export const SERVICE_PHONE = /^[0-9][0-9 +-]{2,28}$/
export const SERVICE_PAGE = /^https?:\/\/[^\s<>"]+$/

/** A form's rule: the text between its blanks, or nothing. */
export const contactRule = (pattern: RegExp, message: string) => ({
  pattern,
  message,
  transform: (text: string) => text.trim(),
})

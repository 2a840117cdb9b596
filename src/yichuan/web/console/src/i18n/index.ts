export { common } from './common'
export { isLocale, type Locale, localePreference, LOCALES, useLocale } from './locale'
export { defineMessages, type Messages, useMessages } from './messages'

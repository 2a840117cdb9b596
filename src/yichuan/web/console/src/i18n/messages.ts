import { type Locale, useLocale } from './locale'

/** A text, or a text with values in it. */
type Message = string | ((...values: never[]) => string)
interface Catalogue {
  readonly [key: string]: Message | Catalogue
}

/** The same keys and the same values, in other words: what a translation must provide. */
export type Translation<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...values: infer V) => string
      ? (...values: V) => string
      : Translation<T[K]>
}

export type Messages<T> = Readonly<Record<Locale, Translation<T>>>

/**
 * Declares a page's words in both languages. The English must have exactly the keys and values of
 * the Chinese, or the type check fails:
 *
 *     const words = defineMessages(
 *       { title: '运单', chosen: (n: number) => `已选 ${n} 条` },
 *       { title: 'Shipments', chosen: (n) => `${n} selected` },
 *     )
 *     const t = useMessages(words)   // t.title, t.chosen(3)
 */
export function defineMessages<const T extends Catalogue>(
  zh: T,
  en: Translation<NoInfer<T>>,
): Messages<T> {
  return { 'zh-CN': zh, 'en-US': en } as unknown as Messages<T>
}

export function useMessages<T>(messages: Messages<T>): Translation<T> {
  return messages[useLocale()]
}

import { ApiError } from '@/api/problem'
import { defineMessages, type Locale } from '@/i18n'

export const errorWords = defineMessages(
  {
    unreachable: '连接不上服务器',
    unreadable: '服务器的回答读不懂',
    forbidden: '没有权限查看这里',
    notFound: '找不到要看的内容',
    busy: '请求太多，服务器要求稍等',
    stumbled: '服务器出错了',
    refused: '服务器没有接受这次请求',
    broken: '页面出错了',
    safeRead: '只是没能读取，任何数据都没有改动。',
    unsureWrite: '这次操作可能已经生效，也可能没有。请先刷新确认，再决定是否重做。',
    safeRefused: '操作没有执行，数据没有改动。',
    safePage: '数据不受影响，已保存的内容都在。',
    doRetry: '检查网络后重试；若持续出现，请把错误码告诉管理员。',
    doWait: '等几秒再试。',
    doAsk: '请联系管理员开通权限，或换一个账号登录。',
    doCheck: '检查链接是否完整；内容也可能已被删除，或不属于你的商家。',
    doFix: '按提示修改后再提交。',
    doReport: '请重试；若再次出现，请把错误码告诉管理员。',
    code: '错误码',
  },
  {
    unreachable: 'The server cannot be reached',
    unreadable: 'The server gave an answer we cannot read',
    forbidden: 'You may not see this',
    notFound: 'There is nothing here',
    busy: 'Too many requests, the server asks to wait',
    stumbled: 'The server made a mistake',
    refused: 'The server did not accept this request',
    broken: 'This page broke',
    safeRead: 'It only failed to load. No data was changed.',
    unsureWrite: 'It may or may not have taken effect. Reload to see before doing it again.',
    safeRefused: 'It was not carried out. No data was changed.',
    safePage: 'The data is untouched and everything saved is safe.',
    doRetry: 'Check the network and try again. If it stays, give the code to an administrator.',
    doWait: 'Wait a few seconds and try again.',
    doAsk: 'Ask an administrator for access, or sign in with another account.',
    doCheck: 'Check that the link is whole. It may have been deleted, or belong to another merchant.',
    doFix: 'Correct what is named and send it again.',
    doReport: 'Try again. If it happens again, give the code to an administrator.',
    code: 'Code',
  },
)

/** What happened, what is safe, what to do, and the code: all an error owes its reader. */
export interface ErrorStory {
  happened: string
  /** The server's longer words, where it gave any. */
  detail?: string
  safe: string
  todo: string
  code: string
}

export function errorStory(error: unknown, locale: Locale): ErrorStory {
  const w = errorWords[locale]
  if (!(error instanceof ApiError)) {
    const code = error instanceof Error ? error.name : 'unknown'
    return { happened: w.broken, safe: w.safePage, todo: w.doReport, code }
  }
  const { kind, status, code } = error
  const detail = locale === 'en-US' || error.problem.title_zh === undefined ? error.problem.detail : undefined
  const undone = error.safe ? w.safeRead : w.safeRefused
  const unsure = error.safe ? w.safeRead : w.unsureWrite
  const named = (fallback: string) => error.titleIn(locale) ?? fallback
  if (kind === 'unreachable') return { happened: w.unreachable, safe: unsure, todo: w.doRetry, code }
  if (kind === 'unreadable') {
    return { happened: w.unreadable, safe: unsure, todo: w.doRetry, code: `${code}_${status}` }
  }
  if (status === 403) return { happened: named(w.forbidden), detail, safe: undone, todo: w.doAsk, code }
  if (status === 404) return { happened: named(w.notFound), detail, safe: undone, todo: w.doCheck, code }
  if (status === 429) return { happened: named(w.busy), detail, safe: undone, todo: w.doWait, code }
  if (status >= 500) return { happened: named(w.stumbled), detail, safe: unsure, todo: w.doReport, code }
  return { happened: named(w.refused), detail, safe: undone, todo: w.doFix, code }
}

/** One line for a toast. */
export function errorTitle(error: unknown, locale: Locale): string {
  const { happened, code } = errorStory(error, locale)
  return locale === 'zh-CN' ? `${happened}（${code}）` : `${happened} (${code})`
}

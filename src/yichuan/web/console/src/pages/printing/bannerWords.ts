import { defineMessages } from '@/i18n'

export const bannerWords = defineMessages(
  {
    empty: (names: string) => `单号已用完：${names}。这些快递现在取不到号。`,
    low: (names: string) => `单号快用完：${names}。请在开始打单前联系网点充值。`,
    left: (name: string, n: number) => `${name}剩 ${n} 个`,
    joiner: '、',
    accounts: '查看账号',
    merges: (groups: number, boxes: number) => `有 ${boxes} 个包裹寄给相同的 ${groups} 位收件人，合单可以省运费。`,
    look: '查看',
    hide: '收起',
    mergeGroup: (n: number) => `合成一单（${n} 个）`,
    merged: (n: number) => `${n} 个包裹已合成一个`,
  },
  {
    empty: (names) => `No numbers left: ${names}. Nothing can be printed with them.`,
    low: (names) => `Few numbers left: ${names}. Have the branch top them up before you start.`,
    left: (name, n) => `${name} ${n}`,
    joiner: ', ',
    accounts: 'Accounts',
    merges: (groups, boxes) => `${boxes} boxes go to the same ${groups} people; merging saves freight.`,
    look: 'Show',
    hide: 'Hide',
    mergeGroup: (n) => `Merge ${n} boxes`,
    merged: (n) => `${n} boxes became one`,
  },
)

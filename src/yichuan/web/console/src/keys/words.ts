import { defineMessages } from '@/i18n'

export const keyWords = defineMessages(
  {
    title: '键盘快捷键',
    hint: '不用鼠标也能做完整件事。随时按 ? 打开这里。',
    everywhere: '全局',
    goTo: '前往',
    list: '列表',
    search: '搜索单号、手机尾号、商品',
    help: '打开本帮助',
    escape: '关闭弹层、退出搜索',
    then: '再按',
  },
  {
    title: 'Keyboard',
    hint: 'Everything can be done without a mouse. Press ? at any time.',
    everywhere: 'Everywhere',
    goTo: 'Go to',
    list: 'Lists',
    search: 'Search numbers, phone endings, goods',
    help: 'Open this help',
    escape: 'Close what is open',
    then: 'then',
  },
)

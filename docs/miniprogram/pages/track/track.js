import { HUB } from './hub.js'
import { failure, view } from './view.js'

const EVERY = 60e3

Page({
  data: { parcel: null, failed: '', asking: false },

  onLoad({ token }) {
    this.token = encodeURIComponent(token || '')
    this.last4 = ''
  },
  onShow() {
    this.refresh()
    this.timer = setInterval(() => {
      if (this.data.parcel === null || !this.data.parcel.ended) this.refresh()
    }, EVERY)
  },
  onHide() {
    clearInterval(this.timer)
  },
  onUnload() {
    clearInterval(this.timer)
  },
  onPullDownRefresh() {
    this.refresh(() => wx.stopPullDownRefresh())
  },
  onShareAppMessage() {
    const title = this.data.parcel ? `物流：${this.data.parcel.title}` : '物流详情'
    return { title, path: `/pages/track/track?token=${this.token}` }
  },

  /** Asks the hub; what was known stays on the page when it does not answer. */
  refresh(done = () => {}) {
    const digits = this.last4
    wx.request({
      url: `${HUB}/track/${this.token}.json`,
      data: digits ? { phone_last4: digits } : {},
      timeout: 15000,
      success: ({ statusCode, data }) => {
        if (statusCode === 200) {
          this.setData({ parcel: view(data), failed: '' })
          if (digits && !data.verified) this.refuse(200)
        } else if (digits) this.refuse(statusCode)
        else this.setData({ failed: failure(statusCode, false) })
      },
      fail: () => this.setData({ failed: failure(0, false) }),
      complete: done,
    })
  },
  /** The digits were wrong, or too many were tried: they are forgotten. */
  refuse(status) {
    this.last4 = ''
    wx.showToast({ title: failure(status, true), icon: 'none' })
  },
  prove({ detail }) {
    const digits = detail.value.last4
    if (!/^\d{4}$/.test(digits)) {
      wx.showToast({ title: '请输入四位数字。', icon: 'none' })
      return
    }
    this.last4 = digits
    this.refresh()
  },
  copy({ currentTarget }) {
    wx.setClipboardData({ data: currentTarget.dataset.text })
  },
  call({ currentTarget }) {
    wx.makePhoneCall({ phoneNumber: currentTarget.dataset.phone })
  },
  /** Another parcel of the same order. */
  other({ currentTarget }) {
    const { token } = currentTarget.dataset
    if (!token || token === this.token) return
    this.token = token
    this.refresh()
  },
})

/** If these break, a route runs through the wrong city or a province vanishes from the map. */
import { describe, expect, it } from 'vitest'
import { CITIES, findCity, shortName } from '@/maps/cities'
import { fit, placeLabels } from '@/maps/projection'
import { provinceCode, PROVINCES, stepOf, steps } from '@/maps/provinces'

describe('cities', () => {
  it('are called as on a map', () => {
    expect(shortName('杭州市')).toBe('杭州')
    expect(shortName('恩施土家族苗族自治州')).toBe('恩施')
    expect(shortName('香港特别行政区')).toBe('香港')
    expect(shortName('巴音郭楞蒙古自治州')).toBe('巴音郭楞')
  })

  it('are found by code, by a district’s code and by name', () => {
    expect(findCity({ adcode: '330100' })?.name).toBe('杭州市')
    expect(findCity({ adcode: '330106' })?.name).toBe('杭州市')
    expect(findCity({ adcode: 310115 })?.name).toBe('上海市')
    expect(findCity({ city: '广州' })?.adcode).toBe(440100)
    expect(findCity({ city: '亚特兰蒂斯' })).toBeUndefined()
    expect(findCity({})).toBeUndefined()
  })

  it('lie where China lies', () => {
    for (const { lon, lat } of CITIES) {
      expect(lon > 73 && lon < 136 && lat > 3 && lat < 54).toBe(true)
    }
  })
})

describe('provinces', () => {
  it('are all there, one tile each', () => {
    expect(PROVINCES).toHaveLength(34)
    expect(new Set(PROVINCES.map(({ code }) => code)).size).toBe(34)
    expect(new Set(PROVINCES.map(({ column, row }) => `${column},${row}`)).size).toBe(34)
  })

  it('are known by code and by name', () => {
    expect(provinceCode('内蒙古自治区')).toBe('15')
    expect(provinceCode('440300')).toBe('44')
    expect(provinceCode('海外')).toBeUndefined()
  })

  it('are told apart by steps of about equal size', () => {
    const bounds = steps([1, 2, 3, 4, 100, 10000], 3)
    expect(bounds).toEqual([2, 4, 10000])
    expect([1, 2, 3, 100].map((value) => stepOf(value, bounds))).toEqual([0, 0, 1, 2])
    expect(steps([5, 5, 5], 3)).toEqual([5])
    expect(steps([], 3)).toEqual([])
  })
})

describe('the picture', () => {
  const frame = { width: 640, height: 280, margin: 40 }

  it('keeps every place inside, north up and east right', () => {
    const places = [{ lon: 87.6, lat: 43.8 }, { lon: 113.3, lat: 23.1 }]
    const { project } = fit(places, frame)
    const [urumqi, canton] = places.map(project) as [{ x: number; y: number }, { x: number; y: number }]
    expect(urumqi.x).toBeLessThan(canton.x)
    expect(urumqi.y).toBeLessThan(canton.y)
    for (const { x, y } of [urumqi, canton]) {
      expect(x >= 39.9 && x <= 600.1 && y >= 39.9 && y <= 240.1).toBe(true)
    }
  })

  it('does not zoom into a single point', () => {
    expect(fit([{ lon: 120, lat: 30 }], frame).project({ lon: 120, lat: 30 })).toEqual({ x: 320, y: 140 })
  })

  it('never lets one label cover another', () => {
    const near = [0, 3, 6, 9, 12, 15].map((x) => ({ point: { x: 300 + x, y: 100 + x }, text: '杭州' }))
    const boxes = placeLabels(near, frame, 13).filter((box) => box !== null)
    expect(boxes.length).toBeGreaterThan(0)
    expect(new Set(boxes.map(({ x, y }) => `${x},${y}`)).size).toBe(boxes.length)
  })
})

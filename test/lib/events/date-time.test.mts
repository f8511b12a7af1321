import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isDateTime } from '../../../dist/lib/events/date-time.js'

const right = [
  '2026-11-23T10:00:00Z',
  '2026-11-23t10:00:00z',
  '2026-11-23T10:00:00.123456789+05:30',
  '2026-11-23T23:59:59-00:00',
  '2024-02-29T00:00:00Z',
  '2000-02-29T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '1990-12-31T23:59:60Z',
  '1990-12-31T15:59:60-08:00',
  '1991-01-01T05:29:60+05:30',
]

const wrong = [
  '',
  '2026-11-23',
  '10:00:00Z',
  '2026-11-23T10:00:00',
  '2026-11-23 10:00:00Z',
  '2026-11-23T10:00Z',
  '2026-11-23T10:00:00.Z',
  '2026-11-23T10:00:00,5Z',
  '2026-11-23T24:00:00Z',
  '2026-11-23T10:60:00Z',
  '2026-11-23T10:00:61Z',
  '2026-11-23T10:00:60Z',
  '2026-11-23T23:59:60+01:00',
  '2026-11-23T10:00:00+24:00',
  '2026-11-23T10:00:00+0100',
  '2026-11-23T10:00:00+01',
  '2026-00-01T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-11-00T00:00:00Z',
  '2026-11-31T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '26-11-23T10:00:00Z',
  '+2026-11-23T10:00:00Z',
  ' 2026-11-23T10:00:00Z',
  '2026-11-23T10:00:00Z\n',
  '２０２６-11-23T10:00:00Z',
  'now',
]

describe('a date and time by RFC 3339', () => {
  for (const text of right) it(`is ${text}`, () => assert.equal(isDateTime(text), true))
  for (const text of wrong) it(`is not ${JSON.stringify(text)}`, () => assert.equal(isDateTime(text), false))

  it('is every one that a Date writes in the years from 0 to 9999', () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(fc.property(date, (day) => isDateTime(day.toISOString())))
  })

  it('is of a day that a calendar has', () => {
    const number = fc.integer({ min: 0, max: 40 })
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9999 }), number, number, (year, month, day) => {
        const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
        const date = new Date(Date.UTC(year, month - 1, day))
        const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
        assert.equal(isDateTime(`${text}T00:00:00Z`), exists, text)
      }),
    )
  })
})

import assert from 'node:assert/strict'
import { checkWandbSettings } from '../../../../dist/lib/sources/wandb/settings.js'
import { checkFullScan } from '../../../../dist/lib/sources/watch/settings.js'

describe('The settings of a W&B source', () => {
  for (const [given, asked] of [
    ['https://api.wandb.ai', 'https://api.wandb.ai'],
    [' https://api.wandb.ai/ ', 'https://api.wandb.ai'],
    ['https://api.wandb.ai/graphql', 'https://api.wandb.ai'],
    ['http://wandb.local:8080/behind/a/path/', 'http://wandb.local:8080/behind/a/path'],
  ] as const) {
    it(`take the base URL "${given}"`, () => {
      assert.deepEqual(checkWandbSettings({ baseUrl: given, interval: '30' }), { baseUrl: asked, interval: 30_000 })
    })
  }

  for (const [given, words] of [
    ['', /no base URL/],
    ['api.wandb.ai', /must begin with https/],
    ['ftp://api.wandb.ai', /must begin with https/],
    ['https://', /name a host/],
    ['https://api:key@api.wandb.ai', /user name or password/],
    ['https://api.wandb.ai?x=1', /before \? or #/],
    ['https://wandb.ai', /programs ask/],
  ] as const) {
    it(`refuse the base URL "${given}"`, () => {
      assert.throws(() => checkWandbSettings({ baseUrl: given, interval: '30' }), {
        code: 'source_invalid',
        message: words,
        statusText: 'invalid base URL',
      })
    })
  }

  for (const interval of ['', ' ', '0', '-1', '0.5', 'soon', '86401', 'NaN']) {
    it(`refuse the interval "${interval}"`, () => {
      assert.throws(() => checkWandbSettings({ baseUrl: 'https://api.wandb.ai', interval }), {
        code: 'source_invalid',
        statusText: 'invalid interval',
      })
    })
  }

  for (const [hours, ms] of [
    [undefined, 86_400_000],
    [0.5, 1_800_000],
    [48, 172_800_000],
  ] as const) {
    it(`look at everything every ${hours} hours`, () => assert.equal(checkFullScan(hours), ms))
  }

  for (const hours of [0, -1, '24', Number.NaN, 1e6, null] as const) {
    it(`${hours === null ? 'take' : 'refuse'} ${JSON.stringify(hours)} hours`, () => {
      if (hours === null) assert.equal(checkFullScan(hours), 86_400_000)
      else assert.throws(() => checkFullScan(hours), { code: 'source_invalid', message: /fullScanHours/ })
    })
  }
})

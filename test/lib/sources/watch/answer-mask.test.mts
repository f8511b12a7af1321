import assert from 'node:assert/strict'
import { AnswerMask } from '../../../../dist/lib/sources/watch/answer-mask.js'

describe('What a watched registry says', () => {
  it('shows neither its key, nor of a user and a password the password alone', () => {
    const mask = new AnswerMask(['of the proxy'])
    const said = (key: string, text: string) => mask.answer(key, { status: 200, headers: {}, text }).text
    assert.equal(said('ada:open sesame', '{"why": "no open sesame of ada"}'), '{"why": "no *** of ada"}')
    assert.equal(said('ada:open sesame', `Basic ${btoa('ada:open sesame')}`), 'Basic ***')
    assert.equal(said('dapi-123456', 'the key dapi-123456, of the proxy'), 'the key ***, ***')
    assert.equal(mask.reason('ada:open sesame', new Error('open sesame?')), '***?')
  })
})

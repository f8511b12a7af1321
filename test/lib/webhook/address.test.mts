import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type AddressPolicy, parseAddressPolicy } from '../../../dist/lib/webhook/address.js'
import { NEVER, NOT_PUBLIC } from '../../../dist/lib/webhook/address-ranges.js'

const lan = parseAddressPolicy('lan')
const open = parseAddressPolicy('public')

/** Judges a host as it would stand in a URL. */
function allows(policy: AddressPolicy, host: string): boolean {
  try {
    policy.checkHost(new URL(`http://${host}/`).hostname)
    return true
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'address_blocked')
    return false
  }
}

/** [as written in a URL, by `lan`, by `public`] */
const LITERALS: readonly [host: string, lan: boolean, public_: boolean][] = [
  ['93.184.216.34', true, true],
  ['[2606:2800:220:1:248:1893:25c8:1946]', true, true],
  ['127.0.0.1', true, false],
  ['127.1', true, false],
  ['0x7f.1', true, false],
  ['0x7f000001', true, false],
  ['2130706433', true, false],
  ['0177.0.0.1', true, false],
  ['①②⑦.0.0.1', true, false],
  ['127.0.0.1.', true, false],
  ['[::1]', true, false],
  ['[0:0:0:0:0:0:0:1]', true, false],
  ['[::ffff:127.0.0.1]', true, false],
  ['[::ffff:7f00:1]', true, false],
  ['[::127.0.0.1]', true, false],
  ['[64:ff9b::7f00:1]', true, false],
  ['[64:ff9b::5db8:d822]', true, true],
  ['10.1.2.3', true, false],
  ['172.16.0.1', true, false],
  ['172.32.0.1', true, true],
  ['192.168.178.1', true, false],
  ['100.64.0.1', true, false],
  ['[fd12:3456::1]', true, false],
  ['0.0.0.0', false, false],
  ['0', false, false],
  ['[::]', false, false],
  ['169.254.169.254', false, false],
  ['169.254.169.254.', false, false],
  ['2852039166', false, false],
  ['0xa9fea9fe', false, false],
  ['0251.0376.0251.0376', false, false],
  ['[::ffff:169.254.169.254]', false, false],
  ['[::ffff:a9fe:a9fe]', false, false],
  ['[::169.254.169.254]', false, false],
  ['[64:ff9b::a9fe:a9fe]', false, false],
  ['[64:ff9b:1::a9fe:a9fe]', false, false],
  ['[2002:a9fe:a9fe::]', false, false],
  ['[2001:0:4136:e378:8000:63bf:5601:5601]', false, false],
  ['[fd00::5efe:a9fe:a9fe]', false, false],
  ['[fe80::1]', false, false],
  ['[fd00:ec2::254]', false, false],
  ['[fd20:ce::254]', false, false],
  ['[fd00:c1::a9fe:a9fe]', false, false],
  ['[fd00:a9fe:a9fe::1]', false, false],
  ['[fd00:42::42]', false, false],
  ['[fd00:0ec2:0:0::0254]', false, false],
  ['[fd00:ec2::23]', false, false],
  ['[fe80::a9fe:a9fe]', false, false],
  ['[::ffff:0:a9fe:a9fe]', false, false],
  ['[::ffff:0:169.254.169.254]', false, false],
  ['[::ffff:0:10.0.0.1]', true, false],
  ['[::ffff:0:93.184.216.34]', true, true],
  ['[64:ff9b:1:a9fe:a9:fe00::]', false, false],
  ['[64:ff9b:1:a9:fe:a9fe::]', false, false],
  ['[64:ff9b:1:0:a9:fea9:fe00:0]', false, false],
  ['[64:ff9b:1::10.0.0.1]', true, false],
  ['[2002:a9fe:a9fe::1]', false, false],
  ['[2001:0:a9fe:a9fe::1]', false, false],
  ['100.100.100.200', false, false],
  ['168.63.129.16', false, false],
  ['192.0.0.192', false, false],
  ['224.0.0.1', false, false],
  ['[ff02::1]', false, false],
  ['255.255.255.255', false, false],
  ['metadata.google.internal', false, false],
  ['METADATA.google.internal.', false, false],
  ['example.com', true, true],
  ['localhost', true, true],
]

describe('the address policy', () => {
  for (const [host, byLan, byPublic] of LITERALS) {
    it(`#43 ${host}: ${byLan ? 'allowed' : 'refused'} by lan, ${byPublic ? 'allowed' : 'refused'} by public`, () => {
      assert.equal(allows(lan, host), byLan)
      assert.equal(allows(open, host), byPublic)
    })
  }

  it('refuses the first and the last address of each range that is never called', () => {
    for (const [cidr] of NEVER) {
      for (const address of edges(cidr)) {
        assert.throws(() => lan.checkAddresses('name.example', [address]), { code: 'address_blocked' }, address)
        assert.throws(() => open.checkAddresses('name.example', [address]), { code: 'address_blocked' }, address)
      }
    }
  })

  it('refuses the first and the last address of each range that is not public, by public alone', () => {
    for (const [cidr] of NOT_PUBLIC) {
      for (const address of edges(cidr)) {
        assert.throws(() => open.checkAddresses('name.example', [address]), { code: 'address_blocked' }, address)
      }
    }
    assert.deepEqual(lan.checkAddresses('name.example', ['192.168.0.1']), ['192.168.0.1'])
  })

  it('judges every IPv4 address the same in each of its IPv6 forms (property)', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(byte, byte, byte, byte, (a, b, c, d) => {
        const hex = [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':')
        for (const policy of [lan, open]) {
          const plain = allows(policy, `${a}.${b}.${c}.${d}`)
          assert.equal(allows(policy, `[::ffff:${a}.${b}.${c}.${d}]`), plain)
          assert.equal(allows(policy, `[64:ff9b::${hex}]`), plain)
          assert.equal(allows(policy, `[::ffff:0:${hex}]`), plain)
        }
        const octets = [a, b, c, d].map((octet) => octet.toString(16).padStart(2, '0'))
        const [w, x, y, z] = octets as [string, string, string, string]
        const inverted = [a * 256 + b, c * 256 + d].map((group) => (group ^ 0xffff).toString(16)).join(':')
        // these are not public as such, and one that may be read in several ways is refused for any of them
        for (const form of [
          `2002:${hex}::1`,
          `2001:0:5db8:d822:0:0:${inverted}`,
          `2001:0:${hex}::1`,
          `2001:db9::5efe:${hex}`,
          `64:ff9b:1::${hex}`,
          `64:ff9b:1:${w}${x}:${y}:${z}00::`,
          `64:ff9b:1:${w}:${x}:${y}${z}::`,
          `64:ff9b:1:0:${w}:${x}${y}:${z}00:0`,
        ]) {
          // 0.0.0.0/8 is what padding looks like there
          if (a > 0 && !allows(lan, `${a}.${b}.${c}.${d}`)) assert.equal(allows(lan, `[${form}]`), false, form)
        }
      }),
    )
  })

  it('refuses a name when one of its addresses is forbidden', () => {
    assert.throws(() => lan.checkAddresses('rebind.example', ['93.184.216.34', '169.254.169.254']), {
      code: 'address_blocked',
      message: /rebind\.example \(169\.254\.169\.254\).*metadata/,
    })
    assert.throws(() => open.checkAddresses('rebind.example', ['93.184.216.34', '10.0.0.1']), /private network/)
  })

  it('leaves out the link-local addresses that names of the local network have beside another', () => {
    assert.deepEqual(lan.checkAddresses('printer.local', ['fe80::1%eth0', '192.168.1.5']), ['192.168.1.5'])
    assert.throws(() => lan.checkAddresses('printer.local', ['fe80::1%eth0']), { code: 'address_blocked' })
  })

  it('public refuses the names of this machine when a proxy would look them up', () => {
    open.checkHost('localhost')
    for (const name of ['localhost', 'LOCALHOST.', 'app.localhost']) {
      assert.throws(() => open.checkHost(name, { resolvedElsewhere: true }), { code: 'address_blocked' })
    }
    for (const name of ['hooks.example.com', 'notlocalhost', 'localhost.example.com']) {
      open.checkHost(name, { resolvedElsewhere: true })
    }
    lan.checkHost('localhost', { resolvedElsewhere: true })
  })

  it('refuses the short names of metadata services where a proxy would look them up, and no machine of that name', () => {
    for (const name of ['metadata', 'instance-data', 'METADATA.', 'metadata.tencentyun.com']) {
      assert.throws(() => lan.checkHost(name, { resolvedElsewhere: true }), { code: 'address_blocked' }, name)
    }
    lan.checkHost('metadata')
    lan.checkHost('metadata.example', { resolvedElsewhere: true })
  })

  it('says in the refusal who decides', () => {
    assert.throws(() => lan.checkHost('169.254.169.254'), {
      message: /^169\.254\.169\.254 may not be called: .*artifactAutomations\.addressPolicy in settings\.js/,
    })
  })
})

describe('an allowlist', () => {
  const policy = parseAddressPolicy(['hooks.example.com', '*.Internal.example', '192.0.2.7', '10.0.0.0/8', 'fd12::/16'])

  const hosts: Record<string, boolean> = {
    '192.0.2.7': true,
    '[::ffff:192.0.2.7]': true,
    '192.0.2.8': false,
    '10.255.0.1': true,
    '11.0.0.1': false,
    '[fd12::1]': true,
    '[fd13::1]': false,
    '127.0.0.1': false,
    '169.254.169.254': false,
  }
  for (const [host, allowed] of Object.entries(hosts)) {
    it(`${allowed ? 'allows' : 'refuses'} ${host}`, () => assert.equal(allows(policy, host), allowed))
  }

  it('allows listed names wherever they lead, but not to metadata', () => {
    assert.deepEqual(policy.checkAddresses('hooks.example.com', ['192.168.0.9']), ['192.168.0.9'])
    assert.deepEqual(policy.checkAddresses('HOOKS.example.com.', ['93.184.216.34']), ['93.184.216.34'])
    assert.throws(() => policy.checkAddresses('hooks.example.com', ['169.254.169.254']), { code: 'address_blocked' })
  })

  it('takes a star for the names below, not for the name itself or others that end alike', () => {
    assert.deepEqual(policy.checkAddresses('a.b.internal.example', ['127.0.0.1']), ['127.0.0.1'])
    for (const name of ['internal.example', 'evilinternal.example', 'hooks.example.com.evil.example']) {
      assert.throws(() => policy.checkAddresses(name, ['93.184.216.34']), { code: 'address_blocked' }, name)
    }
  })

  it('dials only the listed ones of the addresses of an unlisted name', () => {
    assert.deepEqual(policy.checkAddresses('db.example', ['::1', '10.0.0.5']), ['10.0.0.5'])
  })

  it('is asked by name when a proxy looks names up', () => {
    policy.checkHost('hooks.example.com', { resolvedElsewhere: true })
    assert.throws(() => policy.checkHost('other.example', { resolvedElsewhere: true }), { code: 'address_blocked' })
  })

  it('may name one address as a range', () => {
    const single = parseAddressPolicy(['192.0.2.7/32', 'fd12::7/128'])
    const allowed = ['192.0.2.6', '192.0.2.7', '192.0.2.8', '[fd12::6]', '[fd12::7]', '[fd12::8]']
    assert.deepEqual(
      allowed.filter((host) => allows(single, host)),
      ['192.0.2.7', '[fd12::7]'],
    )
  })

  it('may name a metadata address on purpose', () => {
    assert.equal(allows(parseAddressPolicy(['169.254.170.2']), '169.254.170.2'), true)
  })

  const wrong: Record<string, unknown> = {
    'another word': 'open',
    'nothing at all': null,
    'a number in it': ['example.com', 5],
    'a URL in it': ['https://example.com'],
    'a port in it': ['example.com:443'],
    'a range that is too narrow': ['10.0.0.0/33'],
    'an IPv6 range that is too narrow': ['fd12::/129'],
    'half a range': ['10.0.0.0/'],
    'a star in the middle': ['a.*.example'],
    'an empty name': [''],
  }
  for (const [what, value] of Object.entries(wrong)) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => parseAddressPolicy(value as string[]), {
        code: 'address_policy_invalid',
        message: /settings\.js must be 'lan', 'public' or a list/,
      })
    })
  }
})

/** The first and the last address of a CIDR range. */
function edges(cidr: string): string[] {
  const [address = '', bits] = cidr.split('/')
  const v6 = address.includes(':')
  const size = v6 ? 128n : 32n
  const groups = v6
    ? expand(address).map((group) => BigInt(`0x${group}`))
    : address.split('.').map((group) => BigInt(group))
  const width = v6 ? 16n : 8n
  const first = groups.reduce((sum, group) => (sum << width) | group, 0n)
  const last = first | ((1n << (size - BigInt(bits ?? size))) - 1n)
  const write = (value: bigint) => {
    const parts = groups.map(
      (_, index) => (value >> (width * BigInt(groups.length - 1 - index))) & ((1n << width) - 1n),
    )
    return v6 ? parts.map((part) => part.toString(16)).join(':') : parts.join('.')
  }
  return [write(first), write(last)]
}

function expand(address: string): string[] {
  const [head = '', tail = ''] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}

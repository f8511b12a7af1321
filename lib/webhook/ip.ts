import { BlockList, isIP } from 'node:net'
import type { AddressRange } from './address-ranges.js'

/** Addresses by range. The first range that was given wins, so that what it is called is predictable. */
export class RangeTable {
  readonly #ranges: { readonly list: BlockList; readonly what: string }[]

  constructor(ranges: readonly AddressRange[]) {
    this.#ranges = ranges.map(([cidr, what]) => ({ list: listOf(cidr), what }))
  }

  /** What an address belongs to; null when to none of the ranges. */
  find(address: string): string | null {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    return this.#ranges.find(({ list }) => list.check(address, family))?.what ?? null
  }
}

/** @returns whether the text is an address or a CIDR range */
export function isRange(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
}

function listOf(cidr: string): BlockList {
  const [address = '', bits] = cidr.split('/')
  const v6 = isIP(address) === 6
  const list = new BlockList()
  list.addSubnet(address, bits === undefined ? (v6 ? 128 : 32) : Number(bits), v6 ? 'ipv6' : 'ipv4')
  return list
}

/** An address without brackets and zone; an IPv4 address in IPv6's mapped form as the IPv4 address it is. */
export function plainAddress(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '').split('%', 1)[0]!
  if (isIP(bare) !== 6) return bare
  const groups = groupsOf(bare)
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff ? ipv4(groups[6]!, groups[7]!) : bare
}

/**
 * The IPv4 addresses that a gateway would make of an IPv6 address: NAT64 (RFC 6052, also within the local-use prefix of
 * RFC 8215, where a network chooses how many bits stand before the address), 6to4 (RFC 3056), Teredo (RFC 4380),
 * ISATAP (RFC 5214), the translated form of RFC 2765 and the old compatible one.
 */
export function embeddedIPv4(address: string): string[] {
  if (isIP(address) !== 6) return []
  const groups = groupsOf(address)
  const [a, b, c, d, e, f, g, h] = groups as [number, number, number, number, number, number, number, number]
  if (a === 0x64 && b === 0xff9b) {
    if (c !== 1) return [ipv4(g, h)]
    // RFC 6052, section 2.2: bits 64 to 71 are no part of it
    const at48 = ipv4(d, ((e & 255) << 8) | (f >> 8))
    const at56 = ipv4(((d & 255) << 8) | (e & 255), f)
    const at64 = ipv4(((e & 255) << 8) | (f >> 8), ((f & 255) << 8) | (g >> 8))
    // what begins with 0 is the padding of another length
    return [ipv4(g, h), at48, at56, at64].filter((inside) => !inside.startsWith('0.'))
  }
  if (a === 0x2002) return [ipv4(b, c)]
  if (a === 0x2001 && b === 0) return [ipv4(g ^ 0xffff, h ^ 0xffff), ipv4(c, d)]
  if ((e & 0xfdff) === 0 && f === 0x5efe) return [ipv4(g, h)]
  const zeros = (count: number) => groups.slice(0, count).every((group) => group === 0)
  if (zeros(4) && e === 0xffff && f === 0) return [ipv4(g, h)]
  if (zeros(6) && g !== 0) return [ipv4(g, h)]
  return []
}

function ipv4(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The eight groups of an IPv6 address. The URL parser does the hard part: it writes any spelling as hex groups. */
function groupsOf(address: string): number[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = !tail ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
}

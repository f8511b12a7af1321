/** A range of addresses, and what it is called in a sentence. */
export type AddressRange = readonly [cidr: string, what: string]

/** Never called, in any mode but by an allowlist that names them: nothing that takes webhooks lives there. */
export const NEVER: readonly AddressRange[] = [
  ['0.0.0.0/8', 'the unspecified address'],
  ['169.254.0.0/16', 'link-local, where clouds keep their metadata'],
  ['100.100.100.200/32', 'cloud metadata'],
  ['168.63.129.16/32', 'cloud metadata'],
  ['192.0.0.192/32', 'cloud metadata'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved or broadcast'],
  ['::/128', 'the unspecified address'],
  ['fe80::/10', 'link-local'],
  // Amazon, Google, Oracle, Akamai (Linode) and Scaleway; others have none in IPv6
  ['fd00:ec2::/32', 'cloud metadata'],
  ['fd20:ce::254/128', 'cloud metadata'],
  ['fd00:c1::a9fe:a9fe/128', 'cloud metadata'],
  ['fd00:a9fe:a9fe::1/128', 'cloud metadata'],
  ['fd00:42::42/128', 'cloud metadata'],
  ['ff00::/8', 'multicast'],
]

/** Beyond those, what is not a public address (IANA special-purpose registries; the same list as Svix's). */
export const NOT_PUBLIC: readonly AddressRange[] = [
  ['10.0.0.0/8', 'a private network'],
  ['100.64.0.0/10', 'a carrier’s private network'],
  ['127.0.0.0/8', 'this machine'],
  ['172.16.0.0/12', 'a private network'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'for documentation'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'a private network'],
  ['198.18.0.0/15', 'for benchmarks'],
  ['198.51.100.0/24', 'for documentation'],
  ['203.0.113.0/24', 'for documentation'],
  ['::1/128', 'this machine'],
  ['64:ff9b:1::/48', 'a private network'],
  ['100::/64', 'reserved'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'for documentation'],
  ['2002::/16', 'reserved'],
  ['3fff::/20', 'for documentation'],
  ['5f00::/16', 'reserved'],
  ['fc00::/7', 'a private network'],
  ['fec0::/10', 'a private network'],
]

/** Names of metadata services, for where a proxy looks names up. */
export const METADATA_NAMES: readonly string[] = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.tencentyun.com',
  'api.metadata.cloud.ibm.com',
]

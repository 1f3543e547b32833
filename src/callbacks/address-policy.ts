import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import ipaddr from 'ipaddr.js'
import { LRUCache } from 'lru-cache'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Decides which addresses a callback may be sent to. Pure: looks nothing up and keeps nothing. */
export interface AddressPolicy {
  /**
   * Why `url` may not be called, as one sentence, or `undefined` if it may.
   *
   * Without `address` this judges what can be judged before a look-up: the name and, if the host is an IP address, that
   * address. With `address` it judges one of the addresses the name stands for. The name alone proves nothing, so
   * whoever connects asks again for each address the connection may use.
   */
  objection(url: URL, address?: string): string | undefined
}

export interface AddressPolicyOptions {
  /** Addresses that are not on the public internet: 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7, reserved ranges. */
  private: 'allow' | 'deny'
  /** 127/8 and ::1. To be denied where strangers can ask for callbacks: it is this machine's own side of the fence. */
  loopback: 'allow' | 'deny'
  /**
   * Host patterns (`hooks.test`, `*.example.com` for its subdomains at any depth, `*`) and addresses or ranges
   * (`10.1.2.3`, `10.0.0.0/8`, `2001:db8::/32`). If there are any, only what matches one is called; what matches is
   * called though `private` or `loopback` says no, because naming it is the clearer wish.
   */
  allow: readonly string[]
  /** The same patterns; what matches one is never called, whatever `allow` says. */
  deny: readonly string[]
  /**
   * Our own receivers, e.g. `http://127.0.0.1:4180/_mockling/inbox/`: URLs on the same origin whose path starts with
   * the one given may be called whatever `private`, `loopback` and `allow` say. A function, because a port is known
   * only once it is listened on. Default: none.
   */
  ownOrigins?: () => readonly string[]
}

/** Ranges refused whatever `allow` says: nobody's receiver is there, and an answer may hold the machine's credentials. */
const ALWAYS_REFUSED: Readonly<Partial<Record<string, string>>> = {
  unspecified: 'an unspecified address',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
  linkLocal: 'a link-local address',
  rfc6052: 'an address behind a local NAT64 prefix',
  metadata: 'a cloud metadata address',
}

/** Names of metadata services. Their addresses are refused anyway; the names also where a resolver is bent. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata.google.internal',
  'metadata.goog',
  'instance-data.ec2.internal',
  'metadata.tencentyun.com',
])

/** Metadata services outside the link-local ranges, which are refused as a whole. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set(
  [
    '100.100.100.200', // Alibaba Cloud
    '168.63.129.16', // Azure's wire server: looks public
    '192.0.0.192', // Oracle Cloud, classic
    'fd00:ec2::254', // AWS, instance metadata
    'fd00:ec2::23', // AWS, credentials of EKS pods
    'fd20:ce::254', // Google Cloud
    'fd00:c1::a9fe:a9fe', // Oracle Cloud
    'fd00:42::42', // Scaleway
  ].map(text => ipaddr.parse(text).toNormalizedString()),
)

/**
 * Builds a policy from settings.
 *
 * The order of judgement: what is always refused (link-local, cloud metadata, unspecified, multicast, broadcast), then
 * `deny`, then our own receivers, then `allow`, then `loopback` and `private`. An IPv6 address that carries an IPv4
 * address (mapped, NAT64, 6to4, Teredo and kin) is judged as the address it carries.
 *
 * @throws TypeError naming the pattern, if one in `allow` or `deny` is neither a host pattern, an address nor a range.
 */
export function addressPolicy(options: AddressPolicyOptions): AddressPolicy {
  const allow = options.allow.map(text => parsePattern('allow', text))
  const deny = options.deny.map(text => parsePattern('deny', text))
  const isOwn = (url: URL) => (options.ownOrigins?.() ?? []).some(own => startsWith(url, new URL(own)))

  function ruleFor(range: string): 'allow' | 'deny' {
    if (range === 'unicast') return 'allow'
    // Also ranges the library may learn later: what isn't known to be public counts as private.
    return range === 'loopback' ? options.loopback : options.private
  }

  function objectionToAddress(url: URL, host: string, { address, judged, range }: Known): string | undefined {
    const shown = () => (isIP(host) ? host : `${host} (${address.toString()})`)
    const never = ALWAYS_REFUSED[range]
    if (never) return `${shown()} is ${never}, which is never called`

    // Both forms: a rule against 64:ff9b::/96 means the form, a rule against 10.0.0.0/8 what is in it.
    const denied = deny.find(pattern => pattern.matches(host, address) || pattern.matches(host, judged))
    if (denied) return `${shown()} matches the deny pattern "${denied.text}"`
    if (allow.some(pattern => pattern.matches(host, judged))) return undefined
    const rule = ruleFor(range)
    if (allow.length === 0 && rule === 'allow') return undefined
    if (isOwn(url)) return undefined
    if (allow.length > 0) return `${shown()} matches no allow pattern`
    return `${shown()} is a ${range === 'loopback' ? 'loopback' : 'private or reserved'} address: denied`
  }

  return {
    objection(url, address) {
      const host = hostOf(url)
      if (METADATA_NAMES.has(host)) return `${host} is a cloud metadata service, which is never called`
      const text = (address ?? host).replace(/%.*$/, '') // a zone says through which interface, not who
      const known = knownOf(text)
      if (known) return objectionToAddress(url, host, known)
      if (address !== undefined) return `${host} resolves to "${address}", which is no IP address`
      const denied = deny.find(pattern => pattern.matches(host))
      return denied && `${host} matches the deny pattern "${denied.text}"`
    },
  }
}

/** All addresses of a name, as `dns.promises.lookup(name, { all: true })` gives them. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

const systemResolve: Resolve = hostname => lookup(hostname, { all: true })

/** Has one look-up of a name under way at a time: a name server that hangs must not fill the few threads all look-ups share. */
export function oneAtATime(resolve: Resolve = systemResolve): Resolve {
  const running = new Map<string, ReturnType<Resolve>>()
  return hostname => {
    const answer = running.get(hostname) ?? resolve(hostname).finally(() => running.delete(hostname))
    running.set(hostname, answer)
    return answer
  }
}

/** Nothing that `hostname` stands for may be called. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress'
  /** The first of the addresses refused. */
  readonly address: string
  constructor(address: string, message: string) {
    super(message)
    this.address = address
  }
}

/**
 * The addresses of `url`'s host that may be called, looked up and judged now; `undefined` where the host is an address
 * itself. A connection is to be made to one of these: a second look-up could be given another answer (DNS rebinding).
 * @throws RefusedAddress if none is left.
 */
export function judgedAddresses(
  policy: AddressPolicy,
  url: URL,
  resolve: Resolve,
): Promise<readonly LookupAddress[]> | undefined {
  const host = hostOf(url)
  const objection = policy.objection(url)
  if (objection !== undefined) throw new RefusedAddress(host, objection)
  return isIP(host) ? undefined : judgedOf(policy, url, resolve)
}

async function judgedOf(policy: AddressPolicy, url: URL, resolve: Resolve): Promise<readonly LookupAddress[]> {
  const addresses = await resolve(url.hostname)
  const objections = addresses.map(({ address }) => policy.objection(url, address))
  const allowed = addresses.filter((_, index) => objections[index] === undefined)
  if (allowed.length > 0) return allowed
  if (addresses[0] === undefined) throw new Error(`${url.hostname} has no address`)
  throw new RefusedAddress(addresses[0].address, objections.join('; '))
}

/** The host of `url`, without the brackets of IPv6 and the dots at the end of a rooted name. `URL` has made `0x7f.1` an address by now. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '')
}

function startsWith(url: URL, own: URL): boolean {
  return url.origin === own.origin && url.pathname.startsWith(own.pathname)
}

/** What is known of an address by itself. */
interface Known {
  readonly address: Address
  /** What it is judged as. */
  readonly judged: Address
  readonly range: string
}

/** Addresses seen last, by their texts: the same few are judged again and again. */
const seen = new LRUCache<string, Known>({ max: 1000 })

/** `undefined` if the text is no address. */
function knownOf(text: string): Known | undefined {
  const before = seen.get(text)
  if (before || !ipaddr.isValid(text)) return before
  const address = ipaddr.parse(text)
  const judged = carriedIn(address)
  const range = METADATA_ADDRESSES.has(judged.toNormalizedString()) ? 'metadata' : judged.range()
  const known = { address, judged, range }
  seen.set(text, known)
  return known
}

interface Pattern {
  readonly text: string
  matches(host: string, address?: Address): boolean
}

function parsePattern(list: 'allow' | 'deny', text: string): Pattern {
  const range = parseRange(text)
  if (range) {
    const [network, bits] = range
    return {
      text,
      matches: (_, address) => address?.kind() === network.kind() && address.match(network, bits),
    }
  }

  if (text === '*') return { text, matches: () => true }

  const wild = text.startsWith('*.')
  // `domainToASCII` cuts its input at some of these without a word.
  const name = /[/\\?#@:%\s]/.test(text) ? '' : domainToASCII(wild ? text.slice(2) : text).replace(/\.$/, '')
  // `127.1` and `0x7f.1` are addresses to a URL; as patterns they are more likely slips than wishes.
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) || ipaddr.isValid(name)) {
    throw new TypeError(
      `callback ${list} pattern "${text}" is not a host (hooks.test, *.example.com), an address (10.1.2.3) ` +
        'or a range (10.0.0.0/8, 2001:db8::/32)',
    )
  }
  return { text, matches: called => (wild ? called.endsWith(`.${name}`) : called === name) }
}

/** An address is a range of one. `undefined` if `text` is neither. */
function parseRange(text: string): [Address, number] | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  const { IPv4, IPv6 } = ipaddr
  if (IPv4.isValidFourPartDecimal(bare)) return [IPv4.parse(bare), 32]
  if (IPv4.isValidCIDRFourPartDecimal(bare)) return IPv4.parseCIDR(bare)
  const range = IPv6.isValid(bare) ? ([IPv6.parse(bare), 128] as const) : undefined
  const [network, bits] = range ?? (IPv6.isValidCIDR(bare) ? IPv6.parseCIDR(bare) : [])
  if (!network || bits === undefined) return undefined
  // Mapped addresses are judged as IPv4, so a rule written for the mapped form has to become one for IPv4.
  return network.isIPv4MappedAddress() && bits >= 96 ? [network.toIPv4Address(), bits - 96] : [network, bits]
}

/** The IPv4 address that an IPv6 address stands for on its way, or the address itself. */
function carriedIn(address: Address): Address {
  if (!isIPv6(address)) return address
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = address.parts
  switch (address.range()) {
    case 'ipv4Mapped': // ::ffff:a.b.c.d
    case 'rfc6145': // ::ffff:0:a.b.c.d
      return ipv4(g, h)
    case 'rfc6052': // 64:ff9b::a.b.c.d; the local prefix 64:ff9b:1::/48 hides the address at a place only its owner knows
      return c === 0 ? ipv4(g, h) : address
    case '6to4': // 2002:a.b.c.d::
      return ipv4(b, c)
    case 'teredo': // 2001:0:…, the client's address last, inverted
      return ipv4(g ^ 0xffff, h ^ 0xffff)
    case 'unicast': // ::a.b.c.d, long deprecated; :: and ::1 are ranges of their own
      return [a, b, c, d, e, f].every(part => part === 0) ? ipv4(g, h) : address
    default:
      return address
  }
}

function ipv4(high: number, low: number): ipaddr.IPv4 {
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff])
}

function isIPv6(address: Address): address is ipaddr.IPv6 {
  return address.kind() === 'ipv6'
}

import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AddressPolicyOptions, addressPolicy } from '../../src/callbacks/address-policy.ts'

const OPEN: AddressPolicyOptions = { private: 'allow', loopback: 'allow', allow: [], deny: [] }
const PUBLIC_ONLY: AddressPolicyOptions = { ...OPEN, private: 'deny', loopback: 'deny' }
const ANYTHING_NAMED: AddressPolicyOptions = { ...OPEN, allow: ['*', '0.0.0.0/0', '::/0'] }

function urlOf(host: string): URL {
  return new URL(`http://${host.includes(':') ? `[${host}]` : host}/hook`)
}

/** Of an address a name stands for. */
function objection(options: AddressPolicyOptions, address: string, host = 'hooks.test'): string | undefined {
  return addressPolicy(options).objection(urlOf(host), address)
}

/** Of an IP address written in a URL. */
function literalObjection(options: AddressPolicyOptions, host: string): string | undefined {
  return addressPolicy(options).objection(urlOf(host))
}

describe('always refused', () => {
  it.each([
    ['169.254.169.254', 'link-local'],
    ['169.254.0.0', 'link-local'],
    ['169.254.170.2', 'link-local'],
    ['169.254.255.255', 'link-local'],
    ['fe80::1', 'link-local'],
    ['febf:ffff::1', 'link-local'],
    ['100.100.100.200', 'cloud metadata'],
    ['168.63.129.16', 'cloud metadata'],
    ['192.0.0.192', 'cloud metadata'],
    ['fd00:ec2::254', 'cloud metadata'],
    ['fd00:0ec2:0:0:0:0:0:0254', 'cloud metadata'],
    ['fd00:ec2::23', 'cloud metadata'],
    ['fd20:ce::254', 'cloud metadata'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['::ffff:0:169.254.169.254', 'link-local'],
    ['::169.254.169.254', 'link-local'],
    ['::ffff:100.100.100.200', 'cloud metadata'],
    ['64:ff9b::169.254.169.254', 'link-local'],
    ['64:ff9b::0.0.0.0', 'unspecified'],
    ['64:ff9b:1::1', 'local NAT64'],
    ['2002:a9fe:a9fe::1', 'link-local'],
    ['2001:0:4136:e378:8000:63bf:5601:5601', 'link-local'],
  ])('refuses %s as %s, though everything is named in allow', (address, kind) => {
    expect(objection(ANYTHING_NAMED, address)).toContain(kind)
    expect(literalObjection(ANYTHING_NAMED, address)).toContain(kind)
    expect(objection(ANYTHING_NAMED, address)).toContain('hooks.test')
  })

  it.each([
    ['fe80::1%eth0', 'link-local'],
    ['fd00:ec2::254%eth0', 'cloud metadata'],
  ])('refuses %s, whose zone changes nothing', (address, kind) => {
    expect(objection(ANYTHING_NAMED, address)).toContain(kind)
  })

  it.each([
    'metadata.google.internal',
    'METADATA.google.internal',
    'metadata.google.internal.',
    'metadata.google.internal..',
    'metadata.goog',
    'instance-data.ec2.internal',
    'metadata.tencentyun.com',
  ])('refuses the name %s before and after it is looked up', host => {
    const policy = addressPolicy(ANYTHING_NAMED)
    expect(policy.objection(new URL(`http://${host}/`))).toContain('cloud metadata service')
    expect(policy.objection(new URL(`http://${host}/`), '93.184.215.14')).toContain('cloud metadata service')
  })

  it('refuses link-local addresses whatever is allowed, and for our own receivers too', () => {
    const policy = addressPolicy({ ...ANYTHING_NAMED, ownOrigins: () => ['http://hooks.test/'] })
    const lastTwo = fc.tuple(fc.nat(255), fc.nat(255))
    fc.assert(
      fc.property(lastTwo, ([c, d]) => policy.objection(urlOf('hooks.test'), `169.254.${c}.${d}`) !== undefined),
    )
    const linkLocal = fc.tuple(fc.integer({ min: 0xfe80, max: 0xfebf }), fc.nat(0xffff))
    fc.assert(
      fc.property(
        linkLocal,
        ([a, h]) => policy.objection(urlOf('hooks.test'), `${a.toString(16)}::${h.toString(16)}`) !== undefined,
      ),
    )
  })

  it('refuses what a resolver gives that is no address', () => {
    expect(objection(OPEN, 'elsewhere.test')).toContain('no IP address')
    expect(objection(OPEN, '')).toContain('no IP address')
  })
})

describe('private and loopback', () => {
  const PRIVATE = ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1']
  const RESERVED = ['192.0.2.1', '198.18.0.1', '198.51.100.7', '203.0.113.9', '240.0.0.1', '100.127.255.255']
  const PRIVATE_V6 = ['fc00::1', 'fd12:3456::1', 'fec0::1', '2001:db8::1', '100::1', '::ffff:10.0.0.1', '2002:a00:1::1']

  it.each([...PRIVATE, ...RESERVED, ...PRIVATE_V6])('allows %s unless private addresses are denied', address => {
    expect(objection(OPEN, address)).toBeUndefined()
    expect(objection({ ...OPEN, private: 'deny' }, address)).toContain('private or reserved')
    expect(literalObjection({ ...OPEN, private: 'deny' }, address)).toContain('private or reserved')
  })

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '::ffff:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
  ])('allows %s unless loopback is denied', address => {
    expect(objection(OPEN, address)).toBeUndefined()
    expect(objection({ ...OPEN, private: 'deny' }, address)).toBeUndefined()
    expect(objection({ ...OPEN, loopback: 'deny' }, address)).toContain('loopback')
  })

  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
    '169.253.255.255',
    '169.255.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80b::200e',
    '::ffff:1.1.1.1',
    '64:ff9b::1.1.1.1',
    '2002:101:101::1',
  ])('allows %s, which is public', address => {
    expect(objection(PUBLIC_ONLY, address)).toBeUndefined()
    expect(literalObjection(PUBLIC_ONLY, address)).toBeUndefined()
  })

  it('agrees with a list of the private ranges kept by Node', () => {
    const listed = new BlockList()
    listed.addSubnet('10.0.0.0', 8)
    listed.addSubnet('172.16.0.0', 12)
    listed.addSubnet('192.168.0.0', 16)
    listed.addSubnet('100.64.0.0', 10)
    listed.addSubnet('127.0.0.0', 8)
    listed.addSubnet('169.254.0.0', 16)
    listed.addSubnet('224.0.0.0', 3)
    listed.addSubnet('0.0.0.0', 8)
    const near = fc.tuple(fc.constantFrom(10, 100, 127, 169, 172, 192), fc.nat(255), fc.nat(255), fc.nat(255))
    const address = fc.oneof(
      fc.ipV4(),
      near.map(parts => parts.join('.')),
    )
    fc.assert(
      fc.property(address, text => !listed.check(text) || objection(PUBLIC_ONLY, text) !== undefined),
      { numRuns: 2_000 },
    )
  })
})

describe('forms of one address', () => {
  const parts = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
  /** Two groups of IPv6. */
  const groups = ([a, b, c, d]: readonly number[]) =>
    [(a ?? 0) * 256 + (b ?? 0), (c ?? 0) * 256 + (d ?? 0)].map(group => group.toString(16))
  const inverted = (text: readonly number[]) => groups(text.map(part => part ^ 0xff)).join(':')
  const POLICIES = [
    OPEN,
    PUBLIC_ONLY,
    { ...OPEN, deny: ['10.0.0.0/8'] },
    { ...OPEN, allow: ['10.0.0.0/8', '1.0.0.0/8'] },
  ]
  const interesting = fc.oneof(
    parts,
    fc.tuple(fc.constantFrom(0, 10, 127, 192, 172, 100, 224), fc.nat(255), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(169), fc.constant(254), fc.nat(255), fc.nat(255)),
  )

  it('judges IPv6 that carries IPv4 as what it carries', () => {
    fc.assert(
      fc.property(interesting, fc.constantFrom(...POLICIES), (v4, options) => {
        fc.pre(v4.slice(0, 3).some(part => part !== 0)) // ::1 and :: are themselves
        const refused = (address: string) => objection(options, address) !== undefined
        const [high, low] = groups(v4)
        const expected = refused(v4.join('.'))
        for (const form of [
          `::ffff:${v4.join('.')}`,
          `0:0:0:0:0:ffff:${high}:${low}`,
          `::ffff:0:${high}:${low}`,
          `::${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `2002:${high}:${low}::1`,
          `2001:0:1:2:3:4:${inverted(v4)}`,
        ]) {
          expect([form, refused(form)]).toEqual([form, expected])
        }
      }),
    )
  })

  it('judges decimal, hex, octal and short hosts as the address they are', () => {
    fc.assert(
      fc.property(interesting, fc.constantFrom(...POLICIES), ([a, b, c, d], options) => {
        const number = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d
        const policy = addressPolicy(options)
        const expected = policy.objection(urlOf(`${a}.${b}.${c}.${d}`))
        for (const host of [
          `${number}`,
          `0x${number.toString(16)}`,
          `0${number.toString(8)}`,
          `0x${a.toString(16)}.0${b.toString(8)}.${c}.${d}`,
          `${a}.${b * 65_536 + c * 256 + d}`,
          `${a}.${b}.${c}.${d}.`,
        ]) {
          expect([host, policy.objection(new URL(`http://${host}/`))]).toEqual([host, expected])
        }
      }),
    )
  })

  it.each([
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.01/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://①②⑦.0.0.1/',
    'http://[::ffff:7f00:1]/',
    'http://user@127.0.0.1/',
  ])('sees loopback in %s', text => {
    expect(addressPolicy(PUBLIC_ONLY).objection(new URL(text))).toContain('loopback')
  })

  it('answers for every IPv6 address, and the same for its long and short form', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }),
        fc.constantFrom(...POLICIES),
        (all, options) => {
          const long = all.map(part => part.toString(16).padStart(4, '0')).join(':')
          const short = urlOf(long).hostname.slice(1, -1)
          expect(objection(options, long)).toEqual(objection(options, short))
        },
      ),
    )
  })
})

describe('allow and deny', () => {
  it.each([
    ['hooks.test', 'hooks.test', true],
    ['HOOKS.test.', 'hooks.test', true],
    ['hooks.test', 'hooks.test.', true],
    ['hooks.test', 'a.hooks.test', false],
    ['hooks.test', 'xhooks.test', false],
    ['*.hooks.test', 'a.hooks.test', true],
    ['*.hooks.test', 'a.b.hooks.test', true],
    ['*.hooks.test', 'hooks.test', false],
    ['*.hooks.test', 'xhooks.test', false],
    ['*.münchen.test', 'a.xn--mnchen-3ya.test', true],
    ['web_hook', 'web_hook', true],
    ['*', 'anything.test', true],
    ['5.6.7.8', 'hooks.test', true],
    ['5.6.7.8/32', 'hooks.test', true],
    ['5.0.0.1/8', 'hooks.test', true],
    ['::ffff:5.6.7.0/120', 'hooks.test', true],
    ['6.0.0.0/8', 'hooks.test', false],
    ['::/0', 'hooks.test', false],
  ])('matches %s against %s at 5.6.7.8: %s', (pattern, host, matches) => {
    expect(objection({ ...OPEN, deny: [pattern] }, '5.6.7.8', host) !== undefined).toBe(matches)
    expect(objection({ ...OPEN, allow: [pattern] }, '5.6.7.8', host) === undefined).toBe(matches)
  })

  it.each([
    ['2001:db8::/32', '2001:db8:1::9', true],
    ['[2001:db8::9]', '2001:db8::9', true],
    ['2001:db8::9', '2001:db8::a', false],
    ['fd00::/8', 'fd12::1', true],
  ])('matches %s against %s: %s', (pattern, address, matches) => {
    expect(objection({ ...OPEN, deny: [pattern] }, address) !== undefined).toBe(matches)
    expect(literalObjection({ ...OPEN, deny: [pattern] }, address) !== undefined).toBe(matches)
  })

  it('refuses a denied name before it is looked up', () => {
    expect(literalObjection({ ...OPEN, deny: ['*.hooks.test'] }, 'a.hooks.test')).toContain('"*.hooks.test"')
  })

  it('leaves a name that is not in allow to its addresses', () => {
    const options = { ...OPEN, allow: ['10.0.0.0/8'] }
    expect(literalObjection(options, 'hooks.test')).toBeUndefined()
    expect(objection(options, '10.0.0.1')).toBeUndefined()
    expect(objection(options, '11.0.0.1')).toContain('no allow pattern')
  })

  it('lets deny win over allow, whatever both say', () => {
    const pattern = fc.constantFrom('*', 'hooks.test', '*.test', '10.0.0.0/8', '10.1.2.3')
    fc.assert(
      fc.property(fc.array(pattern), pattern, (allow, deny) => {
        return objection({ ...OPEN, allow, deny: [deny] }, '10.1.2.3')?.includes(`"${deny}"`) === true
      }),
    )
  })

  it('lets a name or a range in allow lift the denial of private and loopback addresses', () => {
    expect(objection({ ...PUBLIC_ONLY, allow: ['hooks.test'] }, '10.0.0.1')).toBeUndefined()
    expect(objection({ ...PUBLIC_ONLY, allow: ['127.0.0.0/8'] }, '127.0.0.1')).toBeUndefined()
    expect(objection({ ...PUBLIC_ONLY, allow: ['127.0.0.0/8'] }, '::ffff:127.0.0.1')).toBeUndefined()
    expect(objection({ ...PUBLIC_ONLY, allow: ['127.0.0.0/8'] }, '10.0.0.1')).toContain('no allow pattern')
  })

  it('denies the wrapped form by its own range and by what it carries', () => {
    expect(objection({ ...OPEN, deny: ['64:ff9b::/96'] }, '64:ff9b::1.1.1.1')).toContain('deny pattern')
    expect(objection({ ...OPEN, deny: ['1.1.1.0/24'] }, '64:ff9b::1.1.1.1')).toContain('deny pattern')
  })

  it.each([
    '',
    ' ',
    'hooks test',
    'hooks.test:8080',
    'http://hooks.test',
    'hooks.test/path',
    'hooks.test?x',
    'hooks.test#x',
    'hooks.test\\x',
    'me@hooks.test',
    'hooks%2etest',
    'hooks\ttest',
    '*.*',
    '*hooks.test',
    'a.*.test',
    '*.',
    '10.0.0',
    '0x7f.1',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    '300.1.1.1',
    '2001:db8::/129',
    '2001:db8::zz',
    '*.10.0.0.1',
  ])('throws an error naming the bad pattern "%s"', pattern => {
    expect(() => addressPolicy({ ...OPEN, allow: [pattern] })).toThrow(`callback allow pattern "${pattern}"`)
    expect(() => addressPolicy({ ...OPEN, deny: ['ok.test', pattern] })).toThrow(`callback deny pattern "${pattern}"`)
  })
})

describe('own receivers', () => {
  const policy = addressPolicy({
    ...PUBLIC_ONLY,
    allow: ['hooks.test'],
    deny: ['127.0.0.9'],
    ownOrigins: () => ['http://127.0.0.1:4180/_mockling/inbox/', 'http://mockling:4180', 'http://127.0.0.9:4180'],
  })

  it.each([
    ['http://127.0.0.1:4180/_mockling/inbox/a', undefined, true],
    ['http://2130706433:4180/_mockling/inbox/a?b', undefined, true],
    ['http://127.0.0.1:4180/_mockling/inbox/../reset', undefined, false],
    ['http://127.0.0.1:4180/_mockling/inbox/%2e%2e/reset', undefined, false],
    ['http://127.0.0.1:4180/_mockling/reset', undefined, false],
    ['http://127.0.0.1:4181/_mockling/inbox/a', undefined, false],
    ['https://127.0.0.1:4180/_mockling/inbox/a', undefined, false],
    ['http://mockling:4180/anything', '172.18.0.2', true],
    ['http://mockling:4180/anything', '169.254.169.254', false],
    ['http://127.0.0.9:4180/', undefined, false],
  ])('judges %s at %s: callable %s', (url, address, callable) => {
    expect(policy.objection(new URL(url), address) === undefined).toBe(callable)
  })
})

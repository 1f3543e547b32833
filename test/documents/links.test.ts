import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorOf, read } from './blocks.ts'
import { PAGES, proseOf } from './pages.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Addresses elsewhere, which can't be resolved where there is no network: they are listed, so that none comes unseen. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'https://aimock.copilotkit.dev/docs',
  'https://docs.npmjs.com/trusted-publishers',
  'https://github.com/FiloSottile/mkcert',
  'https://github.com/stoplightio/prism/tree/master/docs',
  'https://mockoon.com/docs/latest/data-buckets/overview',
  'https://mockoon.com/tutorials/simulate-webhooks-and-callbacks',
  'https://mswjs.io/docs',
  'https://stryker-mutator.io',
  'https://wiremock.org/docs/grpc',
  'https://wiremock.org/docs/simulating-faults',
  'https://wiremock.org/docs/solutions/testcontainers',
  'https://wiremock.org/docs/stateful-behaviour/',
  'https://wiremock.org/docs/webhooks-and-callbacks/',
])

/** Where the links and pictures of a page lead. */
function linksOf(page: string): string[] {
  const text = proseOf(read(page))
  const found = [/\]\(([^)\s]+)\)/g, /(?:src|srcset|href)="([^"]+)"/g, /<(https?:[^>\s]+)>/g]
  return found.flatMap(pattern => [...text.matchAll(pattern)].map(([, to = '']) => to))
}

/** The anchors of a page: a heading that stands there twice has a number the second time. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>()
  const text = read(page).replace(/^```\w*\n.*?^```$/gms, '')
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = anchorOf(heading.replaceAll('`', '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'))
    let number = 0
    while (anchors.has(number === 0 ? anchor : `${anchor}-${number}`)) number++
    anchors.add(number === 0 ? anchor : `${anchor}-${number}`)
  }
  return anchors
}

const isElsewhere = (link: string) => /^[a-z]+:/.test(link)

describe('the links', () => {
  it.each(PAGES)('of %s lead somewhere', page => {
    for (const link of linksOf(page).filter(one => !isElsewhere(one))) {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      expect(existsSync(join(ROOT, target)), `${page}: ${link}`).toBe(true)
      if (anchor !== undefined) expect([...anchorsOf(target)], `${page}: ${link}`).toContain(anchor)
    }
  })

  it('that lead elsewhere are those that are listed', () => {
    const all = new Set(PAGES.flatMap(page => linksOf(page).filter(isElsewhere)))
    expect([...all].toSorted()).toEqual([...ELSEWHERE].toSorted())
  })

  it('reach every page from the index', () => {
    const seen = new Set<string>()
    const visit = (page: string) => {
      if (seen.has(page)) return
      seen.add(page)
      for (const link of linksOf(page).filter(one => !isElsewhere(one))) {
        const [path = ''] = link.split('#')
        const target = join(dirname(page), path)
        if (target.endsWith('.md') && statSync(join(ROOT, target)).isFile()) visit(target)
      }
    }
    visit('docs/README.md')
    expect(PAGES.filter(page => page !== 'README.md' && !seen.has(page))).toEqual([])
  })

  it('are found in the index for every page of the documents', () => {
    const listed = linksOf('docs/README.md').map(link => join('docs', link))
    const pages = PAGES.filter(page => page.startsWith('docs/') && page !== 'docs/README.md')
    expect(pages.filter(page => !listed.includes(page))).toEqual([])
  })
})

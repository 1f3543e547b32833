import { existsSync } from 'node:fs'
import { chromium, type Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { REVISIONS } from '../../src/contract/revisions.ts'
import { createSimulator } from '../../src/simulator.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const missing = existsSync(CHROMIUM) ? '' : ` (left out: ${CHROMIUM} is not there)`

/** What a page asked for, and what it complained of. */
async function looking(act: (page: Page) => Promise<void>): Promise<{ asked: string[]; complaints: string[] }> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
  try {
    const page = await browser.newPage()
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', request => asked.push(request.url()))
    page.on('pageerror', error => complaints.push(error.message))
    page.on('console', said => void (['error', 'warning'].includes(said.type()) && complaints.push(said.text())))
    await act(page)
    return { asked, complaints }
  } finally {
    await browser.close()
  }
}

describe('the page at /docs', () => {
  it.skipIf(missing)(`shows the document, asks nobody but us, and complains of nothing${missing}`, async () => {
    await using simulator = await createSimulator()
    const { asked, complaints } = await looking(async page => {
      await page.goto(`${simulator.url}/docs?revision=2026-03`)
      await page.getByText('Make a video, or extend one').first().waitFor()
      await page.getByText('guide A: six models').first().waitFor()
      await page.getByRole('heading', { name: 'Kling Videos Generation API' }).waitFor()
      // The other revisions are a choice away.
      await page.getByRole('button', { name: 'Revision 2026-03' }).click()
      const choices = await page.getByRole('option').allInnerTexts()
      expect(choices).toEqual(REVISIONS.map(revision => `Revision ${revision}`))
      await page.getByRole('option', { name: 'Revision 2026-05' }).click()
      await page.getByText('guide B with guide A').first().waitFor()
    })
    expect(complaints).toEqual([])
    expect(asked.map(url => url.replace(simulator.url, ''))).toEqual([
      '/docs?revision=2026-03',
      '/docs/scalar.js',
      '/docs/start.js?revision=2026-03',
      '/openapi.json?revision=2026-03',
      '/openapi.json?revision=2026-05',
    ])
  })
})

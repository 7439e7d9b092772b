import type { AddressInfo } from 'node:net'
import { createCanvas } from '@napi-rs/canvas'
import { chromium as driver } from 'playwright-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addCell, addFile, addJob } from '#test/ledger'
import { chromium } from '#test/needs'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const fgm = 'mms1_fgm_srvy_l2_20261122_v5.0.0.cdf'
const pages = [
  '/',
  '/mms/data',
  '/mms/data/fgm_srvy_l2',
  `/mms/file/${fgm}`,
  '/mms/quicklook',
  '/mms/why/mms2_fgm_srvy_l2/2026-11-22',
  '/ops',
]

async function fill(site: TestSite): Promise<void> {
  const png = createCanvas(400, 300).toBuffer('image/png')
  for (const spacecraft of ['mms1', 'mms2', 'mms3'])
    for (const start of ['2026-11-21', '2026-11-22']) {
      const l1a = await addFile(site, { product: 'dfg srvy l1a', spacecraft, start, version: [1, 0, 0] })
      const job = await addJob(site, { process: 'calibrate-fgm', spacecraft, start, state: 'made' })
      const parents = [{ role: 'l1a', name: l1a.name, file: l1a.id }]
      if (spacecraft !== 'mms2' || start !== '2026-11-22')
        await addFile(site, { product: 'fgm srvy l2', spacecraft, start, version: [5, 0, 0], parents, job })
      await addFile(site, { product: 'summ srvy ql', spacecraft, start, version: [0, 0, 0], public: true, bytes: png })
    }
  const reason = {
    kind: 'inputs',
    text: 'waits for mms2_defatt 2026-11-22',
    causes: [{ dataset: 'mms2_defatt', partition: '2026-11-22' }],
  } as const
  await addCell(site, {
    product: 'fgm srvy l2',
    spacecraft: 'mms1',
    start: '2026-11-22',
    have: 'full',
    next: 'none',
    reason: { kind: 'complete', text: 'made' },
  })
  await addCell(site, {
    product: 'fgm srvy l2',
    spacecraft: 'mms2',
    start: '2026-11-22',
    have: 'none',
    next: 'waiting',
    due: Date.parse('2026-11-23'),
    reason,
  })
  await addCell(site, {
    product: 'defatt',
    spacecraft: 'mms2',
    start: '2026-11-22',
    have: 'none',
    next: 'waiting',
    reason: { kind: 'not-arrived', text: 'has not arrived' },
  })
}

describe.skipIf(chromium === undefined)('the site in a browser (left out: no Chromium)', () => {
  let site: TestSite
  let origin = ''
  let browser: Browser

  /** A window of its own, without cookies; `faults` collects what its pages complain of. */
  async function openWindow(options: BrowserContextOptions): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const faults: string[] = []
    page.on('console', message => (message.type() === 'error' || message.type() === 'warning') && faults.push(message.text()))
    page.on('pageerror', error => faults.push(String(error)))
    // What the next page cuts off (the live stream, the icon) has not failed.
    page.on('requestfailed', request => {
      const reason = request.failure()?.errorText ?? ''
      if (reason !== 'net::ERR_ABORTED') faults.push(`${request.url()} ${reason}`)
    })
    return { page, context, faults }
  }

  beforeAll(async () => {
    site = await openTestSite()
    await fill(site)
    browser = await driver.launch({ executablePath: chromium ?? '', args: quiet })
    await site.app.listen({ port: 0, host: '127.0.0.1' })
    origin = `http://127.0.0.1:${(site.app.server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    await browser.close()
    await site.close()
  })

  test.each([
    [1440, 'light'],
    [1024, 'dark'],
    [360, 'light'],
  ] as const)('every page at %i px, %s: no complaint, nothing wider than the screen, every picture there', async (width, colorScheme) => {
    const { page, faults } = await openWindow({ viewport: { width, height: 800 }, colorScheme })
    for (const path of pages) {
      await page.goto(origin + path, { waitUntil: 'load' })
      const facts = await page.evaluate(async () => {
        for (const image of document.images) image.loading = 'eager'
        await Promise.all([...document.images].map(image => image.decode()))
        await document.fonts.ready
        return {
          wider: document.documentElement.scrollWidth - innerWidth,
          font: document.fonts.check('13px Inter'),
          headings: document.querySelectorAll('h1').length,
          unnamed: [...document.querySelectorAll('a, button:not([hidden]), img, input, select')].filter(
            e =>
              (e.textContent ?? '').trim() === '' &&
              !e.hasAttribute('aria-label') &&
              !e.hasAttribute('alt') &&
              e.querySelector('img[alt]:not([alt=""])') === null &&
              e.closest('label') === null,
          ).length,
          small: [...document.querySelectorAll('nav a, button:not([hidden]), .tile, .button')].filter(
            e => e.getBoundingClientRect().height < 24,
          ).length,
        }
      })
      expect([path, facts]).toEqual([
        path,
        { wider: expect.toSatisfy((n: number) => n <= 0), font: true, headings: 1, unnamed: 0, small: 0 },
      ])
    }
    expect(faults).toEqual([])
  })

  test('text stands out from its ground by 4.5 to 1, in both schemes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await openWindow({ viewport: { width: 1200, height: 800 }, colorScheme })
      for (const path of pages) {
        await page.goto(origin + path)
        expect([colorScheme, path, await page.evaluate(findFaintText)]).toEqual([colorScheme, path, []])
      }
    }
  })

  test('by keys alone: skip to the content, open the tour’s file, reach its download; then days and spacecraft', async () => {
    const { page } = await openWindow({ viewport: { width: 1200, height: 800 } })
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
    const tabTo = async (text: string): Promise<void> => {
      for (let i = 0; i < 80 && (await focused()) !== text; i++) await page.keyboard.press('Tab')
      expect(await focused()).toBe(text)
      expect(await page.evaluate(() => document.activeElement?.matches(':focus-visible'))).toBe(true)
    }
    await page.goto(origin)
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('to the content')
    await page.keyboard.press('Enter')
    await tabTo('A file')
    await Promise.all([page.waitForURL('**/mms/file/**'), page.keyboard.press('Enter')])
    await tabTo('Download 60\u2009B')

    await page.goto(`${origin}/mms/quicklook?day=2026-11-22&sc=mms1`)
    await Promise.all([page.waitForURL('**day=2026-11-21**'), page.keyboard.press('ArrowLeft')])
    await Promise.all([page.waitForURL('**sc=mms3**'), page.keyboard.press('3')])
    expect(await page.locator('h1').textContent()).toContain('2026-11-21')
    await page.keyboard.press('Control+ArrowRight')
    await Promise.all([page.waitForURL('**day=2026-11-22**'), page.keyboard.press('ArrowRight')])
    expect(await page.locator('[aria-current]').allTextContents()).toContain('MMS3')
  })

  test('copying gives the text as it stands', async () => {
    const { page, context } = await openWindow({ viewport: { width: 1200, height: 800 } })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(`${origin}/mms/file/${fgm}`)
    await page.getByRole('button', { name: 'copy curl' }).click()
    await page.getByText('copied').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied.split('\n')[0]).toBe(`curl -O '${origin}/download/mms/${fgm}'`)
  })

  test('without scripts every page says the same, and no button is there that does nothing', async () => {
    const { page } = await openWindow({ viewport: { width: 1024, height: 800 }, javaScriptEnabled: false })
    await page.goto(origin)
    expect(await page.locator('.sentence').textContent()).toContain('1 late')
    expect(await page.getByRole('button').count()).toBe(0)
    await page.getByRole('link', { name: 'A file', exact: true }).click()
    expect(await page.locator('h1').textContent()).toMatch(/^mms\d_fgm_srvy_l2_.*\.cdf$/)
  })

  test('a new file waits behind a button, in every tab, over one stream', async () => {
    const { page, context } = await openWindow({ viewport: { width: 1024, height: 800 } })
    let streams = 0
    context.on('request', request => request.url().endsWith('/api/v1/live') && streams++)
    const opened = context.waitForEvent('response', answer => answer.url().endsWith('/api/v1/live'))
    await page.goto(origin)
    await opened
    const second = await context.newPage()
    await second.goto(`${origin}/mms/data`)
    await addFile(site, { product: 'defeph', spacecraft: 'mms1', start: '2026-11-24', stop: '2026-11-24', version: [0] })
    for (const tab of [page, second]) await tab.getByRole('button', { name: '1 new file: show' }).waitFor()
    expect(streams).toBe(1)
    await page.getByRole('button', { name: '1 new file: show' }).click()
    await page.getByRole('link', { name: 'MMS1_DEFEPH_2026328_2026328.V00', exact: true }).waitFor()
    await context.close()
  })

  test('on paper: light, with the sentence, without the bar', async () => {
    const { page } = await openWindow({ viewport: { width: 800, height: 1100 }, colorScheme: 'dark' })
    await page.goto(origin)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('header nav').first().isVisible()).toBe(false)
    expect(await page.locator('.sentence').isVisible()).toBe(true)
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe('rgb(246, 247, 249)')
    expect((await page.pdf({ format: 'A4' })).subarray(0, 4).toString()).toBe('%PDF')
  })
})

/** Runs in the page: texts whose contrast with the first opaque ground behind them is below 4.5 (WCAG 2.2, 1.4.3). */
function findFaintText(): string[] {
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const channels = (colour: string): readonly number[] => {
    if (pixel === null) return []
    pixel.clearRect(0, 0, 1, 1)
    pixel.fillStyle = colour
    pixel.fillRect(0, 0, 1, 1)
    return [...pixel.getImageData(0, 0, 1, 1).data]
  }
  const luminance = ([r = 0, g = 0, b = 0]: readonly number[]): number => {
    const linear = (c: number): number => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  }
  const ground = (element: Element | null): readonly number[] => {
    if (element === null) return [255, 255, 255, 255]
    const own = channels(getComputedStyle(element).backgroundColor)
    return (own[3] ?? 0) > 250 ? own : ground(element.parentElement)
  }
  const faint = new Set<string>()
  for (const element of document.querySelectorAll('main *, header *, footer *')) {
    const text = [...element.childNodes].filter(n => n.nodeType === Node.TEXT_NODE && (n.textContent ?? '').trim() !== '')
    if (text.length === 0 || element.closest('.quiet, svg, [aria-hidden], option') !== null) continue
    const style = getComputedStyle(element)
    const [a, b] = [luminance(channels(style.color)), luminance(ground(element))].sort((x, y) => y - x)
    const ratio = ((a ?? 0) + 0.05) / ((b ?? 0) + 0.05)
    if (ratio * Number(style.opacity) < 4.5)
      faint.add(`${element.tagName} "${element.textContent?.trim().slice(0, 40)}" ${ratio.toFixed(2)}`)
  }
  return [...faint]
}

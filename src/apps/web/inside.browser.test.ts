import type { AddressInfo } from 'node:net'
import { chromium as driver } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodePlatform } from '#doors/cdf-node'
import { encodeCdf } from '#formats/cdf'
import type { Dataset } from '#formats/cdf'
import { parseUtc } from '#formats/time'
import { addFile } from '#test/ledger'
import { chromium } from '#test/needs'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const RECORDS = 400_000
const SPECTRA = 40_000
const BINS = 32

const time = { UNITS: 'ns', VAR_TYPE: 'support_data', CATDESC: 'Times' }
const start = parseUtc('2026-11-22T00:00:00')
const times = (count: number, step: bigint): BigInt64Array => BigInt64Array.from({ length: count }, (_, i) => start + BigInt(i) * step)

/** 16 MB, plain: four components and a flag, times and field one after the other. */
function fieldFile(): Uint8Array {
  const field = Float32Array.from({ length: RECORDS * 4 }, (_, i) => 20 * Math.sin(i / 9000 + (i % 4)))
  const dataset: Dataset = {
    attributes: { Project: 'STP>Solar-Terrestrial Physics', TEXT: ['one', 'two'] },
    variables: [
      { name: 'Epoch', type: 'CDF_TIME_TT2000', values: times(RECORDS, 62_500_000n), attributes: time },
      {
        name: 'b_gse',
        type: 'CDF_REAL4',
        dims: [4],
        values: field,
        attributes: {
          VAR_TYPE: 'data',
          DISPLAY_TYPE: 'time_series',
          DEPEND_0: 'Epoch',
          UNITS: 'nT',
          LABLAXIS: 'B',
          CATDESC: 'Field',
          LABL_PTR_1: 'labels',
        },
      },
      {
        name: 'flag',
        type: 'CDF_UINT4',
        values: new Uint32Array(RECORDS),
        attributes: { VAR_TYPE: 'data', DEPEND_0: 'Epoch', UNITS: ' ', CATDESC: 'Quality' },
      },
      {
        name: 'labels',
        type: 'CDF_CHAR',
        dims: [4],
        recordVarying: false,
        values: ['Bx', 'By', 'Bz', '|B|'],
        attributes: { VAR_TYPE: 'metadata' },
      },
    ],
  }
  return encodeCdf(dataset)
}

/** Compressed in blocks, energies that do not vary. */
function spectraFile(): Uint8Array {
  const flux = Float32Array.from(
    { length: SPECTRA * BINS },
    (_, i) => Math.exp(-(((i % BINS) - 16 - 8 * Math.sin(i / 60_000)) ** 2) / 30) * (1 + ((i * 7919) % 97) / 97),
  )
  const dataset: Dataset = {
    attributes: { Project: 'STP>Solar-Terrestrial Physics' },
    variables: [
      { name: 'Epoch', type: 'CDF_TIME_TT2000', values: times(SPECTRA, 2_000_000_000n), attributes: time },
      {
        name: 'eflux',
        type: 'CDF_REAL4',
        dims: [BINS],
        values: flux,
        compression: 'gzip',
        attributes: {
          VAR_TYPE: 'data',
          DISPLAY_TYPE: 'spectrogram',
          DEPEND_0: 'Epoch',
          DEPEND_1: 'energy',
          UNITS: 'keV/(cm^2 s sr keV)',
          SCALETYP: 'log',
          CATDESC: 'Flux',
        },
      },
      {
        name: 'energy',
        type: 'CDF_REAL4',
        dims: [BINS],
        recordVarying: false,
        values: Array.from({ length: BINS }, (_, i) => 10 * 1.25 ** i),
        attributes: { VAR_TYPE: 'support_data', UNITS: 'eV', SCALETYP: 'log', LABLAXIS: 'energy' },
      },
    ],
  }
  return encodeCdf(dataset, { platform: nodePlatform })
}

describe.skipIf(chromium === undefined)('what is inside a CDF, in a browser (left out: no Chromium)', () => {
  let site: TestSite
  let origin = ''
  let browser: Browser
  const names = { field: '', spectra: '', broken: '' }
  const sizes = { field: 0, spectra: 0 }

  beforeAll(async () => {
    site = await openTestSite()
    const [field, spectra] = [fieldFile(), spectraFile()]
    Object.assign(sizes, { field: field.length, spectra: spectra.length })
    names.field = (
      await addFile(site, {
        product: 'fgm srvy l2',
        spacecraft: 'mms1',
        start: '2026-11-22',
        version: [5, 0, 0],
        bytes: field,
        public: true,
      })
    ).name
    names.spectra = (
      await addFile(site, {
        product: 'fpi fast l2 dis-moms',
        spacecraft: 'mms1',
        start: '2026-11-22',
        version: [3, 0, 0],
        bytes: spectra,
        public: true,
      })
    ).name
    names.broken = (
      await addFile(site, { product: 'fgm srvy l2', spacecraft: 'mms2', start: '2026-11-22', version: [5, 0, 0], public: true })
    ).name
    browser = await driver.launch({ executablePath: chromium ?? '', args: quiet })
    await site.app.listen({ port: 0, host: '127.0.0.1' })
    origin = `http://127.0.0.1:${(site.app.server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    await browser.close()
    await site.close()
  })

  interface Ask {
    readonly range: string | undefined
    readonly status: number
    readonly bytes: number
  }

  /** A window, and what it asks of the file's bytes. */
  async function open(
    name: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ page: Page; asked: Ask[]; faults: string[] }> {
    const page = await (await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options })).newPage()
    const asked: Ask[] = []
    const faults: string[] = []
    page.on('console', message => message.type() === 'error' && faults.push(message.text()))
    page.on('pageerror', error => faults.push(String(error)))
    page.on('response', answer => {
      if (!answer.url().includes('/download/')) return
      asked.push({
        range: answer.request().headers()['range'],
        status: answer.status(),
        bytes: Number(answer.headers()['content-length']),
      })
    })
    await page.goto(`${origin}/mms/file/${name}`)
    return { page, asked, faults }
  }

  /** How many different colours a canvas shows: an empty plot has a dozen. */
  const coloursOf = (page: Page): Promise<number> =>
    page.locator('canvas').evaluate(canvas => {
      const { width, height } = canvas as HTMLCanvasElement
      const data = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? []
      return new Set(new Uint32Array(new Uint8ClampedArray(data).buffer)).size
    })

  const checkAsked = (asked: readonly Ask[], size: number, most: number): void => {
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.map(({ range, status }) => [/^bytes=\d+-\d+$/u.test(range ?? ''), status])).toEqual(asked.map(() => [true, 206]))
    expect(asked.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(size * most)
  }

  test('a time series: variables, a plot, another part of the file; a small part of it fetched, by ranges', async () => {
    const { page, asked, faults } = await open(names.field)
    await page.locator('canvas').waitFor()
    expect(await page.locator('[data-cdf] tbody tr').count()).toBe(4)
    expect(await page.locator('canvas').getAttribute('aria-label')).toBe('plot of b_gse, records 0 to 8,191 of 400,000')
    expect(await coloursOf(page)).toBeGreaterThan(30)
    checkAsked(asked, sizes.field, 0.1)

    await page.locator('input[type=range]').fill('204800')
    await page.locator('canvas[data-first="204800"]').waitFor()
    await page.getByRole('button', { name: 'flag' }).click()
    await page.locator('canvas[aria-label^="plot of flag"]').waitFor()
    checkAsked(asked, sizes.field, 0.15)
    expect(await page.locator('[data-fetched]').textContent()).toMatch(
      /Read by your browser: [\d.]+\u2009[kM]B of \d+(\.\d)?\u2009MB in \d+ requests\./u,
    )
    await page.getByText('2 global attributes').click()
    expect(await page.locator('[data-cdf] dd').first().textContent()).toBe('STP>Solar-Terrestrial Physics')
    expect(faults).toEqual([])
  })

  test('a spectrogram from compressed blocks', async () => {
    const { page, asked, faults } = await open(names.spectra)
    await page.locator('canvas').waitFor()
    expect(await page.locator('canvas').getAttribute('aria-label')).toContain('plot of eflux, records 0 to ')
    expect(await coloursOf(page)).toBeGreaterThan(150)
    checkAsked(asked, sizes.spectra, 0.5)
    expect(faults).toEqual([])
  })

  test('a file that is no CDF says so, and the page is there', async () => {
    const { page } = await open(names.broken)
    await page.getByText('It cannot be read here: no CDF').waitFor()
    expect(await page.locator('h1').textContent()).toBe(names.broken)
  })

  test('without scripts the page says what it has', async () => {
    const { page, asked } = await open(names.field, { javaScriptEnabled: false })
    expect(await page.locator('[data-cdf]').textContent()).toContain(`apsis cdf ls ${names.field}`)
    expect(asked).toEqual([])
  })

  test.each([
    [1100, 'dark'],
    [360, 'light'],
  ] as const)('fits %i px, %s', async (width, colorScheme) => {
    for (const name of [names.field, names.spectra]) {
      const { page } = await open(name, { viewport: { width, height: 900 }, colorScheme })
      await page.locator('canvas').waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      if (process.env['SHOTS'] !== undefined)
        await page.screenshot({ path: `${process.env['SHOTS']}/${name}-${width}.png`, fullPage: true })
    }
  })
})

import { expect, test } from 'vitest'
import * as cdf from './cdf.ts'
import * as node from './cdf-node.ts'
import * as idlsave from './idlsave.ts'
import * as idlsaveNode from './idlsave-node.ts'
import * as time from './time.ts'

// What strangers import. A name that goes breaks them; a name that comes is theirs for ever.
test('the public names of apsis/cdf', () => {
  expect(Object.keys(cdf).sort()).toMatchInlineSnapshot(`
    [
      "blobSource",
      "checkIstp",
      "checkIstpValues",
      "diffCdf",
      "digestScience",
      "dumpCdf",
      "dumpError",
      "encodeCdf",
      "encodeCdfParts",
      "isIstpRuleName",
      "isText",
      "isTime",
      "istpRules",
      "openCdf",
      "openCdfSync",
      "openCdfWriter",
      "toDataset",
      "toDatasetVariable",
      "urlSource",
      "watchIstpValues",
    ]
  `)
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "createCdfFile",
      "handleSource",
      "nodePlatform",
      "openCdfFile",
      "openFileSource",
      "readCdfFile",
      "startInflatePool",
      "writeCdfFile",
    ]
  `)
  expect(Object.keys(time).sort()).toMatchInlineSnapshot(`
    [
      "EPOCH_FILL",
      "EPOCH_OF_1970_MS",
      "TT2000_FILL",
      "TT2000_PAD",
      "builtInLeapTable",
      "civilFromDays",
      "contains",
      "daysFromCivil",
      "elapsedClock",
      "epoch16FromTt2000",
      "epochFromTt2000",
      "formatDoy",
      "formatEpoch",
      "formatEpoch16",
      "formatUtc",
      "gaps",
      "intersect",
      "interval",
      "kernelClock",
      "leapTable",
      "makeLeapTable",
      "merge",
      "overlaps",
      "parseClockKernel",
      "parseDoy",
      "parseEpoch",
      "parseEpoch16",
      "parseUtc",
      "replaceLeapTable",
      "tai1958FromTt2000",
      "tai1958NsFromTt2000",
      "taiMinusUtcNs",
      "tt2000",
      "tt2000FromEpoch",
      "tt2000FromEpoch16",
      "tt2000FromTai1958",
      "tt2000FromUtcMs",
      "utcClock",
      "utcLabel",
      "utcMsFromEpoch",
      "utcMsFromEpoch16",
      "utcMsFromTt2000",
      "utcMsFromTt2000Array",
    ]
  `)
})

test('the public names of apsis/idlsave', () => {
  expect(Object.keys(idlsave).sort()).toMatchInlineSnapshot(`
    [
      "array",
      "fieldOf",
      "readSave",
      "scalar",
      "struct",
      "toPlain",
      "variableOf",
      "writeSave",
    ]
  `)
  expect(Object.keys(idlsaveNode).sort()).toMatchInlineSnapshot(`
    [
      "readSaveFile",
      "saveNodePlatform",
      "writeSaveFile",
    ]
  `)
})

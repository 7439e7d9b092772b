import { createServer, type AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDb, withTx, type Db } from '#services/db'
import { freshDatabase } from '#test/database'
import { countLetters, listLetters, sendLetters, smtpMailer, writeLetter, type MailSettings } from './index.ts'

const mission = 'mms'
const minute = 60_000
const now = Date.parse('2026-11-23T12:00:00Z')
let db: Db
let open: SMTPServer[] = []

beforeAll(async () => {
  db = openDb((await freshDatabase()).config)
})
afterAll(() => db.destroy())
beforeEach(() => db.deleteFrom('letter').execute())
afterEach(async () => {
  await Promise.all(open.map(server => new Promise<void>(resolve => server.close(resolve))))
  open = []
})

interface PostOffice {
  readonly port: number
  readonly taken: { readonly to: readonly string[]; readonly text: string }[]
}

/** A real SMTP server on this machine. */
async function openPostOffice(options: SMTPServerOptions = {}): Promise<PostOffice> {
  const taken: PostOffice['taken'] = []
  const server = new SMTPServer({
    logger: false,
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const to = session.envelope.rcptTo.map(({ address }) => address)
      let content = ''
      stream.setEncoding('utf8')
      stream.on('data', part => (content += String(part)))
      stream.on('end', () => {
        taken.push({ to, text: content })
        done()
      })
    },
    ...options,
  })
  open.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.server.address() as AddressInfo).port, taken }
}

const mailerTo = (port: number, more: Partial<MailSettings> = {}) =>
  smtpMailer({ server: `smtp://127.0.0.1:${port}`, from: 'Apsis <apsis@example.org>', copy: [], ...more })
const write = (recipients: readonly string[], subject = 'Window closes', at = now) =>
  withTx(db, tx => writeLetter(tx, { mission, recipients, subject, lines: ['It closes in 1.0 h.', '', 'grüße'], at }))

test('a letter reaches everybody it is for and those who get copies, once', async () => {
  const post = await openPostOffice()
  const mailer = mailerTo(post.port, { copy: ['list@example.org'] })
  await write(['duty@example.org', 'deck@example.org', 'duty@example.org'])
  await write([], 'for the list')
  const both = (await Promise.all([1, 2, 3].map(() => sendLetters(db, mailer, now)))).flat()
  expect(both.map(({ outcome }) => outcome)).toEqual(['sent', 'sent'])
  expect(post.taken.map(({ to }) => to.join()).toSorted()).toEqual([
    'duty@example.org,deck@example.org,list@example.org',
    'list@example.org',
  ])
  const letter = post.taken.find(({ to }) => to.length === 3)?.text ?? ''
  expect(letter).toMatch(/^From: Apsis <apsis@example\.org>\r$/m)
  expect(letter).toMatch(/^To: duty@example\.org, deck@example\.org\r$/m)
  expect(letter).toMatch(/^Subject: Window closes\r$/m)
  expect(letter).toMatch(/^Auto-Submitted: auto-generated\r$/m)
  expect(letter).toMatch(/^Message-ID: <letter-\d+-\d+\.mms@example\.org>\r$/im)
  expect(letter).toContain('It closes in 1.0 h.')
  expect(await sendLetters(db, mailer, now + 60 * minute)).toEqual([])
  expect(await countLetters(db, now)).toEqual({ waiting: 0, failing: 0, givenUp: 0, error: undefined })
})

test('a server that refuses is asked again after a minute, then two; what failed is said', async () => {
  let answers = ['451 try later', '451 try later', '']
  const post = await openPostOffice({
    onMailFrom: (_address, _session, done) => {
      const [answer = '', ...rest] = answers
      answers = rest
      done(answer === '' ? null : Object.assign(new Error(answer), { responseCode: 451 }))
    },
  })
  const mailer = mailerTo(post.port)
  await write(['duty@example.org'])
  const outcomes = async (at: number) => (await sendLetters(db, mailer, at)).map(({ outcome }) => outcome)
  expect(await outcomes(now)).toEqual(['failed'])
  expect(await countLetters(db, now)).toEqual({
    waiting: 1,
    failing: 1,
    givenUp: 0,
    error: expect.stringContaining('try later') as string,
  })
  expect(await outcomes(now + 0.9 * minute)).toEqual([])
  expect(await outcomes(now + minute)).toEqual(['failed'])
  expect(await outcomes(now + 2.9 * minute)).toEqual([])
  expect(await outcomes(now + 3 * minute)).toEqual(['sent'])
  expect(await listLetters(db, mission)).toMatchObject([{ tries: 3, state: 'sent', error: null }])
  expect(post.taken).toHaveLength(1)
})

test('one address of two is refused: the other has its letter, and it is said', async () => {
  const post = await openPostOffice({
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('gone') ? new Error('no such mailbox') : null),
  })
  await write(['gone@example.org', 'deck@example.org'])
  expect(await sendLetters(db, mailerTo(post.port), now)).toMatchObject([
    { outcome: 'sent', sentence: '"Window closes" is sent, but the server refused gone@example.org' },
  ])
  expect(post.taken.map(({ to }) => to)).toEqual([['deck@example.org']])
})

test('nobody listens, nobody has an address, no server is set up: nothing throws, and after a day it is given up', async () => {
  const closed = createServer()
  await new Promise<void>(resolve => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise(resolve => closed.close(resolve))
  await write(['duty@example.org'])
  await write([], 'for nobody')
  const sendings = await sendLetters(db, mailerTo(port), now)
  expect(sendings.map(({ outcome }) => outcome)).toEqual(['failed', 'failed'])
  expect(sendings.map(({ sentence }) => sentence)).toEqual([
    expect.stringContaining('ECONNREFUSED'),
    expect.stringContaining('nobody whom it is for has an address'),
  ])
  expect(await sendLetters(db, undefined, now + 60 * minute)).toEqual([])
  const day = now + 24 * 60 * minute
  expect((await sendLetters(db, undefined, day)).map(({ outcome }) => outcome)).toEqual(['given up', 'given up'])
  expect(await countLetters(db, day)).toMatchObject({ waiting: 0, givenUp: 2, error: expect.stringContaining('nobody') as string })
})

test('a server that wants a name and a password gets them', async () => {
  const seen: unknown[] = []
  const post = await openPostOffice({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => {
      seen.push([username, password])
      done(null, password === 'secret' ? { user: 'apsis' } : undefined)
    },
  })
  await write(['duty@example.org'])
  const server = `smtp://apsis%40example.org@127.0.0.1:${post.port}`
  expect(await sendLetters(db, mailerTo(post.port, { server, password: 'wrong' }), now)).toMatchObject([{ outcome: 'failed' }])
  expect(await sendLetters(db, mailerTo(post.port, { server, password: 'secret' }), now + minute)).toMatchObject([{ outcome: 'sent' }])
  expect(seen).toEqual([
    ['apsis@example.org', 'wrong'],
    ['apsis@example.org', 'secret'],
  ])
})

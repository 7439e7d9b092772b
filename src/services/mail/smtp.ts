import { createTransport } from 'nodemailer'
import type { Letter } from './letter.ts'

/** How an installation sends mail. */
export interface MailSettings {
  /** `smtp://host:port`, or `smtps://` for TLS from the first byte; a user may stand before the host. */
  readonly server: string
  readonly from: string
  /** Addresses that get a copy of everything. */
  readonly copy: readonly string[]
  readonly password?: string | undefined
}

/** What a server took: addresses that it refused beside others that it took. */
export interface Taken {
  readonly refused: readonly string[]
}

/** Sends letters. A failure is an exception with a sentence. */
export interface Mailer {
  send(letter: Pick<Letter, 'id' | 'mission' | 'recipients' | 'subject' | 'body' | 'writtenAt'>): Promise<Taken>
}

/** A server that does not answer holds a letter up for so long at the most, in milliseconds. */
const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000 }

/** Mail by SMTP; STARTTLS where the server offers it. */
export function smtpMailer({ server, from, copy, password }: MailSettings): Mailer {
  const { protocol, hostname, port, username } = new URL(server)
  const secure = protocol === 'smtps:'
  const transport = createTransport({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (secure ? 465 : 25) : Number(port),
    secure,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: password ?? '' } }),
    ...patience,
  })
  return {
    send: async ({ id, mission, recipients, subject, body, writtenAt }) => {
      if (recipients.length + copy.length === 0)
        throw new Error('nobody whom it is for has an address: apsis sitl person NAME --mail ADDRESS')
      // Programs that answer mail must not answer this.
      const headers = { 'Auto-Submitted': 'auto-generated' }
      const messageId = `<letter-${id}-${writtenAt}.${mission}@${from.replace(/^.*@|>$/g, '')}>`
      const info = await transport.sendMail({ from, to: [...recipients], cc: [...copy], subject, text: body, headers, messageId })
      return { refused: info.rejected }
    },
  }
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 32 random bytes as 43 characters that pass URLs, shells and Basic headers unquoted. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** Secrets have 256 bits of chance: a plain hash is enough, no slow one is needed. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const equalHash = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

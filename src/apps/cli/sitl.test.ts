import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { sitlCommand } from './sitl.ts'

/** What a command that is given this says before it does anything. */
async function refusalOf(...words: readonly string[]): Promise<string> {
  let said = ''
  const quiet = (command: Command): Command => command.exitOverride().configureOutput({ writeErr: text => void (said += text) })
  const sitl = quiet(sitlCommand())
  sitl.commands.forEach(quiet)
  await expect(sitl.parseAsync(words, { from: 'user' })).rejects.toBeInstanceOf(CommanderError)
  return said
}

test.each([
  [['why', 'first'], /'first'.*segment.*a whole number from 1 to/],
  [['why', '0'], /'0'.*segment.*a whole number from 1 to/],
  [['why', '1.5'], /'1.5'.*segment.*a whole number from 1 to/],
  [['decide', '1e99', '--accept', '--reason', 'good'], /'1e99'.*submission.*a whole number from 1 to/],
  [['decide', '', '--accept', '--reason', 'good'], /submission.*a whole number from 1 to/],
  [['decide', '3', '--accept'], /required option '--reason <text>' not specified/],
  [['open', 'a.sav'], /required option '--hours <n>' not specified/],
  [['open', 'a.sav', '--hours', 'soon'], /--hours.*'soon'.*a number of hours above 0/],
  [['window', '--by', 'ada'], /unknown option '--by'/],
  [['submit', 'a.sav', '--by', 'ada'], /unknown option '--by'/],
])('%j is refused in words', async (words, message) => expect(await refusalOf(...words)).toMatch(message))

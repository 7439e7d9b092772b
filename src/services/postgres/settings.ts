/**
 * For a laptop and for one busy machine alike. A crash replays at most `max_wal_size` (1 GB took about 7 s here).
 * `synchronous_commit` stays on: a registered file is registered.
 */
export const defaultSettings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  min_wal_size: '80MB',
  synchronous_commit: 'on',
  checkpoint_completion_target: '0.9',
  random_page_cost: '1.1',
  // Statements are planned once and kept: what is known of a table is not to be a minute old while it grows from nothing.
  autovacuum_naptime: '5s',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %d ',
  logging_collector: 'off',
}

/** For databases that no one will miss: nothing waits for the disk. */
export const throwAwaySettings: Readonly<Record<string, string>> = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }

export function settingArguments(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

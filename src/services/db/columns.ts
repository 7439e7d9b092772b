import type { ColumnType } from 'kysely'

/** UTC instant: milliseconds since 1970 when read, a Date when written. */
export type Instant = ColumnType<number, Date, Date>
export type NullableInstant = ColumnType<number | null, Date | null | undefined, Date | null>
/** bigint columns that hold ids, sizes and counts: always below 2^53. */
export type Count = ColumnType<number, number, number>
export type NullableCount = ColumnType<number | null, number | null | undefined, number | null>
export type NullableText = ColumnType<string | null, string | null | undefined, string | null>
/** TT2000 nanoseconds: the driver gives a number where it is exact, else a bigint; readers make bigints of both. */
export type Nanoseconds = ColumnType<number | bigint | null, bigint | null | undefined, bigint | null>
/** Written as JSON text, read as a value. */
export type Json<T> = ColumnType<T, string, string>
export type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>
export type DefaultJson<T> = ColumnType<T, string | undefined, string>

export { nextVersion, riseOf } from './law.ts'
export type { CodeRise, ParentVersion, Rise } from './law.ts'
export { compareVersions, formatVersion, parseVersion, versionParts, versionPattern } from './version.ts'
export type { Version, VersionPart, VersionScheme } from './version.ts'

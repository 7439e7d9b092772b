export { fileFormats, productKinds } from './types.ts'
export type {
  Dataset,
  FileFormat,
  Instrument,
  Mission,
  Process,
  ProcessInput,
  ProcessOutput,
  Product,
  ProductKind,
  Program,
  Spacecraft,
} from './types.ts'

export { template } from './template.ts'
export type { Fields, NameTemplate, TemplateOptions } from './template.ts'
export { formatTimeField, parseTimeField, timeForms } from './time-field.ts'
export type { TimeForm } from './time-field.ts'

/** Addresses of pages, in one place. */
export const missionHref = (mission: string): string => `/${mission}`
export const dataHref = (mission: string): string => `/${mission}/data`
export const productHref = (mission: string, slug: string): string => `/${mission}/data/${encodeURIComponent(slug)}`
export const fileHref = (mission: string, name: string): string => `/${mission}/file/${encodeURIComponent(name)}`
export const downloadHref = (mission: string, name: string): string => `/download/${mission}/${encodeURIComponent(name)}`
export const whyHref = (mission: string, dataset: string, partition: string): string =>
  `/${mission}/why/${encodeURIComponent(dataset)}/${encodeURIComponent(partition)}`
/** The address people know of a picture: the newest version is looked up when it is asked for. */
export const pictureHref = (mission: string, dataset: string, partition: string): string =>
  `/${mission}/ql/${encodeURIComponent(dataset)}/${encodeURIComponent(partition)}.png`
export const jobHref = (id: number): string => `/ops/job/${id}`

/** The door to IDL save files for people who install this library: everything of `formats/idlsave`, nothing of a platform. */
export * from '#formats/idlsave'

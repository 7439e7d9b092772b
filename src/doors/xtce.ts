/** The door to XTCE packet dictionaries for people who install this library: everything of `formats/xtce`, nothing of a platform. */
export * from '#formats/xtce'

/** The door to CCSDS packets for people who install this library: everything of `formats/ccsds`, nothing of a platform. */
export * from '#formats/ccsds'

/** Times of space physics for any platform. */
export * from '#formats/time'

/** The document's path comes in the environment, as it does to all generators here. */
module.exports = {
  kling: {
    input: process.env.MOCKLING_DOCUMENT,
    output: {
      target: 'generated/kling.ts',
      client: 'fetch',
      headers: true,
      override: { mutator: { path: 'fetcher.ts', name: 'fetcher' } },
    },
  },
}

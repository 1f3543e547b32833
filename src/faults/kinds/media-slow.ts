import { kind } from '../kind.ts'
import { bytesPerSecond } from '../options.ts'

export const mediaSlow = kind({
  name: 'media-slow',
  summary: 'The video’s URL answers at once, and its bytes come so many a second.',
  operations: ['create', 'download'],
  needs: ['bytes'],
  argument: 'bytesPerSecond',
  options: () => ({ bytesPerSecond: bytesPerSecond().default(10_000) }),
  serve: (serving, { bytesPerSecond }) => ({ ...serving, bytesPerSecond }),
})

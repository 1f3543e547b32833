import { kind } from '../kind.ts'

export const mediaMissing = kind({
  name: 'media-missing',
  summary: 'The video’s URL answers 404.',
  operations: ['create', 'download'],
  needs: ['file'],
  removes: ['file', 'bytes'],
  options: () => ({}),
  serve: serving => ({ ...serving, status: 404 }),
})

import { kind } from '../kind.ts'

export const mediaExpired = kind({
  name: 'media-expired',
  summary: 'The video’s URL answers 403, as after its thirty days.',
  operations: ['create', 'download'],
  needs: ['file'],
  removes: ['file', 'bytes'],
  options: () => ({}),
  serve: serving => ({ ...serving, status: 403 }),
})

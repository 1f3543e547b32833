import { kind } from '../kind.ts'

export const mediaMissing = kind({
  name: 'media-missing',
  summary: 'The video’s URL answers 404.',
  operations: ['create', 'download'],
  options: {},
  serve: serving => ({ ...serving, status: 404 }),
})

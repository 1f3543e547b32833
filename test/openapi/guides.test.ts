import { readFileSync } from 'node:fs'
import type { OperationObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from '../../src/openapi/document.ts'
import { examplesOf } from './reading.ts'

describe('the examples that the guides show', () => {
  const upstream = (name: string) => readFileSync(new URL(`../../fixtures/upstream/${name}`, import.meta.url), 'utf8')
  const create = openApiDocument('2026-05').paths?.['/kling/videos']?.post as OperationObject
  const requests = examplesOf(create)
  const answers = create.responses?.['200'].content['application/json'].examples
  const deliveries = create.callbacks?.['settled']['{$request.body#/callback_url}'].post.requestBody.content

  it.each([
    ['text2video', /-d '(\{.*\})'/s, 'guide-a-text2video.sh'],
    ['extend', /^payload = (\{.*?^\})/ms, 'guide-a-extend.py'],
  ])('are the requests: %s', (name, pattern, file) => {
    const shown = JSON.parse(pattern.exec(upstream(file))?.[1] ?? '')
    expect(JSON.stringify(requests[name]?.value)).toBe(JSON.stringify(shown))
  })

  it.each([
    ['text2video', () => answers.text2video, 'guide-a-text2video-response.json'],
    ['extend', () => answers.extend, 'guide-a-extend-response.json'],
    ['callback', () => answers.callback, 'guide-a-callback-answer.json'],
    ['delivery', () => deliveries['application/json'].examples.succeeded, 'guide-a-callback-body.json'],
    ['error', () => create.responses?.['500'].content['application/json'].examples.api_error, 'guide-a-error.json'],
  ])('are the answers, fields in their order: %s', (_, example, file) => {
    expect(JSON.stringify(example().value)).toBe(JSON.stringify(JSON.parse(upstream(file))))
  })
})

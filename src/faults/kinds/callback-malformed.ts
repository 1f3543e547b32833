import { kind } from '../kind.ts'

export const callbackMalformed = kind({
  name: 'callback-malformed',
  summary: 'The callback’s body is JSON that ends half way.',
  operations: ['create'],
  needs: ['callback'],
  options: () => ({}),
  post(post) {
    const text = post.text ?? JSON.stringify(post.body)
    return { ...post, text: text.slice(0, text.length >> 1) }
  },
})

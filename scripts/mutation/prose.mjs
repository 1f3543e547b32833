const TOLD = new Set(['says', 'source', 'title', 'when'])

/** Whether a node is a word or sentence for people, of which no test should know the wording. */
const prose = {
  shouldIgnore(path) {
    if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined
    for (let at = path; at.parentPath && !at.isStatement(); at = at.parentPath) {
      const { parent } = at
      if (parent.type === 'ObjectProperty' && at.key === 'value') {
        if (parent.key.name === 'grade') return 'a grade is one of a few words, or the type checker refuses it'
        if (TOLD.has(parent.key.name)) return 'said to people'
      }
      if (at.listKey === 'arguments') {
        const callee = parent.callee
        if (callee.name === 'says' || callee.property?.name === 'describe') return 'said to people, in a document'
        if (parent.type === 'NewExpression' && callee.name === 'Error') return 'said to people, in an error'
      }
      if (at.isFunction()) return undefined
    }
    return undefined
  },
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'prose', value: prose }]

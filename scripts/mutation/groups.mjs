const VERDICTS = ['features', 'values', 'references', 'october'].map(name => `test/contract/verdicts-${name}.test.ts`)

/** Tests of the rules: those of the verdicts named first, then all others. */
const aboutRules = (...first) => [
  ...new Set([
    ...first.map(name => `test/contract/${name}.test.ts`),
    ...VERDICTS,
    ...['rules', 'objections', 'guides', 'capabilities-json', 'vendor-rules', 'http-url', 'nearest', 'matrix'].map(
      name => `test/contract/${name}.test.ts`,
    ),
  ]),
]

/**
 * What is mutated together, and by which tests: those of its own, the quickest first. A mutant of what is evaluated when a
 * module loads has to pass all of them.
 *
 * `patience`: milliseconds for one test. Where nothing waits, no mutant can hang but in a loop, which Stryker ends.
 */
export const GROUPS = {
  chance: {
    patience: 6_000,
    mutate: ['callback-id', 'made-up', 'magic-token', 'random', 'timebase', 'timeline'].map(
      name => `src/simulation/${name}.ts`,
    ),
    tests: ['callback-id', 'magic-token', 'made-up', 'timebase', 'random', 'timeline'].map(
      name => `test/simulation/${name}.test.ts`,
    ),
  },
  time: {
    patience: 6_000,
    mutate: [
      ...['accept', 'after-this', 'clock', 'clock-options', 'clock-setting', 'crew', 'hold', 'namespaces', 'reroute'],
      ...['rest', 'task', 'travel', 'waiters'],
    ].map(name => `src/simulation/${name}.ts`),
    tests: [
      ...['creates', 'hold', 'guide-tasks', 'task', 'waiters', 'quiet', 'shared-clock', 'fleet-namespaces'],
      ...[
        'kept-namespaces',
        'reroute',
        'in-turn',
        'convoy',
        'travel',
        'namespaces',
        'accept',
        'clock',
        'idle-namespaces',
      ],
    ].map(name => `test/simulation/${name}.test.ts`),
  },
  lanes: {
    patience: 5_000,
    mutate: ['lanes', 'overload', 'places', 'sharing'].map(name => `src/simulation/${name}.ts`),
    tests: ['lanes', 'overload', 'places', 'sharing'].map(name => `test/simulation/${name}.test.ts`),
  },
  'guide-tasks': {
    patience: 5_000,
    mutate: ['src/simulation/guide-tasks.ts'],
    tests: ['test/simulation/guide-tasks.test.ts'],
  },
  features: {
    patience: 20_000,
    mutate: ['features', 'upstream'].map(name => `src/contract/rules/${name}.ts`),
    tests: aboutRules('verdicts-features'),
  },
  references: {
    patience: 20_000,
    mutate: ['references', 'shots', 'voices'].map(name => `src/contract/rules/${name}.ts`),
    tests: aboutRules('verdicts-references', 'verdicts-october'),
  },
  rules: {
    patience: 20_000,
    mutate: [
      ...['materials', 'objection', 'source', 'urls', 'values'].map(name => `src/contract/rules/${name}.ts`),
      ...['rules', 'url'].map(name => `src/contract/${name}.ts`),
    ],
    tests: aboutRules('verdicts-values'),
  },
  reading: {
    patience: 20_000,
    mutate: ['examination', 'request', 'reading', 'materials'].map(name => `src/contract/${name}.ts`),
    tests: aboutRules('reading', 'citations'),
  },
  data: {
    patience: 20_000,
    mutate: ['capabilities', 'endpoints', 'evidence', 'matrix', 'revisions'].map(name => `src/contract/${name}.ts`),
    tests: ['capabilities-json', 'revisions', 'capabilities'].map(name => `test/contract/${name}.test.ts`),
  },
  differences: {
    patience: 20_000,
    mutate: ['differences', 'wire-facts'].map(name => `src/contract/${name}.ts`),
    tests: ['revisions', 'differences'].map(name => `test/contract/${name}.test.ts`),
  },
  prices: {
    patience: 20_000,
    mutate: ['formats', 'pricing'].map(name => `src/contract/${name}.ts`),
    tests: ['formats', 'pricing'].map(name => `test/contract/${name}.test.ts`),
  },
  observations: {
    patience: 5_000,
    mutate: ['src/contract/observations.ts'],
    tests: ['test/contract/observations.test.ts'],
  },
  creates: {
    patience: 20_000,
    mutate: [
      'src/contract/creates/*.ts',
      ...['create', 'creates', 'rules/presence'].map(name => `src/contract/${name}.ts`),
    ],
    tests: ['test/contract/other-creates.test.ts'],
  },
  bodies: {
    patience: 20_000,
    mutate: ['bodies', 'body-parts', 'material-bodies', 'offers', 'other-bodies'].map(
      name => `src/contract/${name}.ts`,
    ),
    tests: ['bodies', 'other-bodies', 'body-descriptions'].map(name => `test/contract/${name}.test.ts`),
  },
  conditions: {
    patience: 20_000,
    mutate: ['src/contract/conditions/*.ts', 'src/contract/conditions.ts'],
    tests: ['conditions', 'condition-words', 'http-url'].map(name => `test/contract/${name}.test.ts`),
  },
  wire: {
    patience: 5_000,
    mutate: ['describing', 'errors', 'wire'].map(name => `src/contract/${name}.ts`),
    tests: ['errors', 'wire'].map(name => `test/contract/${name}.test.ts`),
  },
  pieces: {
    patience: 5_000,
    mutate: [
      ...['arrivals', 'auth', 'body', 'clip-spec', 'conditions', 'load', 'overload', 'ranges', 'recorded', 'twins'],
    ].map(name => `src/http/${name}.ts`),
    tests: ['arrivals', 'body', 'clip-spec', 'conditions', 'load', 'ranges', 'recorded', 'twins', 'auth'].map(
      name => `test/http/${name}.test.ts`,
    ),
  },
  exchanges: {
    patience: 5_000,
    mutate: [
      ...['bodies', 'call', 'connections', 'cors', 'door', 'error-reply', 'journaling', 'outlet', 'sending'],
    ].map(name => `src/http/${name}.ts`),
    tests: ['bodies', 'door', 'journaling', 'call', 'connections', 'error-reply', 'outlet'].map(
      name => `test/http/${name}.test.ts`,
    ),
  },
  tasks: {
    patience: 5_000,
    mutate: ['records', 'tasks'].map(name => `src/http/${name}.ts`),
    tests: ['http/queries', 'http/tasks', 'faults/choice'].map(name => `test/${name}.test.ts`),
  },
  answers: {
    patience: 5_000,
    mutate: ['answering', 'held'].map(name => `src/http/${name}.ts`),
    tests: ['answers', 'held'].map(name => `test/http/${name}.test.ts`),
  },
  files: {
    patience: 5_000,
    mutate: ['src/http/files.ts'],
    tests: ['test/http/media.test.ts'],
  },
  accepting: {
    patience: 5_000,
    mutate: ['choosing', 'creates'].map(name => `src/http/${name}.ts`),
    tests: [
      'http/creates',
      'http/money',
      'http/endpoints',
      'faults/choice',
      'http/limits',
      'recording/replay',
      'http/videos',
    ].map(name => `test/${name}.test.ts`),
  },
  listening: {
    patience: 5_000,
    mutate: ['src/http/app.ts'],
    tests: ['app', 'unparsed'].map(name => `test/http/${name}.test.ts`),
  },
}

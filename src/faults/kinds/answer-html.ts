import { kind } from '../kind.ts'
import { status } from '../options.ts'

/** A proxy's page, not the upstream's: its words are ours. */
const PAGE =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n'

export const answerHtml = kind({
  name: 'answer-html',
  summary: 'A proxy on the way answers with an HTML page instead of JSON; the request did its work.',
  operations: ['create', 'tasks'],
  needs: ['answer'],
  decides: () => 'what the answer says',
  argument: 'status',
  options: () => ({ status: status(200).default(502) }),
  answer: (answer, { status }) => ({
    ...answer,
    status,
    headers: { ...answer.headers, 'content-type': 'text/html' },
    body: PAGE.replaceAll('502 Bad Gateway', status === 502 ? '502 Bad Gateway' : `Error ${status}`),
  }),
})

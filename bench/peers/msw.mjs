// MSW answers real requests through its own middleware for Express.
import { createServer } from '@mswjs/http-middleware'
import { HttpResponse, http } from 'msw'

const task_id = '8c979f32-a969-4061-b9a8-2be719606f30'
createServer(
  http.post('/kling/videos', async ({ request }) => {
    const body = await request.json()
    return body.duration === 7 ? HttpResponse.json({ success: false }, { status: 400 }) : HttpResponse.json({ task_id })
  }),
).listen(Number(process.argv[2]))

// aimock has no command that answers video jobs without a file of its own kind: started as its documents show.
import { LLMock } from '@copilotkit/aimock'

const mock = new LLMock({ port: Number(process.argv[2]), logLevel: 'silent' })
mock.onVideo(/mug/, { video: { id: 'video-1', status: 'completed', url: 'https://example.com/video.mp4' } })
await mock.start()

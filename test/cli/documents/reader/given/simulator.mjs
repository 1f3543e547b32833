import { createSimulator } from 'mockling'

export const simulator = await createSimulator({ pace: 'instant' })

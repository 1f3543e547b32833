import { z } from 'zod'

/** Whom a command is for; without any, the server. */
export const Scope = {
  token: z.string().min(1).optional().describe('The bearer token whose namespace is meant.'),
  namespace: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/, 'must be 8 to 64 hexadecimal digits')
    .optional()
    .describe('SHA-256 of the token, or at least its first eight digits.'),
  scope: z.literal('server').optional().describe('The server: its clock and all that follow it. The default.'),
}

export const ScopeQuery = z.strictObject(Scope)

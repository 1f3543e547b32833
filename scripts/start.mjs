// `npm start`: builds if need be, then serves in this same process, so that signals arrive.
import { builtCommand } from './build-if-needed.mjs'

await import(builtCommand())

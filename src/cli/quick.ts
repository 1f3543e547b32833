import { programWithServe, run } from './program.ts'
import { serve } from './serve.ts'

// `mockling serve` and no other command, as one file: what has to be there soon.
void run(programWithServe(serve).program)
